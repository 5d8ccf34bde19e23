import { derOf, signerFor } from '../../src/platform/saml/index.ts';
import { signElement } from '../../src/platform/saml/sign.ts';
import { element, serialize } from '../../src/platform/saml/write-xml.ts';
import type { makeKeys } from './saml.ts';

const soapNs = 'http://schemas.xmlsoap.org/soap/envelope/';

type Asked = {
  destination: string;
  issuer: string;
  by: ReturnType<typeof makeKeys> | null;
  attributes?: Record<string, string | undefined>;
  name?: string;
};

/** What a service provider asks about an artifact (core §3.5.1), signed unless `by` is null. */
export async function artifactResolve(artifact: string, { destination, issuer, by, attributes, name = 'ArtifactResolve' }: Asked) {
  const node = element(
    `samlp:${name}`,
    {
      ID: `_${crypto.randomUUID()}`,
      Version: '2.0',
      IssueInstant: new Date().toISOString(),
      Destination: destination,
      ...attributes,
    },
    element('saml:Issuer', {}, issuer),
    name === 'ArtifactResolve' && element('samlp:Artifact', {}, artifact),
  );
  return serialize(by ? await signElement(node, signerFor(by.privateKey, derOf(by.certificate), 'rsa-sha256')) : node);
}

export const envelope = (message: string, head = ''): string =>
  `<e:Envelope xmlns:e="${soapNs}">${head}<e:Body>${message}</e:Body></e:Envelope>`;

/** What stands in an envelope of ours. */
export const inEnvelope = (text: string): string => /<soap:Body>(.*)<\/soap:Body>/s.exec(text)?.[1] ?? '';

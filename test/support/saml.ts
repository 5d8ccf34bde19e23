import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { createCertificate, pemOf } from '../../src/platform/saml/index.ts';
import type { Answer, Jar } from './jar.ts';

/** A service provider's key pair. */
export function makeKeys(alg: 'RS256' | 'ES256' = 'RS256') {
  const { privateKey, publicKey } =
    alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = createCertificate(privateKey, publicKey, alg, {
    commonName: 'service provider',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 365 * 24 * 3600 * 1000),
    serialNumber: randomBytes(8),
  });
  return { privateKey, certificate, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

/** What our messages are signed by, PEM, out of our metadata. The first certificate in it signs the metadata itself. */
export function signingCertificateOf(metadata: string): string {
  const [, der] = /<md:KeyDescriptor.*?<ds:X509Certificate>([^<]+)</s.exec(metadata)!;
  return pemOf(der!);
}

/** What passed through the browser, newest last. */
export type Exchange = { kind: string; binding: 'redirect' | 'post'; xml: string; to: string; relayState?: string };

export function messageInUrl(url: string): Exchange | undefined {
  const { searchParams, origin, pathname } = new URL(url);
  const packed = searchParams.get('SAMLRequest') ?? searchParams.get('SAMLResponse');
  if (!packed) return undefined;
  const xml = inflateRawSync(Buffer.from(packed, 'base64')).toString();
  return { kind: kindOf(xml), binding: 'redirect', xml, to: origin + pathname, relayState: searchParams.get('RelayState') ?? undefined };
}

const kindOf = (xml: string): string => /<(?:\w+:)?(\w+)/.exec(xml)![1]!;

/** Goes on as a browser would: follows redirects and sends the forms that send themselves; stops at a page for a person. */
export async function followSaml(
  jar: Jar,
  answer: Answer,
  seen: Exchange[] = [],
  stop: (url: string) => boolean = () => false,
): Promise<Answer> {
  let page = answer;
  for (let i = 0; i < 30; i++) {
    const note = (url: string) => {
      const message = messageInUrl(url);
      if (message) seen.push(message);
      return stop(url);
    };
    if (page.location && page.status < 400) {
      if (note(page.location)) return page;
      page = await jar.get(page.location);
      continue;
    }
    const refresh = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(page.text)?.[1];
    if (refresh) {
      page = await jar.get(new URL(refresh, page.url).href);
      continue;
    }
    const form = /name="(SAMLRequest|SAMLResponse)"/.test(page.text) ? jar.form(page) : undefined;
    if (!form) return page;
    const xml = Buffer.from(form.fields.SAMLResponse ?? form.fields.SAMLRequest ?? '', 'base64').toString();
    seen.push({ kind: kindOf(xml), binding: 'post', xml, to: form.action, relayState: form.fields.RelayState });
    if (stop(form.action)) return page;
    page = await jar.get(form.action, { form: form.fields, from: form.page });
  }
  throw new Error(`no end in sight at ${page.url}`);
}

const schemas = fileURLToPath(new URL('../../src/platform/saml/schemas/', import.meta.url));

function inFolder<T>(files: Record<string, string>, work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-xml-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const idAttributes = [
  'protocol:Response',
  'protocol:AuthnRequest',
  'protocol:ArtifactResponse',
  'protocol:LogoutRequest',
  'protocol:LogoutResponse',
  'assertion:Assertion',
  'metadata:EntityDescriptor',
].flatMap((name) => ['--id-attr:ID', `urn:oasis:names:tc:SAML:2.0:${name}`]);

/** Does xmlsec1 accept the signature of this element? Its exit code is the verdict. */
export const xmlsecVerifies = (xml: string, certificate: string, element: string): boolean =>
  inFolder({ 'message.xml': xml, 'key.crt': certificate }, (folder) => {
    const { status } = spawnSync('xmlsec1', [
      '--verify',
      '--enabled-key-data',
      'rsa,ecdsa,ec',
      '--pubkey-cert-pem',
      join(folder, 'key.crt'),
      ...idAttributes,
      '--node-xpath',
      `//*[local-name()='${element}']/*[local-name()='Signature']`,
      join(folder, 'message.xml'),
    ]);
    return status === 0;
  });

export const xmlsecDecrypts = (xml: string, keyPem: string): string =>
  inFolder({ 'message.xml': xml, 'sp.key': keyPem }, (folder) =>
    execFileSync('xmlsec1', ['--decrypt', '--privkey-pem', join(folder, 'sp.key'), join(folder, 'message.xml')]).toString(),
  );

/** Does openssl accept the RSA-PSS signature over the SignedInfo of this element? Its octets are those that we wrote, with the namespace that its parent declares. */
export const opensslVerifiesPss = (xml: string, certificate: string, element: string): boolean => {
  // the signature of an element stands behind its Issuer
  const part = xml.slice(xml.search(new RegExp(`<saml[p]?:${element} `)));
  const info = /<ds:SignedInfo>.*?<\/ds:SignedInfo>/s
    .exec(part)![0]
    .replace('<ds:SignedInfo>', '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">');
  const value = Buffer.from(/<ds:SignatureValue>([^<]+)/.exec(part)![1]!, 'base64');
  const publicKey = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }) as string;
  return inFolder({ info, 'key.pem': publicKey }, (folder) => {
    writeFileSync(join(folder, 'value'), value);
    const options = ['rsa_padding_mode:pss', 'rsa_pss_saltlen:32', 'rsa_mgf1_md:sha256'].flatMap((one) => ['-sigopt', one]);
    const files = ['-verify', join(folder, 'key.pem'), '-signature', join(folder, 'value'), join(folder, 'info')];
    return spawnSync('openssl', ['dgst', '-sha256', ...options, ...files]).status === 0;
  });
};

/** RSA-OAEP, hash and MGF1 by SHA-256. @throws Error when openssl cannot */
export const opensslUnwraps = (wrapped: Buffer, keyPem: string): Buffer =>
  inFolder({ 'sp.key': keyPem }, (folder) => {
    writeFileSync(join(folder, 'wrapped'), wrapped);
    const options = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'].flatMap((one) => ['-pkeyopt', one]);
    return execFileSync('openssl', ['pkeyutl', '-decrypt', '-inkey', join(folder, 'sp.key'), '-in', join(folder, 'wrapped'), ...options]);
  });

/** The faults that xmllint finds against the published schemas; empty when it is valid. */
export const schemaFaults = (xml: string, schema: 'protocol' | 'metadata' = 'protocol'): string =>
  inFolder(
    {
      'message.xml': xml,
      'catalog.xml': `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
        <system systemId="http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd" uri="${schemas}xmldsig-core-schema.xsd"/>
        <system systemId="http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd" uri="${schemas}xenc-schema.xsd"/>
        <system systemId="http://www.w3.org/2001/xml.xsd" uri="${schemas}xml.xsd"/></catalog>`,
    },
    (folder) => {
      const { status, stderr } = spawnSync(
        'xmllint',
        ['--nonet', '--noout', '--schema', `${schemas}saml-schema-${schema}-2.0.xsd`, join(folder, 'message.xml')],
        {
          env: { PATH: process.env.PATH, XML_CATALOG_FILES: join(folder, 'catalog.xml') },
        },
      );
      return status === 0 ? '' : stderr.toString();
    },
  );

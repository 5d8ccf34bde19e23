import {
  type ApplicationInput,
  createApplication,
  editApplication,
  getApplication,
  type SamlInput,
} from '../../../../src/domain/applications/applications/index.ts';
import {
  digestOf,
  type FetchMetadata,
  findPartnerMetadata,
  refreshMetadata,
} from '../../../../src/domain/applications/partner-metadata/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { makeKeys } from '../../../support/saml.ts';

export const [key, nextKey] = [makeKeys().certificate.trim(), makeKeys().certificate.trim()];
type Said = { acs?: string[]; slo?: string; signing?: string[]; encryption?: string; more?: string };

const protocol = 'urn:oasis:names:tc:SAML:2.0';
const keyDescriptor = (use: string, pem: string) =>
  `<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${pem.replace(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
export const metadata = (entityId: string, { acs = ['/acs'], slo, signing = [key], encryption, more = '' }: Said = {}) =>
  `<md:EntityDescriptor xmlns:md="${protocol}:metadata" entityID="${entityId}"${more}><md:SPSSODescriptor protocolSupportEnumeration="${protocol}:protocol">
  ${signing.map((pem) => keyDescriptor('signing', pem)).join('')}${encryption ? keyDescriptor('encryption', encryption) : ''}
  ${slo ? `<md:SingleLogoutService Binding="${protocol}:bindings:HTTP-Redirect" Location="${entityId}${slo}"/>` : ''}
  ${acs.map((path, n) => `<md:AssertionConsumerService Binding="${protocol}:bindings:HTTP-POST" Location="${entityId}${path}" index="${n}"/>`).join('')}
  </md:SPSSODescriptor></md:EntityDescriptor>`;

/** Answers every address with this document. */
export const answering =
  (document: string): FetchMetadata =>
  async (_url, take) =>
    take(Buffer.from(document));

let count = 0;
/** An application as its partner describes it, and who reads that again. */
export async function partner(scope: Scope, saml: Partial<SamlInput> = {}) {
  const code = `partner-${++count}`;
  const entityId = `https://${code}.example`;
  const input: ApplicationInput = { code, name: `李 ${count}`, description: 'Zoë’s' };
  const own = { entityId, assertionConsumerServices: [{ url: `${entityId}/acs`, index: 0 }], signingCertificates: [key] };
  const settings = { ...own, metadataUrl: `${entityId}/metadata`, ...saml };
  const { applicationId } = await createApplication(scope, { ...input, saml: settings });
  return {
    applicationId,
    entityId,
    says: (said?: Said) => refreshMetadata(scope, applicationId, answering(metadata(entityId, said))),
    known: async () => (await findPartnerMetadata(scope, applicationId, (await getApplication(scope, applicationId)).saml))!,
    settings: async () => (await getApplication(scope, applicationId)).saml!,
    edit: (changes: Partial<SamlInput>) => editApplication(scope, applicationId, { ...input, saml: { ...settings, ...changes } }),
    digest: async () => digestOf((await findPartnerMetadata(scope, applicationId, settings))!.proposed!),
  };
}

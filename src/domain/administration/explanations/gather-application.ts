import { X509Certificate } from 'node:crypto';
import { partnerEntity } from '../../../platform/saml/index.ts';
import {
  type Application,
  isOpenAddress,
  type OidcSettings,
  type SamlSettings,
  secretExpiry,
  usesSecret,
} from '../../applications/applications/index.ts';
import { listCertificates } from '../../company/saml-certificates/index.ts';
import type { Scope } from '../../scope.ts';
import type { ApplicationFacts, SetupFault } from './explain-facts.ts';

/** An application and what is wrong with how it is set up. */
export async function gatherApplication(scope: Scope, application: Application): Promise<ApplicationFacts> {
  const { applicationId, name, oidc, saml } = application;
  const now = scope.clock.now();
  return {
    applicationId,
    name,
    ...(oidc ? { protocol: 'oidc' } : saml ? { protocol: 'saml' } : {}),
    setup: oidc ? oidcFaults(oidc, now) : saml ? await samlFaults(scope, saml, now) : [{ reason: 'no-protocol', refuses: true }],
  };
}

function oidcFaults(oidc: OidcSettings, now: Date): SetupFault[] {
  const faults: SetupFault[] = [];
  const isByCode = oidc.grant_types.includes('authorization_code');
  if (!isByCode && !oidc.grant_types.includes('urn:ietf:params:oauth:grant-type:device_code'))
    faults.push({ reason: 'no-sign-in-grant', refuses: true });
  if (isByCode && oidc.redirect_uris.length === 0) faults.push({ reason: 'no-redirect-uri', refuses: true });
  const ends = usesSecret(oidc) ? secretExpiry(oidc) : undefined;
  if (ends && ends <= now) faults.push({ reason: 'secret-ended', refuses: true, detail: ends.toISOString() });
  return faults;
}

async function samlFaults(scope: Scope, saml: SamlSettings, now: Date): Promise<SetupFault[]> {
  const faults: SetupFault[] = [];
  const { url } = partnerEntity(saml).defaultConsumer;
  if (!isOpenAddress(url, saml.allowHttp, scope.isHttpHost)) faults.push({ reason: 'address-not-open', refuses: true, detail: url });
  const alg = saml.signatureAlgorithm.startsWith('ecdsa') ? 'ES256' : 'RS256';
  const signing = (await listCertificates(scope)).find((one) => one.alg === alg && one.status === 'signing');
  if (!signing) faults.push({ reason: 'no-signing-certificate', refuses: true, detail: alg });
  // what ended is used all the same; many partners refuse it
  else if (signing.notAfter <= now)
    faults.push({ reason: 'signing-certificate-ended', refuses: false, detail: signing.notAfter.toISOString() });
  const theirs = [
    ...(saml.requireSignedRequests ? saml.signingCertificates : []),
    ...(saml.encryptAssertion && saml.encryptionCertificate ? [saml.encryptionCertificate] : []),
  ].map((pem) => new X509Certificate(pem));
  const ended = theirs.find(({ validTo }) => new Date(validTo) <= now);
  if (ended) faults.push({ reason: 'partner-certificate-ended', refuses: false, detail: ended.subject });
  return faults;
}

import { listPartnerCertificates } from './saml-settings.ts';
import type { Application } from './store.ts';

/** How an application was set up when something was refused to it, as far as the refusal can depend on it: short, and without any secret. */
export type SetupFacts = {
  enabled: boolean;
  redirectUris?: string[];
  grantTypes?: string[];
  clientAuthentication?: string;
  /** ISO 8601. */
  secretEnds?: string;
  entityId?: string;
  answerAddresses?: string[];
  /** Fingerprint and end of each. */
  certificates?: string[];
  requiresSignature?: boolean;
  refusesLaunch?: boolean;
  nameIdFormat?: string;
};

const mostValues = 8;
const longestValue = 200;

const bound = (values: string[]): string[] => [
  ...values.slice(0, mostValues).map((value) => value.slice(0, longestValue)),
  ...(values.length > mostValues ? [`+${values.length - mostValues}`] : []),
];

export function describeSetup({ enabled, oidc, saml }: Pick<Application, 'enabled' | 'oidc' | 'saml'>): SetupFacts {
  const facts: SetupFacts = { enabled };
  if (oidc) {
    facts.redirectUris = bound(oidc.redirect_uris);
    facts.grantTypes = oidc.grant_types;
    facts.clientAuthentication = oidc.token_endpoint_auth_method;
    if (oidc.client_secret_expires_at) facts.secretEnds = new Date(oidc.client_secret_expires_at * 1000).toISOString();
  }
  if (saml) {
    facts.entityId = saml.entityId.slice(0, longestValue);
    facts.answerAddresses = bound(saml.assertionConsumerServices.map(({ url }) => url));
    facts.certificates = bound(
      listPartnerCertificates({ ...saml, signingCertificates: saml.signingCertificates.slice(0, mostValues) }).map(
        ({ fingerprint, notAfter }) => `${fingerprint} ${notAfter.toISOString().slice(0, 10)}`,
      ),
    );
    facts.requiresSignature = saml.requireSignedRequests;
    facts.refusesLaunch = saml.refuseLaunch;
    facts.nameIdFormat = saml.nameIdFormat;
  }
  return facts;
}

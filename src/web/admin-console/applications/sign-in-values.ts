import {
  type Application,
  findCatalogueEntry,
  listPartnerCertificates,
  listSecretUses,
  usesSecret,
} from '../../../domain/applications/applications/index.ts';
import {
  type CertificateUse,
  endsSoon,
  getMetadataCertificate,
  listCertificateUses,
  listPublishedCertificates,
  type MetadataCertificate,
  type SamlCertificate,
} from '../../../domain/company/saml-certificates/index.ts';
import type { PageContext, ResolvedContext } from '../../request/index.ts';
import { loadShown, renderTab } from './shown.ts';

/** The values for the other side. @param secret a client secret that was made just now: this page is the only one that ever shows it */
export async function showSignIn(page: PageContext, applicationId?: string, secret?: string): Promise<void> {
  const application = await loadShown(page, applicationId);
  const certificates = application.saml ? await listPublishedCertificates(page.scope) : [];
  const signsMetadata = application.saml && (await getMetadataCertificate(page.scope, page.context.name));
  const now = page.services.clock.now();
  const values = [...oidcValues(application, page.context, secret), ...samlValues(application, page, certificates, signsMetadata)];
  const entry = findCatalogueEntry(application.catalogueEntry ?? '');
  const asked = values.filter(({ theirName }) => theirName !== undefined);
  await renderTab(page, 'sign-in', application, {
    entry,
    // what the vendor asks for comes first; the rest is below
    values: asked.length > 0 ? asked : values,
    moreValues: asked.length > 0 ? values.filter(({ theirName }) => theirName === undefined) : [],
    secret,
    secrets: await presentSecrets(page, application),
    theirs: theirCertificates(application, now, application.saml ? await listCertificateUses(page.scope) : []),
    waiting: certificates.some(({ status, alg }) => status === 'published' && alg === algOf(application)),
  });
}

/** The secret in force and the one that it replaced, each with its end and when it was used last. */
async function presentSecrets({ scope }: PageContext, { oidc, applicationId }: Application) {
  if (!oidc || !usesSecret(oidc)) return undefined;
  const uses = await listSecretUses(scope, applicationId);
  const present = (action: string, fingerprint: string | undefined, end: number | undefined) => ({
    action,
    endsAt: end ? new Date(end * 1000) : undefined,
    lastAt: fingerprint === undefined ? undefined : uses.get(fingerprint),
  });
  const { former_secret: former } = oidc;
  return [
    ...(oidc.secret_fingerprint ? [present('end-secret', oidc.secret_fingerprint, oidc.client_secret_expires_at)] : []),
    ...(former ? [present('end-former-secret', former.fingerprint, former.expires_at)] : []),
  ];
}

/** The partner's certificates, whether each ends soon, and when it last signed with it. */
function theirCertificates({ saml, applicationId }: Application, now: Date, uses: CertificateUse[]) {
  const lastAt = (fingerprint: string) =>
    uses.find((use) => use.owner === 'theirs' && use.applicationId === applicationId && use.fingerprint === fingerprint)?.lastAt;
  return (saml ? listPartnerCertificates(saml) : []).map((one) => ({
    ...one,
    lastAt: lastAt(one.fingerprint),
    endsSoon: endsSoon(one.notAfter, now),
  }));
}

type Value = { key: string; value: string; theirName?: string; isLong?: boolean };

/** Exactly what the other side asks for, under its own names where the catalogue knows them. */
function present({ catalogueEntry }: Application, values: Record<string, string | undefined>): Value[] {
  const names: Record<string, string | undefined> = findCatalogueEntry(catalogueEntry ?? '')?.theirNames ?? {};
  return Object.entries(values)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([key, value]) => ({ key, value, theirName: names[key], isLong: value.includes('\n') }));
}

/** What the catalogue's addresses call us where the administrator gives us a name. */
const providerName = 'portaria';

const asksFor = ({ catalogueEntry }: Application, value: string): boolean =>
  value in (findCatalogueEntry(catalogueEntry ?? '')?.theirNames ?? {});

function separatorOf({ catalogueEntry }: Application): string {
  const entry = findCatalogueEntry(catalogueEntry ?? '');
  return (entry?.protocol === 'oidc' && entry.scopeSeparator) || ' ';
}

function oidcValues(application: Application, { url }: ResolvedContext, secret: string | undefined): Value[] {
  if (!application.oidc) return [];
  const { grant_types: grants } = application.oidc;
  const [usesCode, usesDevice] = [grants.includes('authorization_code'), grants.includes('urn:ietf:params:oauth:grant-type:device_code')];
  const hasPerson = usesCode || usesDevice;
  const scopes = ['openid', 'profile', 'email', 'groups', ...(grants.includes('refresh_token') ? ['offline_access'] : [])];
  return present(application, {
    provider_name: asksFor(application, 'provider_name') ? providerName : undefined,
    issuer: url,
    discovery: `${url}/.well-known/openid-configuration`,
    client_id: application.oidc.client_id,
    client_secret: secret,
    scopes: hasPerson ? scopes.join(separatorOf(application)) : undefined,
    authorization_endpoint: usesCode ? `${url}/oidc/authorize` : undefined,
    device_authorization_endpoint: usesDevice ? `${url}/oidc/device/authorize` : undefined,
    token_endpoint: `${url}/oidc/token`,
    userinfo_endpoint: hasPerson ? `${url}/oidc/userinfo` : undefined,
    end_session_endpoint: usesCode ? `${url}/oidc/sign-out` : undefined,
    jwks_uri: `${url}/oidc/jwks`,
  });
}

const algOf = ({ saml }: Application) => (saml?.signatureAlgorithm.startsWith('ecdsa') ? 'ES256' : 'RS256');

function samlValues(
  application: Application,
  { context, services }: PageContext,
  certificates: SamlCertificate[],
  signsMetadata: MetadataCertificate | undefined,
): Value[] {
  if (!application.saml) return [];
  const { url, saml } = context;
  const signing = certificates.find(({ status, alg }) => status === 'signing' && alg === algOf(application));
  return present(application, {
    partner_entity_id: asksFor(application, 'partner_entity_id') ? application.saml.entityId : undefined,
    metadata_url: saml.metadataUrl,
    entity_id: saml.entityId,
    sso_url: saml.ssoUrl,
    slo_url: saml.sloUrl,
    artifact_url: application.saml.artifactBinding ? saml.artifactUrl : undefined,
    launch_url: application.saml.refuseLaunch
      ? undefined
      : `${url}${services.pathOf({ page: 'saml-launch', application: application.applicationId })}`,
    context_url: application.catalogueEntry === 'fluig' ? url : undefined,
    configuration_token: application.catalogueEntry === 'fluig' ? application.applicationId : undefined,
    fingerprint: signing?.fingerprint,
    certificate: signing?.certificate,
    metadata_fingerprint: signsMetadata?.fingerprint,
    metadata_certificate: signsMetadata?.certificate,
  });
}

import { listSignIns } from '../../../domain/administration/explanations/index.ts';
import { listApisOfApplication } from '../../../domain/applications/apis/index.ts';
import {
  type Application,
  adviseOn,
  catalogue,
  findCatalogueEntry,
  getApplication,
  listApplications,
  listPartnerCertificates,
  listSecretUses,
  usesSecret,
} from '../../../domain/applications/applications/index.ts';
import { listAssignees } from '../../../domain/applications/assignments/index.ts';
import { differences, digestOf, findPartnerMetadata } from '../../../domain/applications/partner-metadata/index.ts';
import {
  type CertificateUse,
  endsSoon,
  getMetadataCertificate,
  listCertificateUses,
  listPublishedCertificates,
  type MetadataCertificate,
  type SamlCertificate,
} from '../../../domain/company/saml-certificates/index.ts';
import { type CountedRefusal, listRefusals } from '../../../domain/records/refusals/index.ts';
import { type PageContext, type ResolvedContext, renderPage } from '../../request/index.ts';
import { shownTokenTimes } from './token-settings-form.ts';

export async function showApplications(page: PageContext): Promise<void> {
  const filter = { search: page.query('q').slice(0, 100), cursor: page.query('after') };
  const { items, cursor } = await listApplications(page.scope, filter);
  const now = page.services.clock.now();
  const applications = items.map((one) => ({ ...one, isWeaker: one.saml !== undefined && adviseOn(one.saml, now).length > 0 }));
  renderPage(page, 'admin-console/applications/list', { applications, cursor, search: filter.search });
}

export async function showCatalogue(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/applications/catalogue', { catalogue });
}

/** @param secret a client secret that was made just now: this page is the only one that ever shows it */
export async function showApplication(page: PageContext, applicationId = page.params.application!, secret?: string): Promise<void> {
  const application = await getApplication(page.scope, applicationId);
  const certificates = application.saml ? await listPublishedCertificates(page.scope) : [];
  const signsMetadata = application.saml && (await getMetadataCertificate(page.scope, page.context.name));
  const metadata = await findPartnerMetadata(page.scope, application.applicationId, application.saml);
  renderPage(page, 'admin-console/applications/application', {
    application,
    metadata,
    proposal: metadata?.proposed && digestOf(metadata.proposed),
    metadataDifferences: metadata?.proposed ? differences(application.saml!, metadata.proposed) : [],
    advice: application.saml ? adviseOn(application.saml, page.services.clock.now()) : [],
    secret,
    secrets: await presentSecrets(page, application),
    now: page.services.clock.now(),
    tokenTimes: shownTokenTimes(application.oidc),
    refusals: await listRecentRefusals(page, application),
    values: [...oidcValues(application, page.context, secret), ...samlValues(application, page, certificates, signsMetadata)],
    theirs: theirCertificates(application, page.services.clock.now(), application.saml ? await listCertificateUses(page.scope) : []),
    waiting: certificates.some(({ status, alg }) => status === 'published' && alg === algOf(application)),
    apis: application.oidc ? await listApisOfApplication(page.scope, application.applicationId) : undefined,
    assignees: await listAssignees(page.scope, application.applicationId, 10),
    lastSignIns: await listSignIns(page.scope, { applicationId: application.applicationId }),
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

const shownDays = 7;

/** What it was refused lately, the last first. */
function listRecentRefusals({ scope }: PageContext, { applicationId }: Application): Promise<CountedRefusal[]> {
  const since = new Date(scope.clock.now().getTime() - shownDays * 86_400_000);
  return listRefusals(scope, since, { applicationId, limit: 20 });
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

function oidcValues(application: Application, { url }: ResolvedContext, secret: string | undefined): Value[] {
  if (!application.oidc) return [];
  const { grant_types: grants } = application.oidc;
  const [usesCode, usesDevice] = [grants.includes('authorization_code'), grants.includes('urn:ietf:params:oauth:grant-type:device_code')];
  const hasPerson = usesCode || usesDevice;
  return present(application, {
    issuer: url,
    discovery: `${url}/.well-known/openid-configuration`,
    client_id: application.oidc.client_id,
    client_secret: secret,
    scopes: hasPerson ? `openid profile email groups${grants.includes('refresh_token') ? ' offline_access' : ''}` : undefined,
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

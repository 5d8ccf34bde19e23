import { decide } from '../../../domain/applications/access/index.ts';
import { getApi, listApisOfApplication, listScopesOfUser } from '../../../domain/applications/apis/index.ts';
import {
  type Application,
  type ClaimTarget,
  claimScopes,
  claimTargets,
  type OidcSettings,
} from '../../../domain/applications/applications/index.ts';
import { releasedClaims, subjectOf } from '../../../domain/applications/assertions/index.ts';
import { findUserByLogin, recordView, type User } from '../../../domain/people/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';

type Client = Application & { oidc: OidcSettings };

/** What this application would be told about a person who opened it now, in each place: made as for a sign-in, and neither sent nor kept. */
export async function showOidcPreview(page: PageContext, application: Client): Promise<void> {
  const { scope, context, services, session } = page;
  const login = page.query('login').trim() || session!.person.login;
  const scopes = page.query('scope').trim().slice(0, 500) || (await scopesToAsk(page, application));
  const user = await findUserByLogin(scope, login);
  if (user) await recordView(scope, user);
  renderPage(page, 'admin-console/applications/oidc-preview', {
    application,
    login,
    scopes,
    user,
    verdict: user && decide(await services.findAccess(context.contextId, user.userId, application.applicationId)),
    documents: user ? await previewDocuments(page, application, user, scopes) : [],
  });
}

/** All that it can ask for. */
export async function scopesToAsk({ scope }: PageContext, { applicationId }: Client): Promise<string> {
  const atApis = await listApisOfApplication(scope, applicationId);
  return [...claimScopes, ...new Set(atApis.flatMap((one) => one.scopes))].join(' ').slice(0, 500);
}

type Document = { into: ClaimTarget; json: string; api?: string; left?: { name: string; why: 'application' | 'person' }[] };

/** Without what is of one sign-in alone: times, nonce, session. The first access token is for userinfo, the others are for each API that something was asked of. */
export async function previewDocuments(
  { scope, context }: PageContext,
  application: Client,
  user: User,
  scopes: string,
): Promise<Document[]> {
  const { applicationId, oidc } = application;
  const asked = scopes.split(/\s+/).filter(Boolean);
  const known = asked.filter((name) => claimScopes.some((one) => one === name) || name === 'offline_access');
  const sub = await subjectOf(scope, oidc, user.userId);
  const own: Record<ClaimTarget, object> = {
    id_token: { iss: context.url, sub, aud: oidc.client_id },
    userinfo: { sub },
    access_token: { iss: context.url, sub, client_id: oidc.client_id, scope: known.join(' ') },
  };
  const claimsInto = (into: ClaimTarget) => releasedClaims(scope, { applicationId, oidc }, user, { into, scopes: new Set(known) });
  const documents = await Promise.all(
    claimTargets.map(async (into) => ({ into, json: JSON.stringify({ ...own[into], ...(await claimsInto(into)) }, null, 2) })),
  );
  const claims = await claimsInto('access_token');
  return [...documents, ...(await previewApiTokens(scope, application, user, { asked, own: own.access_token, claims }))];
}

type Asked = { asked: string[]; own: object; claims: object };

/** What each API would be told, and which of the scopes that were asked for are left out, and why. */
async function previewApiTokens(
  scope: PageContext['scope'],
  { applicationId }: Client,
  user: User,
  { asked, own, claims }: Asked,
): Promise<Document[]> {
  const documents: Document[] = [];
  for (const allowed of await listApisOfApplication(scope, applicationId)) {
    const api = await getApi(scope, allowed.apiId);
    const wanted = api.scopes.map(({ name }) => name).filter((name) => asked.includes(name));
    if (wanted.length === 0 || allowed.scopes.length === 0) continue;
    const granted = await listScopesOfUser(scope, api.apiId, user.userId);
    const given = wanted.filter((name) => allowed.scopes.includes(name) && granted.includes(name));
    const left = wanted
      .filter((name) => !given.includes(name))
      .map((name) => ({ name, why: allowed.scopes.includes(name) ? ('person' as const) : ('application' as const) }));
    const listed = api.scopesClaim === 'none' ? {} : { [api.scopesClaim]: given };
    const token = { ...own, aud: api.identifier, scope: given.join(' '), ...claims, ...listed };
    documents.push({ into: 'access_token', api: api.name, left, json: given.length > 0 ? JSON.stringify(token, null, 2) : '' });
  }
  return documents;
}

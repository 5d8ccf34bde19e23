import { decide } from '../../../domain/applications/access/index.ts';
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
  const scopes = page.query('scope').trim().slice(0, 500) || claimScopes.join(' ');
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

/** Without what is of one sign-in alone: times, nonce, session. */
async function previewDocuments(
  { scope, context }: PageContext,
  { applicationId, oidc }: Client,
  user: User,
  scopes: string,
): Promise<{ into: ClaimTarget; json: string }[]> {
  const sub = await subjectOf(scope, oidc, user.userId);
  const own: Record<ClaimTarget, object> = {
    id_token: { iss: context.url, sub, aud: oidc.client_id },
    userinfo: { sub },
    access_token: { iss: context.url, sub, client_id: oidc.client_id, scope: scopes },
  };
  return Promise.all(
    claimTargets.map(async (into) => {
      const claims = await releasedClaims(scope, { applicationId, oidc }, user, { into, scopes: new Set(scopes.split(/\s+/)) });
      return { into, json: JSON.stringify({ ...own[into], ...claims }, null, 2) };
    }),
  );
}

import { abilitiesOf, type Change, getApplication } from '../../../domain/applications/applications/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';

/** Which field of the form a change is made in, and how the value is called there. */
export const fieldOf: Record<Change, [field: string, value: string]> = {
  grant_authorization_code: ['applications.grant_types', 'applications.grant_authorization_code'],
  grant_refresh_token: ['applications.grant_types', 'applications.grant_refresh_token'],
  grant_client_credentials: ['applications.grant_types', 'applications.grant_client_credentials'],
  grant_device_code: ['applications.grant_types', 'applications.grant_device_code'],
  secret: ['applications.authentication', 'applications.authentication_any'],
  private_key_jwt: ['applications.authentication', 'applications.authentication_private_key_jwt'],
  rs256: ['applications.alg', 'abilities.rs256'],
  par: ['applications.par', 'page.yes'],
  dpop: ['applications.dpop', 'page.yes'],
  post_logout_redirect_uris: ['applications.post_logout_redirect_uris', 'abilities.an_address'],
  backchannel_logout_uri: ['applications.backchannel_logout_uri', 'abilities.an_address'],
  initiate_login_uri: ['applications.initiate_login_uri', 'abilities.an_address'],
};

/** For an application's developer: what works with the present settings, and which setting would change it. */
export async function showAbilities(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  if (!application.oidc) throw notFound();
  const inWords = (change: Change) => fieldOf[change].map((key) => page.t(key));
  renderPage(page, 'admin-console/applications/abilities', { application, abilities: abilitiesOf(application.oidc), inWords });
}

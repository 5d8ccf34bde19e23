// Owns: the page with all of a person's applications, opening one, adding navigable ones, favourites; logos.
// Does not: decide access (domain/access) nor speak the applications' protocols: it sends the browser to where they begin.

import { decide } from '../../domain/applications/access/index.ts';
import { type Application, findLogo, getApplication } from '../../domain/applications/applications/index.ts';
import { addToLaunchpad, findLaunchpad, removeFromLaunchpad, setFavourite } from '../../domain/applications/assignments/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import {
  leaveTo,
  type PageContext,
  type Route,
  recordNoAccess,
  redirectTo,
  renderNoAccess,
  renderPage,
  withParameters,
} from '../request/index.ts';

export const launchpadRoutes: Route[] = [
  { method: 'GET', path: '/launchpad', access: 'person', handle: showLaunchpad },
  { method: 'GET', path: '/launchpad/open/:application', access: 'person', leaves: true, handle: openApplication },
  {
    method: 'POST',
    path: '/launchpad/add',
    access: 'person',
    handle: arrange((page, id) => addToLaunchpad(page.scope, page.session!.userId, id)),
  },
  {
    method: 'POST',
    path: '/launchpad/remove',
    access: 'person',
    handle: arrange((page, id) => removeFromLaunchpad(page.scope, page.session!.userId, id)),
  },
  {
    method: 'POST',
    path: '/launchpad/favourite',
    access: 'person',
    handle: arrange((page, id) => setFavourite(page.scope, page.session!.userId, id, page.form.get('favourite') === 'yes')),
  },
  { method: 'GET', path: '/logos/:application', access: 'person', handle: sendLogo },
];

async function showLaunchpad(page: PageContext): Promise<void> {
  const filter = { search: page.query('q').slice(0, 100), category: page.query('category') };
  renderPage(page, 'launchpad/launchpad', await findLaunchpad(page.scope, page.session!.userId, filter));
}

/** Decides, then begins the application's own sign-in (OpenID Connect Core §4, SAML profiles §4.1.5), which finds the person signed in. */
async function openApplication(page: PageContext): Promise<void> {
  const { ctx, context, scope, session } = page;
  const application = await getApplication(scope, page.params.application!);
  const verdict = decide(await page.services.findAccess(context.contextId, session!.userId, application.applicationId));
  if (!verdict.allowed) return renderNoAccess(page, application, await recordNoAccess(page, application, verdict), true);
  if (application.oidc?.initiate_login_uri) {
    const target: Record<string, string> = application.launchUrl ? { target_link_uri: application.launchUrl } : {};
    return leaveTo(ctx, withParameters(application.oidc.initiate_login_uri, { iss: context.url, ...target }));
  }
  if (application.launchUrl) return leaveTo(ctx, application.launchUrl);
  const { applicationId } = application;
  if (application.saml && !application.saml.refuseLaunch)
    return ctx.redirect(`${context.mount}${page.services.pathOf({ page: 'saml-launch', application: applicationId })}`);
  const home = homeOf(application);
  if (home) return ctx.redirect(home);
  renderPage(page, 'launchpad/no-address', { application: application.name });
}

/** Of an application that named no address: the root of the web site that every sign-in to it returns to. */
function homeOf({ oidc }: Application): string | undefined {
  const origins = new Set(
    oidc?.redirect_uris
      .filter((uri) => !uri.includes('*'))
      .map((uri) => new URL(uri))
      .map(({ protocol, port, hostname, origin }) => {
        const isNative = !/^https?:$/.test(protocol) || (['127.0.0.1', '[::1]', 'localhost'].includes(hostname) && port === '');
        return isNative ? undefined : origin;
      }),
  );
  const [origin] = origins;
  return origins.size === 1 && origin ? `${origin}/` : undefined;
}

function arrange(change: (page: PageContext, applicationId: string) => Promise<void>) {
  return async (page: PageContext) => {
    await change(page, page.form.get('application'));
    redirectTo(page, '/launchpad');
  };
}

async function sendLogo({ ctx, scope, params }: PageContext): Promise<void> {
  const logo = await findLogo(scope, params.application!);
  if (!logo) throw notFound();
  ctx.set('cache-control', 'private, max-age=300');
  ctx.etag = logo.etag;
  ctx.type = logo.contentType;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = logo.content;
}

import { viewExplanation } from '../../../domain/administration/explanations/index.ts';
import { getUser } from '../../../domain/people/users/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { explainToolsOf, presentExplanation } from '../explain/index.ts';
import { describeRelease } from './preview.ts';
import { loadShown } from './shown.ts';

/**
 * A sign-in of the administrator's own, now and from this browser, with what is saved: by the functions that decide a real one and make what is sent. Nothing goes to the
 * application; opening it is a link of its own.
 */
export async function showTest(page: PageContext): Promise<void> {
  const { scope, services, session, t } = page;
  const application = await loadShown(page);
  if (!application.oidc && !application.saml) throw notFound();
  const { facts, explanation } = await viewExplanation(scope, explainToolsOf(page), {
    person: session!.userId,
    applicationId: application.applicationId,
    ip: scope.actor.ip ?? '',
    isKnownBrowser: true,
    at: services.clock.now(),
  });
  const user = await getUser(scope, session!.userId);
  const shown = presentExplanation(t, facts, explanation);
  renderPage(page, 'admin-console/applications/test', {
    application,
    // what it would be told has its own place on this page
    shown: { ...shown, release: undefined },
    released: await describeRelease(page, application, user),
    goesTo: application.saml
      ? (application.saml.assertionConsumerServices.find(({ isDefault }) => isDefault) ?? application.saml.assertionConsumerServices[0])
          ?.url
      : application.oidc!.redirect_uris[0],
  });
}

import { describeApiScopes, listApiScopesOfUser, readApiScopeKey } from '../../domain/applications/apis/index.ts';
import { getApplication } from '../../domain/applications/applications/index.ts';
import { listApplicationsOfUser } from '../../domain/applications/assignments/index.ts';
import { listConsents, withdrawConsent } from '../../domain/applications/consents/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import { listApplicationUses } from '../../domain/sign-in/sessions/index.ts';
import { type PageContext, redirectTo, renderPage } from '../request/index.ts';

/** What the person may open, when they last did, what they let third parties know, and what each application may do at APIs in their name. */
export async function showApplications(page: PageContext): Promise<void> {
  const { scope, session, locale } = page;
  const { userId } = session!;
  const uses = await listApplicationUses(scope, userId);
  const consents = new Map((await listConsents(scope, userId)).map((one) => [one.applicationId, one]));
  const mayDo = await listApiScopesOfUser(scope, userId);
  const present = async (applicationId: ApplicationId, name: string) => {
    const consent = consents.get(applicationId);
    // of a third party's what was agreed to; the company's own need no agreement
    const keys = (mayDo.get(applicationId) ?? []).filter(({ isAsked, key }) => !isAsked || consent?.scopes.includes(key));
    return {
      applicationId,
      name,
      lastUsedAt: uses.get(applicationId),
      consent: consent && { ...consent, scopes: consent.scopes.filter((one) => !readApiScopeKey(one)) },
      apis: await describeApiScopes(
        scope,
        keys.map(({ key }) => key),
        locale,
      ),
    };
  };
  const applications = await listApplicationsOfUser(scope, userId);
  const shown = await Promise.all(applications.map((one) => present(one.applicationId as ApplicationId, one.name)));
  // what a third party may know is seen as long as it holds, also where the application cannot be opened any more
  for (const consent of consents.values()) {
    if (applications.some(({ applicationId }) => applicationId === consent.applicationId)) continue;
    const { applicationId, name } = await getApplication(scope, consent.applicationId);
    shown.push(await present(applicationId, name));
  }
  renderPage(page, 'account/applications', { applications: shown });
}

export async function submitWithdrawal(page: PageContext): Promise<void> {
  await withdrawConsent(page.scope, page.session!.userId, page.form.get('application'));
  redirectTo(page, '/account/applications?done=consent_withdrawn');
}

import { getApplication } from '../../domain/applications/applications/index.ts';
import { listApplicationsOfUser } from '../../domain/applications/assignments/index.ts';
import { listConsents, withdrawConsent } from '../../domain/applications/consents/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import { listApplicationUses } from '../../domain/sign-in/sessions/index.ts';
import { type PageContext, redirectTo, renderPage } from '../request/index.ts';

/** What the person may open, when they last did, and what they let third parties know. */
export async function showApplications(page: PageContext): Promise<void> {
  const { scope, session } = page;
  const { userId } = session!;
  const uses = await listApplicationUses(scope, userId);
  const consents = new Map((await listConsents(scope, userId)).map((one) => [one.applicationId, one]));
  const applications = (await listApplicationsOfUser(scope, userId)).map((one) => {
    const id = one.applicationId as ApplicationId;
    return { applicationId: id, name: one.name, lastUsedAt: uses.get(id), consent: consents.get(id) };
  });
  // what a third party may know is seen as long as it holds, also where the application cannot be opened any more
  const shown = [...applications];
  for (const consent of consents.values()) {
    if (applications.some(({ applicationId }) => applicationId === consent.applicationId)) continue;
    const { applicationId, name } = await getApplication(scope, consent.applicationId);
    shown.push({ applicationId, name, lastUsedAt: uses.get(applicationId), consent });
  }
  renderPage(page, 'account/applications', { applications: shown });
}

export async function submitWithdrawal(page: PageContext): Promise<void> {
  await withdrawConsent(page.scope, page.session!.userId, page.form.get('application'));
  redirectTo(page, '/account/applications?done=consent_withdrawn');
}

import { listApplicationsOfUser } from '../../domain/assignments/index.ts';
import { listConsents, withdrawConsent } from '../../domain/consents/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import { listApplicationUses } from '../../domain/sessions/index.ts';
import { type PageContext, redirectTo, renderPage } from '../request/index.ts';

/** What the person may open, when they last did, and what they let third parties know. */
export async function showApplications(page: PageContext): Promise<void> {
  const { scope, session } = page;
  const { userId } = session!;
  const uses = await listApplicationUses(scope, userId);
  const consents = new Map((await listConsents(scope, userId)).map((one) => [one.applicationId, one]));
  const applications = (await listApplicationsOfUser(scope, userId)).map((one) => {
    const id = one.applicationId as ApplicationId;
    return { ...one, lastUsedAt: uses.get(id), consent: consents.get(id) };
  });
  renderPage(page, 'account/applications', { applications });
}

export async function submitWithdrawal(page: PageContext): Promise<void> {
  await withdrawConsent(page.scope, page.session!.userId, page.form.get('application'));
  redirectTo(page, '/account/applications?done=consent_withdrawn');
}

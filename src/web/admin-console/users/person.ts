import { findWaitOfNewBrowsers, signOutUser } from '../../../domain/administration/account-changes/index.ts';
import { findProvisioning } from '../../../domain/administration/directory-provisioning/index.ts';
import { listSignIns } from '../../../domain/administration/explanations/index.ts';
import { findPlan } from '../../../domain/people/planned-deactivations/index.ts';
import { findPhoto } from '../../../domain/people/profiles/index.ts';
import { fullName, getUser, recordView, type User } from '../../../domain/people/users/index.ts';
import { listBrowsers } from '../../../domain/records/attempts/index.ts';
import { auditEventTypes, listEvents, listLastSignIns, viewEventTypes } from '../../../domain/records/audit/index.ts';
import { describeBrowser, listSessionsOfUser } from '../../../domain/sign-in/sessions/index.ts';
import { type PageContext, presentActor, presentDetails, renderPage, rulesOf } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { offerActions } from './actions.ts';
import { describeSecondFactors } from './second-factors.ts';

/** What stands above each part of a person's page: who it is, what may be done, what the administrator should know first. */
export async function loadPerson(page: PageContext, user: User) {
  const { scope } = page;
  const isSelf = page.session!.userId === user.userId;
  const photo = (await findPhoto(scope, user.userId))?.etag;
  const plan = await findPlan(scope, user.userId);
  const secondFactors = await describeSecondFactors(page, user);
  const provisioning = await findProvisioning(scope, user);
  const browsers = await listBrowsers(scope, user.userId, page.browser);
  const noted = (await listLastSignIns(scope, [user.userId])).get(user.userId);
  // a browser knows at once what is noted a minute later, until it is forgotten
  const lastSignIns = [noted, browsers[0]?.lastAt].filter((at) => at !== undefined);
  return {
    user,
    name: fullName(user),
    photo,
    isSelf,
    plan,
    secondFactors,
    provisioning,
    browsers: browsers.map((one) => ({ ...one, name: describeBrowser(one.userAgent) })),
    lastSignInAt: lastSignIns.length > 0 ? new Date(Math.max(...lastSignIns.map(Number))) : undefined,
    newBrowsersWait: await findWaitOfNewBrowsers(scope, (await rulesOf(page)).base.lockout, user),
    ...offerActions(`/admin/users/${user.userId}`, user, {
      isSelf,
      hasPlan: plan !== undefined,
      hasPhoto: photo !== undefined,
      hasSecondFactor: secondFactors.factors.length > 0,
      canProvision: provisioning.state === 'not-configured',
    }),
  };
}

/** How and from where the person signs in. */
export async function describeSignIns(page: PageContext, user: User) {
  const sessions = await listSessionsOfUser(page.scope, user.userId);
  return {
    lastSignIns: await listSignIns(page.scope, { userId: user.userId }),
    sessions: sessions.map((one) => ({ ...one, isHere: one.sessionId === page.session!.sessionId })),
  };
}

/** "Sign out there", of one session or of all. */
export async function submitSignOut(page: PageContext): Promise<void> {
  const ended = await signOutUser(page.scope, page.params.user!, page.form.get('session'), page.session!.sessionId);
  redirectTo(page, `/admin/users/${page.params.user}/access`, ended > 0 ? 'user_signed_out' : undefined);
}

/** Looks say nothing of what became of the person, and sign-ins have a place of their own. */
const changes = auditEventTypes.filter((type) => !viewEventTypes.includes(type) && !/^(sign-in|sign-out|access)\./.test(type));

export async function showHistory(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  await recordView(page.scope, user);
  const { items, cursor } = await listEvents(page.scope, {
    subjectId: user.userId,
    types: changes,
    cursor: page.query('after') || undefined,
  });
  const { t, services } = page;
  renderPage(page, 'admin-console/users/history', {
    ...(await loadPerson(page, user)),
    events: items.map((event) => {
      const { application, justification, ...others } = event.details;
      const { changes: changed, facts } = presentDetails(others, t, services.i18n);
      return { ...event, application, justification, changed, facts, who: presentActor(event.actor, t) };
    }),
    cursor,
  });
}

// Owns: a person's own pages: data, addresses, password, second factors, sessions, applications, what is kept of them. Does not: anything to other people (admin-console).

import { setLocale } from '../../domain/people/users/index.ts';
import { listBrowsers } from '../../domain/records/attempts/index.ts';
import { forgetOwnBrowser } from '../../domain/sign-in/authentication/index.ts';
import { describeBrowser, endOwnSession, listSessionsOfUser } from '../../domain/sign-in/sessions/index.ts';
import { serializeCookie } from '../../platform/http/index.ts';
import { isLocale } from '../../platform/i18n/index.ts';
import { type PageContext, type Route, redirectTo, renderPage } from '../request/index.ts';
import { showEmail, showRecoveryEmail, submitCancel, submitEmail, submitRecoveryEmail } from './addresses.ts';
import { showApplications, submitWithdrawal } from './applications.ts';
import { fresh } from './fresh.ts';
import { showNetworkPassword, showPassword, submitNetworkPassword, submitPassword } from './password.ts';
import { sendPersonalData, showPrivacy } from './privacy.ts';
import { refusePhoto, sendPhoto, showAccount, submitName, submitPhoto } from './profile.ts';
import { confirmRemoval, newFactorPath, showFactors, showNew, submitCodes, submitNew, submitRemoval } from './second-factors.ts';

const factors = '/account/second-factors';

export const accountRoutes: Route[] = [
  { method: 'GET', path: '/account', access: 'person', handle: (page) => showAccount(page) },
  { method: 'POST', path: '/account/name', access: 'person', handle: submitName },
  { method: 'POST', path: '/account/photo', access: 'person', handle: submitPhoto, showTooLarge: refusePhoto, maxBytes: 21_500_000 },
  { method: 'GET', path: '/photos/:user', access: 'person', handle: sendPhoto },
  { method: 'POST', path: '/account/language', access: 'person', handle: submitLanguage },
  { method: 'GET', path: '/account/email', access: 'person', handle: fresh('/account/email', (page) => showEmail(page)) },
  { method: 'POST', path: '/account/email', access: 'person', handle: fresh('/account/email', submitEmail) },
  {
    method: 'GET',
    path: '/account/recovery-email',
    access: 'person',
    handle: fresh('/account/recovery-email', (page) => showRecoveryEmail(page)),
  },
  { method: 'POST', path: '/account/recovery-email', access: 'person', handle: fresh('/account/recovery-email', submitRecoveryEmail) },
  { method: 'POST', path: '/account/cancel-change', access: 'person', handle: submitCancel },
  {
    method: 'GET',
    path: '/.well-known/change-password', // W3C: where browsers lead people whose password became known
    access: 'anyone',
    handle: async (page) => redirectTo(page, '/account/password'),
  },
  { method: 'GET', path: '/account/password', access: 'person', handle: fresh('/account/password', (page) => showPassword(page)) },
  { method: 'POST', path: '/account/password', access: 'person', handle: fresh('/account/password', submitPassword) },
  {
    method: 'GET',
    path: '/account/network-password',
    access: 'person',
    handle: fresh('/account/network-password', (page) => showNetworkPassword(page)),
  },
  {
    method: 'POST',
    path: '/account/network-password',
    access: 'person',
    handle: fresh('/account/network-password', submitNetworkPassword),
  },
  { method: 'GET', path: factors, access: 'person', handle: showFactors },
  { method: 'GET', path: `${factors}/new/:factor`, access: 'person', handle: fresh(newFactorPath, (page) => showNew(page)) },
  { method: 'POST', path: `${factors}/new/:factor`, access: 'person', handle: fresh(newFactorPath, submitNew) },
  { method: 'POST', path: `${factors}/codes`, access: 'person', handle: fresh(factors, submitCodes) },
  { method: 'GET', path: `${factors}/:factor/remove`, access: 'person', handle: fresh(factors, confirmRemoval) },
  { method: 'POST', path: `${factors}/:factor/remove`, access: 'person', handle: fresh(factors, submitRemoval) },
  { method: 'GET', path: '/account/applications', access: 'person', handle: showApplications },
  { method: 'POST', path: '/account/applications', access: 'person', handle: submitWithdrawal },
  { method: 'GET', path: '/account/privacy', access: 'person', handle: showPrivacy },
  { method: 'POST', path: '/account/privacy/data', access: 'person', handle: fresh('/account/privacy', sendPersonalData) },
  { method: 'GET', path: '/account/sessions', access: 'person', handle: showSessions },
  { method: 'POST', path: '/account/sessions', access: 'person', handle: submitSessions },
  { method: 'POST', path: '/account/browsers', access: 'person', handle: submitBrowser },
];

/** The person's own language, everywhere; the choice of this browser gives way to it. */
async function submitLanguage(page: PageContext): Promise<void> {
  const locale = page.form.get('locale');
  if (isLocale(locale)) {
    await setLocale(page.scope, page.session!.userId, locale);
    page.ctx.append('set-cookie', serializeCookie('portaria_language', undefined, { secure: page.context.isSecure }));
  }
  redirectTo(page, '/account?done=language_saved');
}

async function showSessions(page: PageContext): Promise<void> {
  const { userId } = page.session!;
  const sessions = await listSessionsOfUser(page.scope, userId);
  const browsers = await listBrowsers(page.scope, userId, page.browser);
  renderPage(page, 'account/sessions', {
    sessions: sessions.map((one) => ({ ...one, isHere: one.sessionId === page.session!.sessionId })),
    browsers: browsers.map((one) => ({ ...one, name: describeBrowser(one.userAgent) })),
  });
}

async function submitBrowser(page: PageContext): Promise<void> {
  await forgetOwnBrowser(page.scope, page.session!.userId, page.form.get('browser'));
  redirectTo(page, '/account/sessions?done=browser_forgotten');
}

/** "Sign out there", one or all others. */
async function submitSessions(page: PageContext): Promise<void> {
  const { session, form } = page;
  const wanted = form.get('session');
  const others = (await listSessionsOfUser(page.scope, session!.userId)).filter(({ sessionId }) => sessionId !== session!.sessionId);
  for (const { sessionId } of others)
    if (wanted === 'others' || wanted === sessionId) await endOwnSession(page.scope, session!.userId, sessionId);
  redirectTo(page, '/account/sessions?done=sessions_ended');
}

import { newAccountsSettings } from '../../domain/company/new-accounts/index.ts';
import { listDirectories, stateOf } from '../../domain/people/directories/index.ts';
import { loginKey } from '../../domain/people/users/index.ts';
import {
  completeSignIn,
  type DirectoryRefusal,
  identify,
  type OpenAttempt,
  type PendingRequest,
  type Proven,
  proveAlone,
  provePassword,
  recordKeptOut,
  recordProof,
  type Standing,
  type Step,
  settleOpen,
} from '../../domain/sign-in/authentication/index.ts';
import { type FactorKind, factorOf } from '../../domain/sign-in/credentials/factors/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { serializeCookie } from '../../platform/http/index.ts';
import {
  arrivalAt,
  cancelPath,
  cookieNames,
  factorTexts,
  factsOfStep,
  forgiveGuesses,
  knownMark,
  limitGuesses,
  loginHint,
  networkOf,
  newSupportCode,
  type PageContext,
  placeOf,
  redirectTo,
  renderPage,
  rulesOf,
  sendToSignIn,
  usableFactors,
} from '../request/index.ts';
import { localPath } from './local-path.ts';
import { applicationName, goBack, loadPending, stepOf } from './pending.ts';

/** A sign-in that no relying party asked for. */
export async function openSignIn(page: PageContext): Promise<void> {
  const path = localPath(page.query('to'), page.services.pathOf({ page: 'launchpad' }));
  if (page.session) return page.ctx.redirect(`${page.context.mount}${path}`);
  const told = {
    ...(page.query('done') === 'sign_in_restarted' ? { done: 'sign_in_restarted' } : {}),
    ...(page.query('login_hint') ? { login_hint: loginHint(page) } : {}),
  };
  await sendToSignIn(page, { destination: { protocol: 'portaria', path }, demands: {} }, told);
}

export async function showSignIn(page: PageContext): Promise<void> {
  const request = await loadPending(page);
  if (!request) return;
  // a known person signs in again; another name can still be typed, and has to be if the hint is empty
  const login = loginHint(page) || (page.ctx.query.login_hint === '' ? '' : (page.session?.person.login ?? ''));
  await goOn(page, request, () => render(page, request, { login }));
}

export async function submitSignIn(page: PageContext): Promise<void> {
  const login = page.form.get('login').trim();
  const password = page.form.get('password');
  const isWhole = login !== '' && password !== '';
  const { scope, browser } = page;
  const [rules, network] = [await rulesOf(page), await networkOf(page)];
  // in one message with the request
  const identified = isWhole ? identify(scope, rules, login, browser) : undefined;
  identified?.catch(() => {}); // whoever waits for it sees the failure
  const request = await loadPending(page);
  if (!request) return;
  if (!isWhole) return render(page, request, { login, fault: page.t('sign_in.missing'), status: 422 });
  const attempt = { login, password, browser, applicationId: request.applicationId, leftOpen: true, identified };
  const result = await limitGuesses(page, { kind: 'sign-in', login }, () => provePassword(scope, rules, attempt, network), isRefused);
  if (result.outcome === 'unavailable') throw new AppError('busy', 503);
  if (result.outcome === 'refused') return render(page, request, { login, fault: await reasonFor(page, result.told), status: 422 });
  const proven: Proven = { ...result.proven, keep: page.form.get('keep') === 'yes' };
  const askAgain = () => render(page, request, { login, fault: page.t('sign_in.refused'), status: 422 });
  await goOn(page, { ...request, proven }, askAgain, result);
}

const isRefused = ({ outcome }: { outcome: string }): boolean => outcome === 'refused';

/** Of a form that was shown before somebody signed in, in another tab: that person goes on from here; anybody else is asked once more, with what was typed. */
export async function showOutdatedSignIn(page: PageContext): Promise<void> {
  const request = await loadPending(page);
  if (!request) return;
  const login = page.form.get('login').trim();
  const own = page.session?.person.login;
  if (login === '' || (own && loginKey(login).key === loginKey(own).key)) return redirectTo(page, `/sign-in/${request.address}`);
  await render(page, request, { login, fault: own && page.t('sign_in.outdated', { login: own }), status: 422 });
}

/** Only with the right password does the message say what the directory reported. Otherwise it never depends on the name, only on whether a directory of the company is unavailable. */
async function reasonFor({ t, context, scope, ...page }: PageContext, told: DirectoryRefusal | undefined): Promise<string> {
  const company = context.name;
  if (told) return t(`network_refused.${told.replace('-', '_')}`, { company });
  const { rules } = await networkOf({ ...page, context });
  const isAway = rules.signIn && (await listDirectories(scope)).some((one) => stateOf(one) === 'unavailable');
  return isAway ? t('network_refused.away', { company }) : t('sign_in.refused');
}

/** A factor alone: it says who the person is, and is two factors. */
export async function submitAlone(page: PageContext, factor = page.params.factor): Promise<void> {
  const request = await loadPending(page);
  if (!request) return;
  const { scope, form } = page;
  const kind = usableFactors(page).find((one) => one === factor && factorOf(one).findOwner);
  // one that the company takes no longer is refused with the form, and the audit says why
  if (!kind) throw notFound();
  const [rules, given] = [await rulesOf(page), { kind, place: placeOf(page), answer: form }];
  const result = await limitGuesses(page, { kind: 'sign-in' }, () => proveAlone(scope, rules, given, request.applicationId), isRefused);
  const again = (fault: string, status = 422) => render(page, request, { login: '', fault: page.t(fault), status });
  if (result.outcome === 'unavailable') return again('second_factor.unavailable', 503);
  const refused = () => again(`${factorTexts(kind)}.wrong`);
  if (result.outcome === 'refused') return refused();
  await goOn(page, { ...request, proven: { ...result.proven, keep: form.get('keep') === 'yes' } }, refused, result);
}

/** The factors that the company takes without a name and a password, at this address. */
async function factorsAlone(page: PageContext): Promise<FactorKind[]> {
  const { demand, factors } = (await rulesOf(page)).base.secondFactor;
  return demand === 'off' ? [] : usableFactors(page).filter((kind) => factors.includes(kind) && factorOf(kind).findOwner);
}

/** What was found out a moment ago, with the proof: the standing of who gave it, and the attempt that was right (provePassword). */
type Found = { standing?: Standing; attempt?: OpenAttempt };

/** Does what the next step says; `ask` shows the page for name and password. */
export async function goOn(page: PageContext, request: PendingRequest, ask: () => Promise<void>, found: Found = {}): Promise<void> {
  const { standing, attempt } = found;
  const step = await stepOf(page, request, standing);
  // the end of a sign-in settles it along with the rest
  if (attempt && !(step.step === 'done' && step.by === 'proof')) await settleOpen(page.scope, attempt);
  if (step.step === 'identify' || step.step === 'password') return ask();
  if (step.step === 'kept-out') return showKeptOut(page, request, step);
  if (step.step !== 'done') {
    if (step.by === 'proof') await recordProof(page.scope, request, request.proven!);
    // written by now, it has a shorter address
    return redirectTo(page, `/sign-in/${step.by === 'proof' ? request.requestId : request.address}/${step.step}`);
  }
  if (step.by === 'session') return goBack(page, request);
  const { context } = page;
  const { demands, applicationId } = request;
  const arrival = await arrivalAt(page, { demands, applicationId, proven: request.proven! });
  const completed = await completeSignIn(page.scope, await rulesOf(page), request, { ...arrival, attempt }, page.locale);
  // sent twice: the page of the request knows where it led
  if (!completed) return redirectTo(page, `/sign-in/${request.address}`);
  const options = { secure: context.isSecure, maxAgeSeconds: completed.keptForSeconds };
  page.ctx.append('set-cookie', serializeCookie(cookieNames(context).session, completed.token, options));
  const { userId } = request.proven!;
  if (completed.mistakenAs) await forgiveGuesses(page, completed.mistakenAs);
  page.ctx.append('set-cookie', knownMark(page.services, context, { browser: page.browser, userId, logins: completed.logins }));
  goBack(page, request);
}

/** The password was right, and the company lets nobody in from there or now: the person may know that, the audit knows the rest. */
async function showKeptOut(page: PageContext, request: PendingRequest, { by, why }: Extract<Step, { step: 'kept-out' }>): Promise<void> {
  const supportCode = newSupportCode();
  const { proven, demands, applicationId } = request;
  const rules = await rulesOf(page);
  const facts = await factsOfStep(page, { proven, demands, applicationId });
  const userId = by === 'proof' ? proven!.userId : page.session!.userId;
  await recordKeptOut(page.scope, rules, userId, { why, supportCode, facts }, applicationId);
  renderPage(page, 'sign-in/kept-out', { why, supportCode, now: page.services.clock.now(), cancel: cancelPath(request) }, { status: 403 });
}

async function render(
  page: PageContext,
  request: PendingRequest,
  { login, fault, status = 200 }: { login: string; fault?: string; status?: number },
): Promise<void> {
  const application = await applicationName(page, request);
  const { session } = (await rulesOf(page)).base;
  const alone = await Promise.all(
    (await factorsAlone(page)).map(async (kind) => ({
      kind,
      challenge: await factorOf(kind).challenge(page.scope, placeOf(page), undefined),
    })),
  );
  const { selfRegistration } = await page.services.findSettings(page.context.contextId, newAccountsSettings);
  renderPage(
    page,
    'sign-in/sign-in',
    {
      application,
      login,
      fault,
      alone,
      texts: factorTexts,
      mayRegister: selfRegistration,
      keepDays: session.keepDays,
      keep: page.form.get('keep') === 'yes',
      action: `/sign-in/${request.address}`,
      request: request.address,
      cancel: cancelPath(request),
    },
    { status },
  );
}

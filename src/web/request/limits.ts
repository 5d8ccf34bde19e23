import type { IncomingMessage } from 'node:http';
import { loginKey } from '../../domain/people/users/index.ts';
import type { LimitKind, Place } from '../../domain/records/address-limits/index.ts';
import type { AppError } from '../../platform/errors/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { noteInLog } from '../../platform/log/index.ts';
import { clientOf } from './actor.ts';
import type { ResolvedContext } from './context-directory.ts';
import { cookieNames } from './cookie-names.ts';
import { readKnownMark } from './known-mark.ts';
import { renderPage } from './render.ts';
import type { PageContext } from './route.ts';
import type { Services } from './services.ts';

/** Where a request comes from, as its head says it: nothing is looked up for that. */
export function cameFrom(services: Services, context: ResolvedContext, request: IncomingMessage): Place {
  const { cookie } = request.headers;
  const browser = readCookie(cookie, cookieNames(context).browser);
  const knownAs = readKnownMark(services, context, browser, cookie)?.userId;
  return { ip: clientOf(services, request).ip, ...(knownAs ? { knownAs, browser: nameOf(services, browser!) } : {}) };
}

/** Before anything of a request is read: what is refused whichever of its two counts it stands on. Whose login it names is not known yet. */
export function findRefusal(
  { limits, clock }: Services,
  { contextId }: ResolvedContext,
  kind: LimitKind,
  { ip, ...known }: Place,
): AppError | undefined {
  const now = clock.now();
  const refusal = limits.findRefusal(contextId, kind, { ip }, now);
  return refusal && known.knownAs ? limits.findRefusal(contextId, kind, { ip, ...known }, now) : refusal;
}

/** Its secret stands in no table. */
const nameOf = ({ keyRing }: Pick<Services, 'keyRing'>, browser: string): string =>
  keyRing.fingerprint(browser, 'known browser')[0]!.slice(0, 22);

/** In a known browser a person has a count of their own, for their own login: what is tried there of others counts where it comes from, as anybody's. */
function placeOfPage(
  { scope, known, browser, services }: Pick<PageContext, 'scope' | 'known' | 'browser' | 'services'>,
  login?: string,
): Place {
  const isOwn = known && (login === undefined || known.isLogin(login));
  return {
    ip: scope.actor.ip ?? '',
    ...(isOwn ? { knownAs: known.userId, browser: nameOf(services, browser) } : {}),
    ...(login === undefined ? {} : { naming: loginKey(login).key }),
  };
}

/** Runs what may be a guess; wrong ones count on the address that they come from, or on the person whose browser and login it is. @throws AppError too_many_attempts, busy */
export const limitGuesses = <T>(
  page: PageContext,
  { kind, login }: { kind: LimitKind; login?: string },
  work: () => Promise<T>,
  isWrong: (result: T) => boolean,
): Promise<T> => page.services.limits.attempt(page.scope, kind, placeOfPage(page, login), work, isWrong);

/** Runs what each of counts, such as asking for a mail: who asks is not told whether it was right. @throws AppError too_many_attempts, busy */
export const limitRequests = <T>(page: PageContext, by: { kind: LimitKind; login?: string }, work: () => Promise<T>): Promise<T> =>
  limitGuesses(page, by, work, () => true);

/** Wrong ones of a name that its owner signs in by a moment later were typing errors. That they cannot be given back changes no answer. */
export const forgiveGuesses = (page: PageContext, login: string): Promise<void> =>
  page.services.limits
    .giveBack(page.scope, 'sign-in', { ...placeOfPage(page, login), naming: loginKey(login).key })
    .catch((error) => page.services.log.error({ err: error }, 'typing errors could not be given back to an address'));

/** Says how long to wait, and that a browser of one's own need not. No support code: the audit has one event for the address, and nothing of each request is written. */
export function renderHeldBack(page: PageContext, { retryAfterSeconds = 60 }: Pick<AppError, 'retryAfterSeconds'>): void {
  const { ctx, scope, services } = page;
  ctx.set('retry-after', String(retryAfterSeconds));
  noteInLog({ fault: 'too_many_attempts' });
  const now = services.clock.now();
  const isOwn = placeOfPage(page, page.form.get('login') || undefined).knownAs !== undefined;
  const until = new Date(now.getTime() + retryAfterSeconds * 1000);
  renderPage(page, 'errors/held-back', { until, again: ctx.state.again, address: scope.actor.ip, isOwn }, { status: 429 });
}

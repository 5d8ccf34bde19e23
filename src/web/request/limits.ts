import type { IncomingMessage } from 'node:http';
import type { LimitKind, Place } from '../../domain/records/address-limits/index.ts';
import type { AppError } from '../../platform/errors/index.ts';
import { readCookie } from '../../platform/http/index.ts';
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
  return { ip: clientOf(services, request).ip, knownAs: readKnownMark(services, context, browser, cookie) };
}

const placeOfPage = ({ scope, knownAs }: Pick<PageContext, 'scope' | 'knownAs'>): Place => ({ ip: scope.actor.ip ?? '', knownAs });

/** Runs what may be a guess; wrong ones count on the address that they come from, or on the person whose browser it is. @throws AppError too_many_attempts, busy */
export const limitGuesses = <T>(page: PageContext, kind: LimitKind, work: () => Promise<T>, isWrong: (result: T) => boolean): Promise<T> =>
  page.services.limits.attempt(page.scope, kind, placeOfPage(page), work, isWrong);

/** Runs what each of counts, such as asking for a mail: who asks is not told whether it was right. @throws AppError too_many_attempts, busy */
export const limitRequests = <T>(page: PageContext, kind: LimitKind, work: () => Promise<T>): Promise<T> =>
  limitGuesses(page, kind, work, () => true);

/** Wrong ones of a name that its owner signs in by a moment later were typing errors. */
export const forgiveGuesses = (page: PageContext, n: number): Promise<void> =>
  page.services.limits.giveBack(page.scope, 'sign-in', placeOfPage(page), n);

/** Says how long to wait, and that a browser of one's own need not. No support code: the audit has one event for the address, and nothing of each request is written. */
export function renderHeldBack(page: PageContext, { retryAfterSeconds = 60 }: Pick<AppError, 'retryAfterSeconds'>): void {
  const { ctx, scope, services } = page;
  ctx.set('retry-after', String(retryAfterSeconds));
  const now = services.clock.now();
  const until = new Date(now.getTime() + retryAfterSeconds * 1000);
  renderPage(
    page,
    'errors/held-back',
    { until, again: ctx.state.again, address: scope.actor.ip, isOwn: page.knownAs !== undefined },
    { status: 429 },
  );
}

import type { UserId } from '../../domain/scope.ts';
import { safeEqual } from '../../platform/crypto/index.ts';
import { readCookie, serializeCookie } from '../../platform/http/index.ts';
import type { ResolvedContext } from './context-directory.ts';
import { cookieNames } from './cookie-names.ts';
import type { Services } from './services.ts';

const purpose = 'known browser';
const secondsKept = 180 * 24 * 3600;

const said = ({ contextId }: Pick<ResolvedContext, 'contextId'>, browser: string, userId: string): string =>
  `${contextId} ${browser} ${userId}`;

/**
 * The cookie by which a browser shows, without anybody asking the store, who has signed in with it last: others at its address use up nothing of what it may try. It proves
 * nothing else, and is worth nothing beside another browser's own cookie.
 */
export const knownMark = (
  { keyRing }: Pick<Services, 'keyRing'>,
  context: ResolvedContext,
  { browser, userId }: { browser: string; userId: UserId },
): string =>
  serializeCookie(cookieNames(context).known, `${userId}.${keyRing.fingerprint(said(context, browser, userId), purpose)[0]}`, {
    secure: context.isSecure,
    maxAgeSeconds: secondsKept,
  });

/** @param cookies the header @returns undefined for a browser that nobody has signed in with, as far as it shows */
export function readKnownMark(
  { keyRing }: Pick<Services, 'keyRing'>,
  context: ResolvedContext,
  browser: string | undefined,
  cookies: string | undefined,
): UserId | undefined {
  const [userId = '', proof = ''] = (readCookie(cookies, cookieNames(context).known) ?? '').split('.');
  if (!browser || userId === '' || proof === '') return undefined;
  const isOurs = keyRing.fingerprint(said(context, browser, userId), purpose).some((one) => safeEqual(one, proof));
  return isOurs ? (userId as UserId) : undefined;
}

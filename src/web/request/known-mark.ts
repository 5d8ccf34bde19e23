import { loginKey } from '../../domain/people/users/index.ts';
import type { UserId } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { safeEqual } from '../../platform/crypto/index.ts';
import { readCookie, serializeCookie } from '../../platform/http/index.ts';
import type { ResolvedContext } from './context-directory.ts';
import { cookieNames } from './cookie-names.ts';
import type { Services } from './services.ts';

const purpose = 'known browser';
const secondsKept = 180 * 24 * 3600;

/** Who has signed in with a browser last. `isLogin`: whether it is a login of that person, however it is written. */
export type KnownPerson = { userId: UserId; isLogin(login: string): boolean };

type Marked = { browser: string; userId: string; logins: string[] };

const said = ({ contextId }: Pick<ResolvedContext, 'contextId'>, { browser, userId, logins }: Marked): string =>
  JSON.stringify([contextId, browser, userId, logins]);

/** What we give a browser, and nothing else that somebody may write there. */
export const isBrowserId = (value: string | undefined): value is string => /^[\w-]{43}$/.test(value ?? '');

/** A cookie names nobody. @returns by each key */
const marksOf = ({ keyRing }: Pick<Services, 'keyRing'>, userId: string, login: string): string[] =>
  keyRing.fingerprint(`${userId} ${loginKey(login).key}`, purpose).map((one) => one.slice(0, 22));

/**
 * The cookie by which a browser shows, without anybody asking the store, who has signed in with it last, and by which logins that person does: others at its address use up
 * nothing of what it may try. It proves nothing else, and is worth nothing beside another browser's own cookie.
 */
export function knownMark(
  services: Pick<Services, 'keyRing'>,
  context: ResolvedContext,
  { browser, userId, logins }: { browser: string; userId: UserId; logins: string[] },
): string {
  const marked = { browser, userId, logins: logins.map((login) => marksOf(services, userId, login)[0]!) };
  const proof = services.keyRing.fingerprint(said(context, marked), purpose)[0]!;
  return serializeCookie(cookieNames(context).known, [userId, proof, ...marked.logins].join('.'), {
    secure: context.isSecure,
    maxAgeSeconds: secondsKept,
  });
}

/** @param cookies the header @returns undefined for a browser that nobody has signed in with, as far as it shows */
export function readKnownMark(
  services: Pick<Services, 'keyRing'>,
  context: ResolvedContext,
  browser: string | undefined,
  cookies: string | undefined,
): KnownPerson | undefined {
  const [userId = '', proof = '', ...logins] = (readCookie(cookies, cookieNames(context).known) ?? '').split('.');
  if (!isBrowserId(browser) || userId === '' || proof === '') return undefined;
  const isOurs = services.keyRing.fingerprint(said(context, { browser, userId, logins }), purpose).some((one) => safeEqual(one, proof));
  if (!isOurs) return undefined;
  return { userId: userId as UserId, isLogin: (login) => marksOf(services, userId, login).some((one) => logins.includes(one)) };
}

/** Whose browser it is: the person who is, or was, signed in. */
export function personHere(
  session: Pick<Session, 'userId' | 'person'> | undefined,
  marked: KnownPerson | undefined,
): KnownPerson | undefined {
  if (!session) return marked;
  const same = marked?.userId === session.userId ? marked : undefined;
  const current = loginKey(session.person.login).key;
  return { userId: session.userId, isLogin: (login) => loginKey(login).key === current || same?.isLogin(login) === true };
}

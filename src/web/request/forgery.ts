import { safeEqual } from '../../platform/crypto/index.ts';
import type { PageContext } from './route.ts';

type Bound = Pick<PageContext, 'context' | 'browser' | 'session'> & { services: Pick<PageContext['services'], 'keyRing'> };

/**
 * The token of this browser's forms. It belongs to the session, so that whoever planted the browser's cookie does not know it and that it changes at every sign-in; before a
 * sign-in it belongs to the browser alone. Its first parts only say, once it does not fit any more, whether it is an old one of this browser or of this person.
 */
export function forgeryToken({ services: { keyRing }, context, browser, session }: Bound): string {
  const part = (of: string) => keyRing.fingerprint(`${context.contextId} ${browser} ${of}`, 'csrf')[0]!;
  const { userId = '', sessionId = '' } = session ?? {};
  return [part('browser').slice(0, 11), part(`person ${userId}`).slice(0, 22), part(`session ${sessionId}`)].join('.');
}

/**
 * Whose form it is by its token. `here`: of this page as it is now. `person`: shown to this person in this browser, in a session before this one. `browser`: shown in this browser
 * to nobody, or to somebody else. Only `here` may change anything.
 */
export type FormOrigin = 'here' | 'person' | 'browser' | 'elsewhere';

export function originOfForm({ form, csrf, session }: Pick<PageContext, 'form' | 'csrf' | 'session'>): FormOrigin {
  const given = form.get('_csrf');
  if (safeEqual(given, csrf)) return 'here';
  const [browser, person] = given.split('.');
  const [ownBrowser, ownPerson] = csrf.split('.');
  if (!safeEqual(browser ?? '', ownBrowser!)) return 'elsewhere';
  return session && safeEqual(person ?? '', ownPerson!) ? 'person' : 'browser';
}

import type Koa from 'koa';
import { maskToken, safeEqual, unmaskToken } from '../../platform/crypto/index.ts';
import type { PageContext } from './route.ts';

type Bound = Pick<PageContext, 'context' | 'browser' | 'session'> & { services: Pick<PageContext['services'], 'keyRing'> };

const browserLength = 11;

/**
 * The token of this browser's forms. It belongs to the session, so that whoever planted the browser's cookie does not know it and that it changes at every sign-in; before a
 * sign-in it belongs to the browser alone. Its first parts only say, once it does not fit any more, whether it is an old one of this browser or of this person.
 */
export function forgeryToken({ services: { keyRing }, context, browser, session }: Bound): string {
  const part = (of: string) => keyRing.fingerprint(`${context.contextId} ${browser}${of}`, 'csrf')[0]!;
  // as servers of version 0.2 make and take it: a sign-in goes on while one is replaced by the other
  const ofBrowser = part('');
  if (!session) return ofBrowser;
  const { userId, sessionId } = session;
  return [ofBrowser.slice(0, browserLength), part(` person ${userId}`).slice(0, 22), part(` session ${sessionId}`)].join('.');
}

/** The token as a page shows it. Before a sign-in it is not masked: servers of version 0.2 take it as it is. */
export const shownToken = ({ csrf, session }: Pick<PageContext, 'csrf' | 'session'>): string => (session ? maskToken(csrf) : csrf);

/** No other site began the request, or nobody is signed in whose secrets the length of the answer could tell (docs/decisions/0029-compressed-pages.md). */
export function mayCompress(ctx: Koa.Context): boolean {
  const page: PageContext | undefined = ctx.state.page;
  return !page?.session || ['', 'same-origin', 'none'].includes(ctx.get('sec-fetch-site'));
}

/**
 * Whose form it is by its token. `here`: of this page as it is now. `person`: shown to this person in this browser, in a session before this one. `browser`: shown in this browser
 * to nobody, or to somebody else. Only `here` may change anything.
 */
export type FormOrigin = 'here' | 'person' | 'browser' | 'elsewhere';

export function originOfForm({ form, csrf, session }: Pick<PageContext, 'form' | 'csrf' | 'session'>): FormOrigin {
  const given = unmaskToken(form.get('_csrf'));
  if (safeEqual(given, csrf)) return 'here';
  if (!safeEqual(given.slice(0, browserLength), csrf.slice(0, browserLength))) return 'elsewhere';
  const [[, person = ''], [, own = '']] = [given.split('.'), csrf.split('.')];
  return session && safeEqual(person, own) ? 'person' : 'browser';
}

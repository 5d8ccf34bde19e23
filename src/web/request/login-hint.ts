import type { PageContext } from './route.ts';

/** As long as an e-mail address may be (RFC 5321 §4.5.3.1), without half a character at its end. */
export const shortHint = (hint: string): string => hint.slice(0, 254).toWellFormed();

/** Whom an application, or the page before, expects (OpenID Connect Core §3.1.2.1). */
export const loginHint = (page: Pick<PageContext, 'query'>): string => shortHint(page.query('login_hint'));

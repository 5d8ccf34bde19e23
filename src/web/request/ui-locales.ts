import { readCookie } from '../../platform/http/index.ts';
import { isLocale, negotiateLocale } from '../../platform/i18n/index.ts';
import type { PageContext } from './route.ts';

/**
 * Shows the page in the language that an application asks for (`ui_locales`, OpenID Connect Core §3.1.2.1), in order of preference. What the person chose on a page of
 * ours in this browser comes before it; what their profile or the browser says, after it.
 */
export function followUiLocales(page: Pick<PageContext, 'ctx' | 'services' | 'locale' | 't'>, wanted: unknown): void {
  if (typeof wanted !== 'string' || isLocale(readCookie(page.ctx.get('cookie'), 'portaria_language'))) return;
  page.locale = negotiateLocale(wanted.trim().split(/\s+/).join(','), page.locale);
  page.t = page.services.i18n.for(page.locale);
}

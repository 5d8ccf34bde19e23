import type { Branding } from '../../domain/company/branding/index.ts';
import type { Form } from '../../platform/http/index.ts';
import { locales } from '../../platform/i18n/index.ts';

export type BrandingValues = Pick<Branding, 'color' | 'texts' | 'links'>;

/** The form of the branding page, as it was typed. */
export const readBranding = (form: Form): BrandingValues => ({
  color: form.get('color'),
  texts: Object.fromEntries(
    locales.map((locale) => [locale, { signIn: form.get(`texts.${locale}.signIn`), launchpad: form.get(`texts.${locale}.launchpad`) }]),
  ),
  links: { help: form.get('links.help'), privacy: form.get('links.privacy'), terms: form.get('links.terms') },
});

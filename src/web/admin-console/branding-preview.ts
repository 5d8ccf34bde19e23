import { findLaunchpad } from '../../domain/applications/assignments/index.ts';
import { type Branding, brandingSettings, draftBranding } from '../../domain/company/branding/index.ts';
import { loadSettings } from '../../domain/company/context-settings/index.ts';
import { isLocale, type Locale } from '../../platform/i18n/index.ts';
import { composeMail, type PageContext, renderPage } from '../request/index.ts';
import { readBranding } from './read-branding.ts';

/** Pages and a mail that the company's branding shows in, by their own views. */
export const previews = ['sign-in', 'launchpad', 'mail'] as const;
type Preview = (typeof previews)[number];

const samples = ['mail', 'calendar', 'payroll', 'help'] as const;

/** As it is kept (GET), or as it is typed and not saved (POST). It is shown in a frame of the branding page, where nothing in it runs, opens or is sent. */
export async function showPreview(page: PageContext): Promise<void> {
  const { form, query, ctx, scope, services } = page;
  const asked = (name: string) => form.get(name) || query(name);
  const kept = (await loadSettings(scope, brandingSettings)).value;
  const branding = ctx.method === 'POST' ? draftBranding(kept, readBranding(form)) : kept;
  const typed = asked('preview_locale');
  const locale = isLocale(typed) ? typed : page.locale;
  const shown = { ...page, branding, locale, t: services.i18n.for(locale) };
  await show[previews.find((one) => one === asked('view')) ?? 'sign-in'](shown, locale, branding);
}

const show: Record<Preview, (page: PageContext, locale: Locale, branding: Branding) => Promise<void>> = {
  async 'sign-in'(page) {
    const locals = { login: '', action: '', alone: [], keepDays: 0, hasAddress: true };
    renderPage({ ...page, session: undefined }, 'sign-in/sign-in', locals, { framedByUs: true });
  },
  async launchpad(page) {
    const own = await findLaunchpad(page.scope, page.session!.userId, { search: '', category: '' });
    const applications = samples.map((name) => ({ applicationId: name, name: page.t(`branding.samples.${name}`), category: '' }));
    renderPage(page, 'launchpad/launchpad', own.hasAny ? own : { ...own, applications, hasAny: true }, { framedByUs: true });
  },
  async mail({ ctx, services, context, session }, locale, branding) {
    const params = { firstName: session!.person.firstName || session!.person.lastName, days: 7 };
    const { html } = await composeMail(services, context, { mail: 'invitation', locale, params, link: `${context.url}/`, branding });
    // a mail has its style in its own lines; nothing else may come in
    ctx.set(
      'content-security-policy',
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; img-src 'self'; style-src 'unsafe-inline'",
    );
    ctx.set('x-frame-options', 'SAMEORIGIN');
    ctx.type = 'html';
    ctx.body = html;
  },
};

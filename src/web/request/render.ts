import { randomInt } from 'node:crypto';
import { isDefaultColor } from '../../domain/company/branding/index.ts';
import { type Count, calledName, fullName } from '../../domain/people/users/index.ts';
import { BusyError } from '../../platform/crypto/index.ts';
import { isUnavailable } from '../../platform/database/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { contentSecurityPolicy } from '../../platform/http/index.ts';
import { type Locale, locales } from '../../platform/i18n/index.ts';
import { noteInLog } from '../../platform/log/index.ts';
import { shownToken } from './forgery.ts';
import { nameInitials, personInitials, toneOf } from './initials.ts';
import type { LinkedPage } from './linked-page.ts';
import { pictureOf, productOf } from './pictures.ts';
import type { PageContext } from './route.ts';
import type { Refusal } from './submit-form.ts';
import { themeOf } from './theme.ts';
import { reasonText } from './words/present-details.ts';

const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** What a person reads to their administrator: 40 bits, without letters that look alike. */
export const newSupportCode = (): string =>
  Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)])
    .join('')
    .replace(/^(.{4})/, '$1-');

// made once: they cost more than the rest of a page
const formats = Object.fromEntries(
  locales.map((locale) => [
    locale,
    {
      number: new Intl.NumberFormat(locale),
      day: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }),
      time: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
      seconds: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }),
      instant: new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' }),
    },
  ]),
) as Record<Locale, { number: Intl.NumberFormat } & Record<'day' | 'time' | 'seconds' | 'instant', Intl.DateTimeFormat>>;

/** "10,000+" where no more were counted. */
export const formatCount = (locale: Locale, { n, isMore }: Count): string => `${formats[locale].number.format(n)}${isMore ? '+' : ''}`;

/** `frames`: the page shows pages of ours in a frame; `framedByUs`: it is one of them. `refusal` of the form that the page shows again; its status is the page's. */
export type PageOptions = { status?: number; postsElsewhere?: true; frames?: true; framedByUs?: true; refusal?: Refusal };

const longestQuery = 1500;
const addressOf = ({ method, state, search }: PageContext['ctx']): string =>
  method === 'GET' && search.length <= longestQuery ? `${state.path ?? '/'}${search}` : (state.path ?? '/');

/** Renders a template with what every page needs: texts, links, the person, the forgery field. */
export function renderPage(
  page: PageContext,
  view: string,
  locals: Record<string, unknown> = {},
  { refusal, status = refusal?.status ?? 200, postsElsewhere, frames, framedByUs }: PageOptions = {},
): void {
  const { ctx, services, context, session, locale, t } = page;
  ctx.status = status;
  ctx.type = 'html';
  if (status === 503) ctx.set('retry-after', '2');
  if (postsElsewhere || frames || framedByUs)
    ctx.set('content-security-policy', contentSecurityPolicy({ postsElsewhere, frames, framedByUs }));
  if (framedByUs) ctx.set('x-frame-options', 'SAMEORIGIN');
  const all: Record<string, unknown> = {
    t,
    locale,
    company: { name: context.name, code: context.code, environment: context.environment },
    pair: presentPair(page),
    brand: presentBranding(page),
    person: session && { ...session.person, userId: session.userId },
    theme: themeOf(ctx),
    isPreview: framedByUs,
    fullName,
    calledName,
    personInitials,
    nameInitials,
    toneOf,
    pictureOf,
    productOf,
    csrf: shownToken(page),
    asset: services.assets.url,
    icon: services.icon,
    reasonText: (reason: string) => reasonText(services.i18n, t, reason),
    /** A page of the same audience, by its path; `linkTo` is for those of others, by name. */
    link: (path: string) => `${context.mount}${path}`,
    linkTo: (linked: LinkedPage) => `${context.mount}${services.pathOf(linked)}`,
    path: page.ctx.state.path,
    /** Where the guides explain the page. */
    help: ctx.state.help,
    /** This page once more, in another language. */
    address: addressOf(ctx),
    formatCount: (count: Count) => formatCount(locale, count),
    formatNumber: (value: number) => formats[locale].number.format(value),
    /** @param day YYYY-MM-DD */
    formatDay: (day: string) => formats[locale].day.format(new Date(day)),
    formatTime: (date: Date) => `${formats[locale].time.format(date)} UTC`,
    formatSeconds: (date: Date) => `${formats[locale].seconds.format(date)} UTC`,
    formatInstant: (date: Date) => formats[locale].instant.format(date),
    fields: refusal?.fields ?? {},
    fault: refusal?.fault,
    conflict: page.conflict,
    isFurther: page.query('after') !== '',
    // it tells of an earlier change; a page that reports an error shows only the error
    notice: status < 400 ? takeNotice(page) : undefined,
    /** Beside a notice: what its button sends to take the change back. */
    undo: page.query('undo').slice(0, 2000),
    isNoticeOfNothing: noticesOfNothing.has(page.query('done')),
    // an answer to a form has no address of its own to open in another language
    hasAddress: ctx.method === 'GET' || status === 422 || status === 503,
    /** A view inside this one, such as a factor's own. */
    partial: (name: string, more: Record<string, unknown>) => services.views.render(name, { ...all, ...more }),
    ...locals,
  };
  // from the code one finds the request, and the other way round
  if (typeof locals.supportCode === 'string') noteInLog({ supportCode: locals.supportCode });
  ctx.body = services.views.render(view, all);
}

/** The company's other environment, and where it leads: administrators to its console, everybody else to its Launchpad. */
function presentPair({ pair, services, session }: PageContext) {
  const page = session?.person.role === 'administrator' ? 'administration' : 'launchpad';
  return pair && { name: pair.name, environment: pair.environment, url: `${pair.url}${services.pathOf({ page })}` };
}

/** What a page shows of its company's branding: addresses carry a version, so that browsers keep what they have. */
function presentBranding({ branding, context, locale, services }: PageContext) {
  const { color, logo, links, texts } = branding;
  const at = (page: 'company-logo' | 'company-colors', version: string) => `${context.mount}${services.pathOf({ page })}?v=${version}`;
  return {
    stylesheet: isDefaultColor(branding) ? undefined : at('company-colors', color.slice(1)),
    logo: logo && at('company-logo', logo),
    links: Object.entries(links).filter(([, href]) => href !== ''),
    text: texts[locale],
  };
}

/** What was asked for was not done. */
const noticesOfNothing = new Set(['nobody_chosen', 'no_change_chosen', 'already_members', 'entries_not_accepted', 'undo_over']);

const noticeKeys = /^[a-z_]{1,40}$/;

/** What a redirect said about the change before it: `?done=user_created`, and `&count=2` where the text has a number. Only keys that have a text are shown. */
function takeNotice({ query, services, t }: PageContext): string | undefined {
  const key = query('done');
  const count = /^\d{1,3}$/.test(query('count')) ? Number(query('count')) : 0;
  return noticeKeys.test(key) && services.i18n.exists(`notices.${key}`) ? t(`notices.${key}`, { count }) : undefined;
}

/** The error page of people: what happened, what to do, a support code, the way to the Launchpad. */
export function renderErrorPage(
  page: PageContext,
  error: Pick<AppError, 'code' | 'status' | 'publicMessage' | 'params'>,
  supportCode: string,
): void {
  const { t } = page;
  const title = page.services.i18n.exists(`error_titles.${error.code}`)
    ? t(`error_titles.${error.code}`)
    : t(`error_titles.${error.status >= 500 ? 'server_error' : 'default'}`);
  renderPage(
    page,
    'errors/error',
    { title, message: t(error.publicMessage, error.params), supportCode, now: page.services.clock.now() },
    { status: error.status },
  );
}

/** The response to any thrown error. Store failures are the same everywhere: 503, to be retried in seconds. */
export function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof BusyError) return new AppError('busy', 503);
  return isUnavailable(error) ? new AppError('unavailable', 503, { cause: error }) : new AppError('server_error', 500, { cause: error });
}

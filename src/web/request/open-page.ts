import type Koa from 'koa';
import { brandingSettings } from '../../domain/company/branding/index.ts';
import { openScope } from '../../domain/scope.ts';
import { randomToken } from '../../platform/crypto/index.ts';
import { type Form, readCookie, serializeCookie } from '../../platform/http/index.ts';
import { isLocale, type Locale, negotiateLocale } from '../../platform/i18n/index.ts';
import { anonymousActor, clientOf, personActor } from './actor.ts';
import type { ResolvedContext } from './context-directory.ts';
import { cookieNames } from './cookie-names.ts';
import { forgeryToken } from './forgery.ts';
import { isBrowserId, knownMark, personHere, readKnownMark } from './known-mark.ts';
import type { PageContext } from './route.ts';
import type { Services } from './services.ts';

const noForm: Form = { get: () => '', all: () => [], lines: () => [], has: () => false, pairs: () => [], file: async () => undefined };

/** What a handler needs to know of a request before it runs. @param isLookedUp false where nobody's session is looked for: the page is shown as to nobody */
export async function openPage(
  ctx: Koa.Context,
  services: Services,
  context: ResolvedContext,
  path: string,
  isLookedUp = true,
): Promise<PageContext> {
  const names = cookieNames(context);
  const header = ctx.get('cookie');
  const session = isLookedUp ? await services.findSession(context.contextId, readCookie(header, names.session)) : undefined;
  const language = readCookie(header, 'portaria_language');
  const locale: Locale = isLocale(language)
    ? language
    : isLocale(session?.person.locale)
      ? session.person.locale
      : negotiateLocale(ctx.get('accept-language'));
  const client = clientOf(services, ctx.req);
  const actor = session ? personActor(session, client) : anonymousActor(client);
  const scope = openScope(services, context.contextId, actor);
  const known = readCookie(header, names.browser);
  const isKnownBrowser = isBrowserId(known);
  const browser = isKnownBrowser ? known : randomToken();
  if (!isKnownBrowser) {
    ctx.append('set-cookie', serializeCookie(names.browser, browser, { secure: context.isSecure, maxAgeSeconds: 180 * 24 * 3600 }));
  }
  const marked = readKnownMark(services, context, known, header);
  // of a session that began before there were marks, as somebody else, or by another login
  if (session && isKnownBrowser && ctx.method === 'GET' && !(marked?.userId === session.userId && marked.isLogin(session.person.login)))
    ctx.append('set-cookie', knownMark(services, context, { browser, userId: session.userId, logins: [session.person.login] }));
  ctx.state.path = path;
  ctx.set('vary', 'cookie, accept-language');
  return {
    ctx,
    services,
    context,
    pair: await services.contexts.findPair(context),
    branding: await services.findSettings(context.contextId, brandingSettings),
    scope,
    session,
    locale,
    t: services.i18n.for(locale),
    params: {},
    query: (name) => ctx.URL.searchParams?.get(name)?.replaceAll('\0', '') ?? '',
    form: noForm,
    browser,
    isKnownBrowser,
    known: personHere(session, marked),
    csrf: forgeryToken({ services, context, browser, session }),
  };
}

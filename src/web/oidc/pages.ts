import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { isUnavailable } from '../../platform/database/index.ts';
import {
  failureOf,
  followUiLocales,
  keepFailure,
  newSupportCode,
  openPage,
  type PageContext,
  type PageOptions,
  renderPage,
  withParameters,
} from '../request/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { countRefused, findNamed } from './count-refused.ts';
import { TooManyUserCodes } from './limit-user-codes.ts';
import { named, reasonOf } from './refusal-reason.ts';

// The provider brings the forms' addresses and forgery tokens; the pages are ours.

async function show(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  view: string,
  locals: (page: PageContext) => Record<string, unknown>,
  options?: PageOptions,
): Promise<void> {
  const page = await open(op, ctx);
  renderPage(page, view, locals(page), options);
  shown.add(ctx);
}

async function open(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<PageContext> {
  const page = await openPage(ctx as never, op.services, op.context, ctx.path);
  followUiLocales(page, uiLocalesOf(ctx));
  return page;
}

/** What was asked for, here or, of a sign-out, on the page before. */
const uiLocalesOf = (ctx: KoaContextWithOIDC): unknown => ctx.oidc?.params?.ui_locales ?? ctx.query?.ui_locales;

export function inSameLanguage(ctx: KoaContextWithOIDC, address: string): string {
  const wanted = uiLocalesOf(ctx);
  return typeof wanted === 'string' ? withParameters(address, { ui_locales: wanted }) : address;
}

const shown = new WeakSet<KoaContextWithOIDC>();

export const isOwnPage = (ctx: KoaContextWithOIDC): boolean => shown.has(ctx);

const secretOf = (ctx: KoaContextWithOIDC): string => (ctx.oidc.session!.state as { secret: string }).secret;

/** RP-initiated logout asks, so that no link can sign somebody out (OpenID Connect RP-Initiated Logout §2). */
export const renderSignOutQuestion = (op: ContextProvider, ctx: KoaContextWithOIDC) =>
  show(op, ctx, 'oidc/sign-out', () => ({
    application: ctx.oidc.client?.clientName,
    action: inSameLanguage(ctx, ctx.oidc.urlFor('end_session_confirm')),
    xsrf: secretOf(ctx),
  }));

export const renderSignedOut = (op: ContextProvider, ctx: KoaContextWithOIDC) => show(op, ctx, 'sign-in/signed-out', () => ({}));

/** The session has ended; its SAML applications are notified next. */
export const renderSigningOut = (op: ContextProvider, ctx: KoaContextWithOIDC, onward: string) =>
  show(op, ctx, 'sign-in/signing-out', () => ({ onward }));

/** A page that leads on to an application by itself, and has a link where the browser wants a person to decide, as for an application's own scheme. */
export const renderLeaving = (op: ContextProvider, ctx: KoaContextWithOIDC, onward: string) =>
  show(op, ctx, 'oidc/leave', () => ({ onward, application: ctx.oidc.client?.clientName, hasAddress: false }));

/** response_mode=form_post: a form that sends itself, with a button for a browser without script. */
export const renderFormPost = (op: ContextProvider, ctx: KoaContextWithOIDC, location: string, parameters: Record<string, string>) =>
  show(
    op,
    ctx,
    'oidc/form-post',
    () => ({ location, parameters, application: ctx.oidc.client?.clientName ?? ctx.oidc.client?.clientId, hasAddress: false }),
    {
      status: 'error' in parameters ? 400 : 200,
      postsElsewhere: true,
    },
  );

export const renderDeviceInput = (
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  out?: { error: string },
  error?: Error & { userCode?: string },
  brought = '',
) => {
  if (error instanceof TooManyUserCodes) ctx.set('retry-after', String(error.retryAfterSeconds));
  return show(
    op,
    ctx,
    'oidc/device',
    ({ t }) => ({
      action: ctx.oidc.urlFor('code_verification'),
      xsrf: secretOf(ctx),
      userCode: error?.userCode ?? brought,
      // another site that links here would use up the attempts of the person who is signed in
      sendsItself: brought !== '' && ['none', 'same-origin'].includes(String(ctx.headers['sec-fetch-site'])),
      fault: out || error ? t(deviceFault(error)) : undefined,
      maySignIn: error instanceof TooManyUserCodes && !error.isSignedIn,
    }),
    { status: error instanceof TooManyUserCodes ? 429 : error && error.name !== 'AbortedError' ? 400 : 200 },
  );
};

function deviceFault(error: Error | undefined): string {
  if (error instanceof TooManyUserCodes) return error.isSignedIn ? 'device.too_many' : 'device.too_many_here';
  return error?.name === 'AbortedError' ? 'device.aborted' : 'device.wrong_code';
}

export const renderDeviceConfirmation = (op: ContextProvider, ctx: KoaContextWithOIDC, client: Client, userCode: string) =>
  show(op, ctx, 'oidc/device-confirm', () => ({
    application: client.clientName ?? client.clientId,
    action: ctx.oidc.urlFor('code_verification'),
    xsrf: secretOf(ctx),
    // as it was typed the library cannot always read it
    userCode: showUserCode((ctx.oidc.entities.DeviceCode as { userCode?: string } | undefined)?.userCode ?? userCode),
  }));

const showUserCode = (code: string): string => code.replace(/^(\w{4})(\w{4})$/, '$1-$2');

export const renderDeviceSuccess = (op: ContextProvider, ctx: KoaContextWithOIDC) =>
  show(op, ctx, 'oidc/device-success', () => ({ application: ctx.oidc.client?.clientName }));

/** For a person whose browser can't be sent back to the application: what the application did wrong, and a code for the administrator. */
export async function renderOidcError(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  out: { error: string; error_description?: string },
  error: Error,
): Promise<void> {
  // a page of the company would ask the store once more (middlewares/answer-failure)
  if (isUnavailable(error)) throw error;
  // the question of another tab has taken this one's place: it is asked once more
  if (ctx.oidc?.route === 'end_session_confirm' && out.error === 'invalid_request') {
    ctx.status = 200;
    return ctx.oidc.session?.state ? renderSignOutQuestion(op, ctx) : renderSignedOut(op, ctx);
  }
  const page = await open(op, ctx);
  let supportCode = newSupportCode();
  const application = await findNamed(op, page.scope, ctx);
  const isDisabled = application?.enabled === false;
  const isServerError = out.error === 'server_error';
  ctx.state.pattern = `/oidc/${ctx.oidc?.route ?? ''}`;
  if (isServerError) {
    const failure = { code: 'server_error', status: 500, supportCode: undefined, cause: error };
    supportCode = await keepFailure(page, failure, application?.applicationId);
    op.services.log.error({ err: error, supportCode, context: op.context.code }, 'an OpenID Connect page failed');
  } else {
    const refusal = { error: out.error, description: out.error_description, detail: (error as { error_detail?: string }).error_detail };
    const reason = reasonOf(refusal) ?? named(out.error);
    supportCode = (await countRefused(op, { ctx, reason, refusal, scope: page.scope, supportCode }, application)) ?? supportCode;
  }
  const expired = error.name === 'SessionNotFound' || out.error === 'expired_token';
  const key = isServerError
    ? failureOf(error).code
    : expired
      ? 'request_expired'
      : isDisabled
        ? 'application_disabled'
        : 'application_request';
  renderPage(
    page,
    'errors/error',
    {
      title: page.t(`error_titles.${key}`),
      message: page.t(`errors.${key}`, { application: application?.name ?? '' }),
      technical: isServerError || expired || isDisabled ? undefined : `${out.error}: ${out.error_description ?? ''}`,
      supportCode,
      now: op.services.clock.now(),
    },
    { status: isServerError ? failureOf(error).status : Math.max(ctx.status, 400) },
  );
  shown.add(ctx);
}

import { LRUCache } from 'lru-cache';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { decide } from '../../domain/applications/access/index.ts';
import { recordEvent } from '../../domain/records/audit/index.ts';
import { inTransaction, type Scope } from '../../domain/scope.ts';
import { endSession, recordParticipant } from '../../domain/sign-in/sessions/index.ts';
import { openSingleLogout } from '../../domain/sign-in/single-logout/index.ts';
import { contentSecurityPolicy, serializeCookie } from '../../platform/http/index.ts';
import { clientOf, cookieNames, personActor, type ResolvedContext, type Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { type RequestStore, requestStore, settle } from './adapter.ts';
import { ownSession } from './own-session.ts';
import { formTarget, renderSigningOut } from './pages.ts';
import { type TraceState, traceExchange } from './trace.ts';

/** What happens around the provider's own handling of a request: waits for its writes, notes who joined a session, ends ours with its. */
export function observe(provider: Provider, services: Services, context: ResolvedContext, scope: Scope): void {
  const joined = new LRUCache<string, string>({ max: 20_000 });

  provider.use(async (ctx, next) => {
    const store: RequestStore = { exchange: { issues: [] }, readAhead: new Map() };
    try {
      await requestStore.run(store, next);
      if (!(await settle(store, services.artifacts))) await refuseReuse(ctx as KoaContextWithOIDC);
    } catch (error) {
      // past the provider's own handlers: the store does not answer
      services.log.error({ err: error, path: ctx.path, context: context.code }, 'an OpenID Connect request failed');
      ctx.remove('location');
      ctx.remove('set-cookie');
      ctx.status = 503;
      ctx.set('retry-after', '2');
      ctx.body = { error: 'temporarily_unavailable' };
      return;
    }
    const { oidc } = ctx as KoaContextWithOIDC;
    if (!oidc) return;
    if (oidc.entities.AuthorizationCode && oidc.route !== 'token') await joinSession(ctx as KoaContextWithOIDC);
    if (oidc.route === 'device_resume' && oidc.entities.DeviceCode?.accountId) await joinSession(ctx as KoaContextWithOIDC);
    if (oidc.route === 'end_session_confirm' && oidc.params?.logout && ctx.status === 303) await endOwnSession(ctx as KoaContextWithOIDC);
    if (oidc.route === 'introspection') await hideTokensOfRefused(ctx as KoaContextWithOIDC);
    if (oidc.params?.response_mode === 'form_post' && oidc.client && oidc.redirectUriCheckPerformed)
      allowFormTarget(ctx as KoaContextWithOIDC);
    // last: what is kept is what was answered; a trace that cannot be written changes no answer
    await traceExchange(ctx as KoaContextWithOIDC, scope).catch((error) =>
      services.log.error({ err: error }, 'a trace could not be written'),
    );
  });

  const noteFault = (
    ctx: KoaContextWithOIDC,
    error: { error?: string; error_description?: string; error_detail?: string; message: string },
  ) => {
    const detail = [error.error_description, error.error_detail].filter(Boolean).join(': ') || error.message;
    (ctx.state as TraceState).traceFault = { error: error.error ?? error.message, detail };
  };
  for (const event of [
    'authorization.error',
    'grant.error',
    'userinfo.error',
    'introspection.error',
    'revocation.error',
    'pushed_authorization_request.error',
    'end_session.error',
    'device_authorization.error',
  ])
    provider.on(event as 'grant.error', noteFault);
  provider.on('grant.error', (ctx, error) => {
    if (/already (consumed|used)|used before/.test(error.error_detail ?? '')) void recordReuse(ctx);
  });
  provider.on('server_error', (ctx, error) =>
    services.log.error({ err: error, path: ctx.path, context: context.code }, 'an OpenID Connect request failed'),
  );

  /** As the provider answers a code or token that was used before (RFC 6749 §5.2). */
  async function refuseReuse(ctx: KoaContextWithOIDC): Promise<void> {
    ctx.status = 400;
    ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' };
    (ctx.state as TraceState).traceFault = { error: 'invalid_grant', detail: 'it was used before' };
    await recordReuse(ctx);
  }

  async function joinSession(ctx: KoaContextWithOIDC): Promise<void> {
    const own = await ownSession(ctx, services, context);
    const client = ctx.oidc.client!;
    const sid = ctx.oidc.session?.sidFor(client.clientId);
    if (!own || !sid) return;
    const key = `${own.sessionId} ${client.clientId}`;
    if (joined.get(key) === sid) return;
    await recordParticipant(
      services.database,
      context.contextId,
      own.sessionId,
      { applicationId: applicationIdOf(client), protocol: 'oidc', protocolSession: sid, nameIds: [] },
      services.clock.now(),
    );
    joined.set(key, sid);
  }

  async function endOwnSession(ctx: KoaContextWithOIDC): Promise<void> {
    const own = await ownSession(ctx, services, context);
    if (!own) return;
    const actor = personActor(own, clientOf(services, ctx.req));
    // the SAML applications of the session are told through the browser, on its way back to the relying party
    const onward = ctx.response.get('location');
    const logout = await openSingleLogout(
      scope,
      services.artifacts,
      [own.sessionId],
      onward ? { kind: 'address', url: onward } : { kind: 'signed-out' },
    );
    await inTransaction({ ...scope, actor }, (inside) => endSession(inside, own.sessionId, 'signed-out'));
    if (logout) {
      ctx.remove('location');
      await renderSigningOut(ctx, services, context, services.pathOf({ page: 'single-logout', logout: logout.logoutId }));
    } else ctx.append('set-cookie', serializeCookie(cookieNames(context).session, undefined, { secure: context.isSecure }));
  }

  /** A token of somebody who may not use the application any more is not active (RFC 7662 §2.2). */
  async function hideTokensOfRefused(ctx: KoaContextWithOIDC): Promise<void> {
    const body = ctx.body as { active?: boolean; sub?: string; client_id?: string } | undefined;
    if (!body?.active || !body.sub || !body.client_id) return;
    const client = await provider.Client.find(body.client_id);
    const verdict = client && decide(await services.findAccess(context.contextId, body.sub, applicationIdOf(client)));
    if (!verdict?.allowed || !(await sessionStillLives(ctx))) ctx.body = { active: false };
  }

  async function sessionStillLives(ctx: KoaContextWithOIDC): Promise<boolean> {
    const token = ctx.oidc.entities.AccessToken ?? ctx.oidc.entities.RefreshToken;
    if (!token?.expiresWithSession) return true;
    const session = await provider.Session.findByUid(token.sessionUid!);
    return session?.accountId === token.accountId && session?.grantIdFor(token.clientId!) === token.grantId;
  }

  /** form_post leads out of our pages, to the one address that was checked. */
  function allowFormTarget(ctx: KoaContextWithOIDC): void {
    const scripts = /script-src [^;]*/.exec(ctx.response.get('content-security-policy'))?.[0];
    const policy = contentSecurityPolicy([formTarget(String(ctx.oidc.params!.redirect_uri))]);
    ctx.set('content-security-policy', scripts ? policy.replace(/script-src [^;]*/, scripts) : policy);
  }

  async function recordReuse(ctx: KoaContextWithOIDC): Promise<void> {
    const client = ctx.oidc.client;
    await recordEvent(scope, {
      type: 'token.reuse-detected',
      outcome: 'failure',
      applicationId: client && applicationIdOf(client),
      reason: String(ctx.oidc.params?.grant_type ?? ''),
      details: { application: client?.clientName },
    }).catch((error) => services.log.error({ err: error }, 'the reuse of a token could not be recorded'));
  }
}

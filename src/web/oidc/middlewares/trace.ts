import type { KoaContextWithOIDC } from 'oidc-provider';
import { recordExchange } from '../../../domain/applications/traces/index.ts';
import { clientOf } from '../../request/index.ts';
import { applicationIdOf } from '../account.ts';
import type { Refusal } from '../refusal-reason.ts';
import type { Step } from './afterwards.ts';

/** Whoever holds these is somebody, or an application: a trace shows that they were there, and how they begin. */
const bearers = new Set([
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token_hint',
  'logout_token',
  'refresh_token',
  'request',
  'request_uri',
  'subject_token',
  'token',
  'user_code',
  'verification_uri_complete',
]);

const hide = (value: string): string => `${value.slice(0, Math.min(4, value.length / 5))}… (${value.length} characters)`;

function redact(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (name === 'id_token') return { claims: payloadOf(value) };
  return bearers.has(name) ? hide(value) : value;
}

/** A JWT's payload without its signature: readable, and worth nothing. */
function payloadOf(jwt: string): unknown {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return hide(jwt);
  }
}

const redactAll = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, redact(name, value)]));

function redactUrl(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const hideIn = (parameters: URLSearchParams) => {
    for (const [name, value] of [...parameters]) if (bearers.has(name)) parameters.set(name, hide(value));
    return parameters;
  };
  hideIn(url.searchParams);
  if (url.hash.includes('=')) url.hash = hideIn(new URLSearchParams(url.hash.slice(1))).toString();
  return url.href;
}

type TraceState = { traceFault?: Refusal };

/** What failed, as the library tells it to its events and to nobody outside. */
export function noteFault(ctx: KoaContextWithOIDC, fault: Refusal): void {
  (ctx.state as TraceState).traceFault = fault;
}

/** @returns undefined where nothing failed */
export const faultOf = (ctx: KoaContextWithOIDC): Refusal | undefined => (ctx.state as TraceState).traceFault;

/** Keeps what an application asked and what it was answered, while an administrator watches. A trace that cannot be written changes no answer. */
export const traceExchange: Step = async (op, ctx) => {
  const { client, route } = ctx.oidc;
  const until = client?.trace_until as number | undefined;
  if (!client || !until) return;
  const fault = faultOf(ctx);
  await recordExchange(
    op.scope(),
    { applicationId: applicationIdOf(client), traceUntil: new Date(until) },
    {
      protocol: 'oidc',
      direction: 'received',
      name: String(route ?? ctx.path),
      reason: fault?.error,
      unprovenFrom: isProven(ctx) ? undefined : clientOf(op.services, ctx.req).ip,
      content: () => contentOf(ctx, fault),
    },
  ).catch((error) => op.services.log.error({ err: error }, 'a trace could not be written'));
};

/** Whether something in the request showed that it is from the application, or from somebody who is signed in: a secret or key, a code or token that there is. */
function isProven({ state, oidc: { client, entities, session, route } }: KoaContextWithOIDC): boolean {
  const { AuthorizationCode, RefreshToken, AccessToken, DeviceCode, PushedAuthorizationRequest } = entities;
  if (AuthorizationCode ?? RefreshToken ?? AccessToken ?? DeviceCode ?? PushedAuthorizationRequest ?? session?.accountId) return true;
  const isProgram = !['authorization', 'resume', 'end_session', 'code_verification'].includes(String(route));
  return isProgram && client?.clientAuthMethod !== 'none' && (state as TraceState).traceFault?.error !== 'invalid_client';
}

function contentOf(ctx: KoaContextWithOIDC, fault: Refusal | undefined): string {
  const { params, route } = ctx.oidc;
  const location = ctx.response.get('location');
  const body =
    ctx.body && typeof ctx.body === 'object' && !Buffer.isBuffer(ctx.body) && !('pipe' in ctx.body) ? redactAll(ctx.body) : undefined;
  return [
    `${ctx.method} /oidc/${route ?? ''}`,
    JSON.stringify(redactAll(params ?? {}), null, 2),
    '',
    `→ ${ctx.status}${location ? ` ${redactUrl(location)}` : ''}`,
    ...(body ? [JSON.stringify(body, null, 2)] : []),
    ...(fault ? ['', [fault.error, fault.description, fault.detail].filter(Boolean).join(': ')] : []),
  ].join('\n');
}

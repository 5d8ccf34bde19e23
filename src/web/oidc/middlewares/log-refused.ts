import type { KoaContextWithOIDC } from 'oidc-provider';
import { noteInLog } from '../../../platform/log/index.ts';
import { clientIdOf } from '../count-refused.ts';
import { reasonOf } from '../refusal-reason.ts';
import type { Step } from './afterwards.ts';
import { faultOf } from './trace.ts';

/** Endpoints of programs, whose developers see an error and nothing else: each refusal is a line of its own. */
const ofPrograms = new Set(['token', 'introspection', 'revocation', 'pushed_authorization_request', 'device_authorization', 'userinfo']);

/** What the log says about a refused request: the protocol's error, our own reason, and the caller; no credentials. */
export const logRefused: Step = (op, ctx) => {
  const fault = faultOf(ctx);
  const error = fault?.error ?? errorOf(ctx);
  if (!error) return;
  const reason =
    fault && (reasonOf(fault, ctx.oidc.params?.grant_type) ?? (fault.detail === 'it was used before' ? 'used-before' : undefined));
  const told = { error, reason, clientId: clientIdOf(ctx) || undefined };
  noteInLog(told);
  const endpoint = String(ctx.oidc.route);
  if (!ofPrograms.has(endpoint)) return;
  // a device asks every few seconds until somebody has agreed: nothing went wrong
  const level = error === 'authorization_pending' || error === 'slow_down' ? 'debug' : 'info';
  op.services.log[level]({ ...told, endpoint, grant: grantOf(ctx), status: ctx.status }, `a request to ${endpoint} was refused`);
};

const grants = /^[a-z_:.-]{1,80}$/;

/** Of a request for tokens; one that is none of the protocols' is not repeated. */
function grantOf(ctx: KoaContextWithOIDC): string | undefined {
  const grant = ctx.oidc.params?.grant_type;
  return typeof grant === 'string' && grants.test(grant) ? grant : undefined;
}

const errorOf = ({ status, body }: KoaContextWithOIDC): string | undefined => {
  const { error } = (status >= 400 && body && typeof body === 'object' ? body : {}) as { error?: unknown };
  return typeof error === 'string' ? error : undefined;
};

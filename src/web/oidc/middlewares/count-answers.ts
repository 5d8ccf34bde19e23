import { count } from '../../../platform/metrics/index.ts';
import type { Step } from './afterwards.ts';
import { faultOf } from './trace.ts';

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const grants: Record<string, string> = { authorization_code: '', refresh_token: '', client_credentials: '', [device]: 'device_code' };

/** What a program can be told, of RFC 6749, 7009, 7591, 8628, 8707, 9101, 9126, 9449 and OpenID Connect. Anything else is the library's own sentence. */
const errors = new Set([
  'access_denied',
  'account_selection_required',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'insufficient_scope',
  'interaction_required',
  'invalid_client',
  'invalid_client_metadata',
  'invalid_dpop_proof',
  'invalid_grant',
  'invalid_redirect_uri',
  'invalid_request',
  'invalid_request_object',
  'invalid_request_uri',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'login_required',
  'request_not_supported',
  'request_uri_not_supported',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unauthorized_client',
  'unmet_authentication_requirements',
  'unsupported_grant_type',
  'unsupported_response_mode',
  'unsupported_response_type',
  'unsupported_token_type',
  'use_dpop_nonce',
]);

/** Tokens that were issued, and what was refused. What a caller chose is never a label. */
export const countAnswers: Step = (_op, ctx) => {
  const { route, params } = ctx.oidc;
  const asked = String(params?.grant_type ?? '');
  const grant = Object.hasOwn(grants, asked) ? grants[asked] || asked : 'other';
  const fault = faultOf(ctx)?.error;
  const error = fault && (errors.has(fault) ? fault : 'other');
  if (route === 'token') {
    if (error) count('portaria_tokens_refused_total', { grant, error });
    else if (ctx.status === 200) count('portaria_tokens_issued_total', { grant });
  } else if (error) count('portaria_oidc_refusals_total', { endpoint: String(route ?? 'other'), error });
};

import { randomBytes } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { defaultResource, mayIntrospectApiToken, resourceServerOf, usesGrantedResource } from './apis.ts';
import { checkClaimsParameter } from './claims-parameter.ts';
import { currentOp } from './context-provider.ts';
import { mayIntrospect } from './may-introspect.ts';
import { renderDeviceConfirmation, renderDeviceInput, renderDeviceSuccess, renderSignedOut, renderSignOutQuestion } from './pages.ts';

type Features = NonNullable<Configuration['features']>;

/** Which parts of the protocols are spoken, and with which pages. */
export const features: Features = {
  backchannelLogout: { enabled: true },
  claimsParameter: { enabled: true, assertClaimsParameter: checkClaimsParameter },
  clientCredentials: { enabled: true },
  deviceFlow: {
    enabled: true,
    mask: '****-****',
    userCodeInputSource: (ctx, _form, out, error) => renderDeviceInput(currentOp(), ctx, out, error),
    userCodeConfirmSource: (ctx, _form, client, _device, userCode) => renderDeviceConfirmation(currentOp(), ctx, client, userCode),
    successSource: (ctx) => renderDeviceSuccess(currentOp(), ctx),
  }, // RFC 8628
  devInteractions: { enabled: false },
  // nonces are each company's own (own-state.ts): this secret is nobody's
  dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => false },
  introspection: {
    enabled: true,
    // RFC 7662 §2.1: the caller has to authenticate
    allowedPolicy: async (_ctx, client, token) =>
      client.clientAuthMethod !== 'none' && ((await mayIntrospectApiToken(currentOp(), client, token)) ?? mayIntrospect(client, token)),
  },
  pushedAuthorizationRequests: { enabled: true },
  resourceIndicators: {
    enabled: true,
    defaultResource: async (ctx, client, oneOf) => (oneOf ?? defaultResource(currentOp(), ctx, client)) as string,
    getResourceServerInfo: (ctx, identifier, client) => resourceServerOf(currentOp(), ctx, identifier, client),
    useGrantedResource: (ctx, source) => usesGrantedResource(currentOp(), ctx, source as never),
  },
  revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (ctx) => renderSignOutQuestion(currentOp(), ctx),
    postLogoutSuccessSource: (ctx) => renderSignedOut(currentOp(), ctx),
  },
  userinfo: { enabled: true },
};

import type { Configuration } from 'oidc-provider';
import { defaultResource, mayIntrospectApiToken, resourceServerOf, usesGrantedResource } from './apis.ts';
import { checkClaimsParameter } from './claims-parameter.ts';
import type { ContextProvider } from './context-provider.ts';
import { mayIntrospect } from './may-introspect.ts';
import { renderDeviceConfirmation, renderDeviceInput, renderDeviceSuccess, renderSignedOut, renderSignOutQuestion } from './pages.ts';

type Features = NonNullable<Configuration['features']>;

/** Which parts of the protocols are spoken, and with which pages. */
export const featuresOf = (op: ContextProvider): Features => ({
  backchannelLogout: { enabled: true },
  claimsParameter: { enabled: true, assertClaimsParameter: checkClaimsParameter },
  clientCredentials: { enabled: true },
  deviceFlow: deviceFlowOf(op),
  devInteractions: { enabled: false },
  dPoP: { enabled: true, nonceSecret: op.services.keyRing.derive(`dpop-nonce:${op.context.contextId}`)[0], requireNonce: () => false },
  introspection: {
    enabled: true,
    // RFC 7662 §2.1: whoever asks has to be known
    allowedPolicy: async (_ctx, client, token) =>
      client.clientAuthMethod !== 'none' && ((await mayIntrospectApiToken(op, client, token)) ?? mayIntrospect(client, token)),
  },
  pushedAuthorizationRequests: { enabled: true },
  resourceIndicators: {
    enabled: true,
    defaultResource: async (ctx, client, oneOf) => (oneOf ?? defaultResource(op, ctx, client)) as string,
    getResourceServerInfo: (ctx, identifier, client) => resourceServerOf(op, ctx, identifier, client),
    useGrantedResource: (ctx, source) => usesGrantedResource(op, ctx, source as never),
  },
  revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (ctx) => renderSignOutQuestion(op, ctx),
    postLogoutSuccessSource: (ctx) => renderSignedOut(op, ctx),
  },
  userinfo: { enabled: true },
});

/** RFC 8628. */
const deviceFlowOf = (op: ContextProvider): Features['deviceFlow'] => ({
  enabled: true,
  mask: '****-****',
  userCodeInputSource: (ctx, _form, out, error) => renderDeviceInput(op, ctx, out, error),
  userCodeConfirmSource: (ctx, _form, client, _device, userCode) => renderDeviceConfirmation(op, ctx, client, userCode),
  successSource: (ctx) => renderDeviceSuccess(op, ctx),
});

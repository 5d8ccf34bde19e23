import type { Step } from './afterwards.ts';
import { faultOf } from './trace.ts';

/** What the library leaves out of the answers to programs. */
export const completeAnswer: Step = (_op, ctx) => {
  const { route } = ctx.oidc;
  // RFC 7009 §2.2 leaves the body open, and clients read JSON
  if (route === 'revocation' && ctx.status === 200) ctx.body = {};
  // RFC 7662 §2.2: what is no token of ours, as an ID token, is not active, and asking about it is no error
  if (route === 'introspection' && faultOf(ctx)?.error === 'unsupported_token_type') {
    ctx.status = 200;
    ctx.body = { active: false };
  }
};

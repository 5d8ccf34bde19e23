import type { Step } from './afterwards.ts';

/** Keeps discovery and keys as the library made them: the endpoint serves these bytes. */
export const keepDocument: Step = (op, ctx) => {
  const { route } = ctx.oidc;
  if ((route === 'discovery' || route === 'jwks') && ctx.status === 200)
    op.caches.documents.set(op.keyOf(route), Buffer.from(JSON.stringify(ctx.body)));
};

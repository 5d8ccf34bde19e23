import type { Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ArtifactStore } from '../../../domain/records/protocol-artifacts/index.ts';
import type { ContextProvider } from '../context-provider.ts';
import { type RequestStore, requestStore } from '../request-store.ts';
import { recordReuse } from './record-reuse.ts';
import { noteFault } from './trace.ts';

/** Opens the request's store, and settles what it gathered before anything else looks at the answer. */
export const settle =
  (op: ContextProvider): Middleware =>
  async (ctx, next) => {
    const store: RequestStore = { exchange: { issues: [] }, readAhead: new Map() };
    await requestStore.run(store, next);
    // nobody was given what was issued, so what was presented is not used up: an application that named the wrong resource may ask again
    if (ctx.status >= 400) return;
    if (!(await settleExchange(store, op.services.artifacts))) await refuseReuse(op, ctx as KoaContextWithOIDC);
  };

/**
 * Uses up what a request presented and keeps what it issued, all or nothing: of parallel redemptions one wins, here or in another process (RFC 6749 §4.1.2).
 * @returns false when another was first. That is reuse, and whoever won may be the thief: the grant ends (RFC 9700 §2.2.2, §4.14.2)
 */
async function settleExchange({ exchange }: RequestStore, artifacts: ArtifactStore): Promise<boolean> {
  const { consume, issues } = exchange;
  if ((!consume && issues.length === 0) || (await artifacts.exchange(exchange))) return true;
  const { contextId, kind, id } = consume!;
  const grantId = (await artifacts.find(contextId, kind, id))?.payload.grantId;
  if (typeof grantId === 'string') {
    await artifacts.remove(contextId, 'Grant', grantId);
    await artifacts.removeByGrant(contextId, grantId);
  }
  return false;
}

/** As the library answers a code or token that was used before (RFC 6749 §5.2). */
async function refuseReuse(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<void> {
  ctx.status = 400;
  ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' };
  noteFault(ctx, { error: 'invalid_grant', detail: 'it was used before' });
  await recordReuse(op, ctx);
}

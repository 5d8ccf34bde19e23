import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ArtifactStore, Exchange } from '../../../domain/records/protocol-artifacts/index.ts';
import type { ContextProvider } from '../context-provider.ts';
import { answerToKeep, repeatAnswer } from '../refresh-answers.ts';
import { type RequestStore, requestStore } from '../request-store.ts';
import type { Surrounding } from './afterwards.ts';
import { recordReuse } from './record-reuse.ts';
import { noteFault } from './trace.ts';

/** Opens the request's store, and settles what it gathered before anything else looks at the answer. */
export const settle: Surrounding = async (op, koa, next) => {
  const store: RequestStore = { exchange: { issues: [] }, readAhead: new Map(), grantedAtApis: new Map() };
  await requestStore.run(store, next);
  const ctx = koa as KoaContextWithOIDC;
  const { exchange } = store;
  // nobody was given what was issued, so what was presented is not used up: an application that named the wrong resource may ask again
  if (ctx.status >= 400) return;
  const answer = answerToKeep(op, ctx);
  if (answer) exchange.issues.push(answer);
  if (!(await settleExchange(exchange, op.services.artifacts))) await answerLater(op, ctx, store);
};

/**
 * Uses up what a request presented and keeps what it issued, all or nothing: of parallel redemptions one wins, here or in another process (RFC 6749 §4.1.2).
 * @returns false when another was first
 */
const settleExchange = async (exchange: Exchange, artifacts: ArtifactStore): Promise<boolean> =>
  (!exchange.consume && exchange.issues.length === 0) || artifacts.exchange(exchange);

/** Another request was first. A refresh token gets the same answer during its overlap; otherwise this is reuse, and the first one may be the attacker: the grant is revoked (RFC 9700 §2.2.2, §4.14.2). */
async function answerLater(op: ContextProvider, ctx: KoaContextWithOIDC, { exchange, access }: RequestStore): Promise<void> {
  const repeated = exchange.consume?.kind === 'RefreshToken' && (await repeatAnswer(op, ctx, exchange));
  if (!repeated) {
    await endGrant(op.services.artifacts, exchange);
    await refuseReuse(op, ctx, access);
  } else if (repeated.isElsewhere) await recordReuse(op, ctx, { access, isTolerated: true });
}

async function endGrant(artifacts: ArtifactStore, { consume }: Exchange): Promise<void> {
  const { contextId, kind, id } = consume!;
  const grantId = (await artifacts.find(contextId, kind, id))?.payload.grantId;
  if (typeof grantId !== 'string') return;
  await artifacts.remove(contextId, 'Grant', grantId);
  await artifacts.removeByGrant(contextId, grantId);
}

/** As the library answers a code or token that was used before (RFC 6749 §5.2). */
async function refuseReuse(op: ContextProvider, ctx: KoaContextWithOIDC, access: RequestStore['access']): Promise<void> {
  ctx.status = 400;
  ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' };
  noteFault(ctx, { error: 'invalid_grant', detail: 'it was used before' });
  await recordReuse(op, ctx, { access });
}

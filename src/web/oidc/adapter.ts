import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { findApplicationByClientId } from '../../domain/applications/index.ts';
import type { ArtifactStore } from '../../domain/protocol-artifacts/index.ts';
import type { Scope } from '../../domain/scope.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { clientMetadata } from './client-metadata.ts';

/** Writes of one request that may run side by side; whoever opens the store waits for them before the answer leaves. */
export const deferredWrites = new AsyncLocalStorage<Promise<void>[]>();

const deferrable = new Set(['AccessToken', 'RefreshToken', 'ClientCredentials']);

/**
 * The store of one context's provider. Ids are bearer values: `jti` is taken out of the payload before it is kept and put back when found, and the store holds
 * its hash only. Clients come from applications, and are kept for as long as this provider lives: any change of an application makes a new provider.
 */
export function createAdapter(scope: Scope, artifacts: ArtifactStore): (kind: string) => Adapter {
  const { contextId, clock } = scope;
  const clients = new LRUCache<string, { metadata: AdapterPayload | undefined }>({ max: 2000 });
  const savedSessions = new LRUCache<string, { content: string; expiresAt: number }>({ max: 5000 });

  async function findClient(id: string): Promise<AdapterPayload | undefined> {
    let hit = clients.get(id);
    if (!hit) {
      const application = id.length <= 200 && !id.includes('\0') ? await findApplicationByClientId(scope, id) : undefined;
      hit = { metadata: application?.enabled ? clientMetadata(application) : undefined };
      clients.set(id, hit);
    }
    return hit.metadata;
  }

  /** A session is saved after every authorization; when only its expiry moved, and little, the row says the same already. */
  function isSaved(id: string, payload: AdapterPayload, expiresIn: number): boolean {
    const { iat: _i, exp: _e, ...rest } = payload;
    const content = JSON.stringify(rest);
    const now = clock.now().getTime();
    const last = savedSessions.get(id);
    if (last?.content === content && last.expiresAt - now > expiresIn * 900) return true;
    savedSessions.set(id, { content, expiresAt: now + expiresIn * 1000 });
    return false;
  }

  return (kind) => ({
    async upsert(id, payload, expiresIn) {
      if (kind === 'Client') throw new Error('clients are written through applications');
      const { jti: _, ...kept } = payload;
      const now = clock.now();
      const expiresAt = expiresIn ? addSeconds(now, expiresIn) : undefined;
      if (kind === 'ReplayDetection') {
        if (!(await artifacts.insertOnce(contextId, kind, id, kept, expiresAt!)))
          throw new errors.InvalidRequest('the JWT was used before');
        return;
      }
      if (kind === 'Session' && isSaved(id, kept, expiresIn ?? 0)) return;
      const write = artifacts.save(contextId, kind, id, kept, expiresAt);
      const pending = deferrable.has(kind) ? deferredWrites.getStore() : undefined;
      if (!pending) return write;
      write.catch(() => {}); // whoever waits for the deferred writes sees the failure
      pending.push(write);
    },
    async find(id) {
      if (kind === 'Client') return findClient(id);
      const found = await artifacts.find(contextId, kind, id);
      return (
        found && { ...found.payload, jti: id, ...(found.consumedAt ? { consumed: Math.floor(found.consumedAt.getTime() / 1000) } : {}) }
      );
    },
    async findByUid(uid) {
      const found = await artifacts.findByUid(contextId, kind, uid);
      return found && { ...found.payload, jti: 'found-by-uid' };
    },
    async findByUserCode(userCode) {
      const found = await artifacts.findByUserCode(contextId, userCode);
      return found && (found.payload as AdapterPayload);
    },
    async consume(id) {
      // RFC 6749 §4.1.2, RFC 9700 §2.2.2: of parallel redemptions one wins, here or in another process
      if (!(await artifacts.consume(contextId, kind, id))) throw new errors.InvalidGrant('it was used before');
    },
    async destroy(id) {
      savedSessions.delete(id);
      await artifacts.remove(contextId, kind, id);
    },
    revokeByGrantId: (grantId) => artifacts.removeByGrant(contextId, grantId),
  });
}

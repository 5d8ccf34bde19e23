import { LRUCache } from 'lru-cache';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { findApplicationByClientId } from '../../domain/applications/applications/index.ts';
import type { Artifact } from '../../domain/records/protocol-artifacts/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import { addSeconds, epochSeconds } from '../../platform/clock/index.ts';
import { clientMetadata } from './client-metadata.ts';
import type { ContextProvider } from './context-provider.ts';
import { requestStore, takeAhead } from './request-store.ts';

// These carry other bearer values (a device code, a session cookie, a pushed request), or must come back with their own id when found by another key.
const sealed = new Set(['Interaction', 'DeviceCode']);

/** What is exchanged for tokens at the token endpoint, and the tokens. */
const exchangeable = new Set(['AuthorizationCode', 'RefreshToken']);
const issued = new Set(['AuthorizationCode', 'AccessToken', 'RefreshToken', 'ClientCredentials']);

/**
 * The store of one context's provider. Ids are bearer values: `jti` is taken out of the payload before it is kept and put back when found, and the store holds
 * its hash only. Clients come from applications, and are kept for as long as this provider lives: any change of an application makes a new provider.
 */
export function createAdapter(op: ContextProvider): (kind: string) => Adapter {
  const { artifacts, keyRing, findAccess, clock } = op.services;
  const { contextId } = op.context;
  const clients = new LRUCache<string, { metadata: AdapterPayload | undefined }>({ max: 2000 });
  const savedSessions = new LRUCache<string, { content: string; expiresAt: number }>({ max: 5000 });

  async function findClient(id: string): Promise<AdapterPayload | undefined> {
    let hit = clients.get(id);
    if (!hit) {
      const application = id.length <= 200 && !id.includes('\0') ? await findApplicationByClientId(op.scope(), id) : undefined;
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

  const purpose = (kind: string) => `artifact:${contextId}:${kind}`;
  const seal = (kind: string, payload: AdapterPayload) => ({ sealed: keyRing.encrypt(JSON.stringify(payload), purpose(kind)) });

  function present(kind: string, id: string | undefined, found: Artifact): AdapterPayload {
    const payload: AdapterPayload = sealed.has(kind)
      ? JSON.parse(keyRing.decrypt(String(found.payload.sealed), purpose(kind)).toString())
      : { ...found.payload, jti: id };
    if (found.consumedAt) payload.consumed = epochSeconds(found.consumedAt);
    return payload;
  }

  function readAhead(token: AdapterPayload, { grant, session }: Artifact): void {
    const ahead = requestStore.getStore()?.readAhead;
    if (grant) ahead?.set(`Grant ${token.grantId}`, Promise.resolve({ ...grant, jti: token.grantId }));
    if (session) ahead?.set(`Session of ${token.sessionUid}`, Promise.resolve(session));
  }

  /** Whoever presents a code or refresh token is asked about next. */
  function readAccess({ accountId, clientId }: AdapterPayload): void {
    const request = requestStore.getStore();
    const applicationId = clientId && clients.get(clientId)?.metadata?.application_id;
    if (!request || !accountId || !applicationId) return;
    request.access = { accountId, clientId, facts: findAccess(contextId, accountId, applicationId as ApplicationId) };
    request.access.facts.catch(() => {}); // whoever waits for it sees the failure
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
      const save = { contextId, kind, id, payload: sealed.has(kind) ? seal(kind, payload) : kept, index: kept, expiresAt };
      const request = requestStore.getStore();
      request?.readAhead.delete(`${kind} ${id}`);
      if (request && issued.has(kind)) {
        request.exchange.issues.push(save);
        return;
      }
      const write = artifacts.save(save);
      if (kind === 'Session') write.catch(() => savedSessions.delete(id)); // it is not there: the next one must be written
      await write;
    },
    async find(id) {
      if (kind === 'Client') return findClient(id);
      const ahead = takeAhead(`${kind} ${id}`);
      if (ahead) return await ahead;
      const found = await artifacts.find(contextId, kind, id);
      if (!found) return undefined;
      const payload = present(kind, id, found);
      readAhead(payload, found);
      if (exchangeable.has(kind)) readAccess(payload);
      return payload;
    },
    async findByUid(uid) {
      const ahead = takeAhead(`${kind} of ${uid}`);
      if (ahead) return await ahead;
      const found = await artifacts.findByUid(contextId, kind, uid);
      return found && present(kind, undefined, found);
    },
    async findByUserCode(userCode) {
      const found = await artifacts.findByUserCode(contextId, userCode);
      return found && present(kind, undefined, found);
    },
    async consume(id) {
      const consume = { contextId, kind, id };
      const request = requestStore.getStore();
      if (request && exchangeable.has(kind)) request.exchange.consume = consume;
      else if (!(await artifacts.exchange({ consume, issues: [] }))) throw new errors.InvalidGrant('it was used before');
    },
    async destroy(id) {
      savedSessions.delete(id);
      await artifacts.remove(contextId, kind, id);
    },
    revokeByGrantId: (grantId) => artifacts.removeByGrant(contextId, grantId),
  });
}

import { type AdapterPayload, Provider } from 'oidc-provider';
import type { ArtifactSave } from '../../../domain/records/protocol-artifacts/index.ts';
import { readAccess } from '../own-session.ts';
import { requestStore } from '../request-store.ts';
import { ArtifactAdapter } from './artifact-adapter.ts';

/** Tokens and codes: written together with what they were exchanged for, once the request is settled. */
export class IssuedAdapter extends ArtifactAdapter {
  protected override async save(save: ArtifactSave): Promise<void> {
    const request = requestStore.getStore();
    if (request) request.exchange.issues.push(save);
    else await super.save(save);
  }
}

/** What belongs to a person, about whom is asked next: where it is known whose it is, the facts are read in one message with it. */
class OwnedAdapter extends IssuedAdapter {
  override async find(id: string): Promise<AdapterPayload | undefined> {
    if (!this.isPersonAskedAbout) return super.find(id);
    const holder = this.op.caches.holders.get(this.op.holderKey(this.kind, id));
    if (holder) this.#readAccess({ accountId: holder.userId, clientId: holder.of });
    const payload = await super.find(id);
    if (payload) this.#readAccess(payload);
    return payload;
  }

  override async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const { accountId, clientId } = payload;
    if (accountId && clientId) this.op.caches.holders.set(this.op.holderKey(this.kind, id), { userId: accountId, of: clientId });
    await super.upsert(id, payload, expiresIn);
  }

  protected get isPersonAskedAbout(): boolean {
    return true;
  }

  #readAccess({ accountId, clientId }: Pick<AdapterPayload, 'accountId' | 'clientId'>): void {
    const client = clientId && this.op.caches.clients.peek(this.op.keyOf(clientId));
    if (requestStore.getStore() && accountId && client) readAccess(this.op, accountId, client);
  }
}

/** Introspection and revocation of an access token ask nothing about its person. */
export class AccessTokenAdapter extends OwnedAdapter {
  protected override get isPersonAskedAbout(): boolean {
    return Provider.ctx?.oidc.route === 'userinfo';
  }
}

/** What is exchanged for tokens at the token endpoint. */
export class ExchangeableAdapter extends OwnedAdapter {
  override async consume(id: string): Promise<void> {
    const request = requestStore.getStore();
    if (request) request.exchange.consume = this.keyOf(id);
    else await super.consume(id);
  }
}

import { LRUCache } from 'lru-cache';
import type { AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter } from './artifact-adapter.ts';

const mostSessions = 5000;

/** The library saves its session after every authorization; when only its expiry moved, and little, the row says the same already. */
export class SessionAdapter extends ArtifactAdapter {
  readonly #saved = new LRUCache<string, { content: string; expiresAt: number }>({ max: mostSessions });

  override async upsert(id: string, payload: AdapterPayload, expiresIn = 0): Promise<void> {
    const { iat: _i, exp: _e, jti: _j, ...rest } = payload;
    const content = JSON.stringify(rest);
    const now = this.op.services.clock.now().getTime();
    const last = this.#saved.get(id);
    if (last?.content === content && last.expiresAt - now > expiresIn * 900) return;
    this.#saved.set(id, { content, expiresAt: now + expiresIn * 1000 });
    try {
      await super.upsert(id, payload, expiresIn);
    } catch (error) {
      this.#saved.delete(id); // it is not there: the next one must be written
      throw error;
    }
  }

  override async destroy(id: string): Promise<void> {
    this.#saved.delete(id);
    await super.destroy(id);
  }
}

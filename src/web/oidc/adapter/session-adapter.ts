import { hash } from 'node:crypto';
import type { AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter } from './artifact-adapter.ts';

/** The library saves its session after every authorization; when only its expiry moved, and little, the row says the same already. */
export class SessionAdapter extends ArtifactAdapter {
  override async upsert(id: string, payload: AdapterPayload, expiresIn = 0): Promise<void> {
    const { iat: _i, exp: _e, jti: _j, ...rest } = payload;
    const digest = hash('sha256', JSON.stringify(rest), 'base64url');
    const now = this.op.services.clock.now().getTime();
    const saved = this.op.caches.sessions;
    const key = this.op.keyOf(id);
    const last = saved.get(key);
    if (last?.digest === digest && last.expiresAt - now > expiresIn * 900) return;
    saved.set(key, { digest, expiresAt: now + expiresIn * 1000 });
    try {
      await super.upsert(id, payload, expiresIn);
    } catch (error) {
      saved.delete(key); // it is not there: the next one must be written
      throw error;
    }
  }

  override async destroy(id: string): Promise<void> {
    this.op.caches.sessions.delete(this.op.keyOf(id));
    await super.destroy(id);
  }
}

import type { AdapterPayload } from 'oidc-provider';
import { artifactPurpose } from '../../../domain/records/protocol-artifacts/index.ts';
import { ArtifactAdapter } from './artifact-adapter.ts';

/** Encrypted in the store, with its own id. */
export class SealedAdapter extends ArtifactAdapter {
  protected override keep(payload: AdapterPayload): Record<string, unknown> {
    return { sealed: this.op.services.keyRing.encrypt(JSON.stringify(payload), this.#purpose) };
  }

  protected override read(_id: string | undefined, { sealed }: Record<string, unknown>): AdapterPayload {
    return JSON.parse(this.op.services.keyRing.decrypt(String(sealed), this.#purpose).toString());
  }

  get #purpose(): string {
    return artifactPurpose(this.op.context.contextId, this.kind);
  }
}

import type { AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter } from './artifact-adapter.ts';
import { findClient } from './clients.ts';

/** Clients are read from applications, and written nowhere. */
export class ClientAdapter extends ArtifactAdapter {
  override find(id: string): Promise<AdapterPayload | undefined> {
    return findClient(this.op, id);
  }

  override async upsert(): Promise<void> {
    throw new Error('clients are written through applications');
  }
}

import type { AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter } from './artifact-adapter.ts';

/** Clients are read from applications, and written nowhere. */
export class ClientAdapter extends ArtifactAdapter {
  override find(id: string): Promise<AdapterPayload | undefined> {
    return this.clients.find(id);
  }

  override async upsert(): Promise<void> {
    throw new Error('clients are written through applications');
  }
}

import { type AdapterPayload, errors } from 'oidc-provider';
import { addSeconds } from '../../../platform/clock/index.ts';
import { ArtifactAdapter } from './artifact-adapter.ts';

/** The id of a JWT that was seen: the second to bring it is refused, in whichever process (RFC 7523 §3). */
export class ReplayAdapter extends ArtifactAdapter {
  override async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { services, context } = this.op;
    const expiresAt = addSeconds(services.clock.now(), expiresIn);
    if (!(await this.artifacts.insertOnce(context.contextId, this.kind, id, this.keep(payload), expiresAt)))
      throw new errors.InvalidRequest('the JWT was used before');
  }
}

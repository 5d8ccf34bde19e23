import { addSeconds } from '../../../platform/clock/index.ts';
import type { ResponseTree } from '../../../platform/saml/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type ArtifactStore, artifactPurpose, takeArtifact } from '../../records/protocol-artifacts/index.ts';
import { type ContextId, type Scope, type UserId, useCase } from '../../scope.ts';
import type { Application } from '../applications/index.ts';

/** `person`: whom it tells of; a refusal tells of nobody. */
type Waiting = { response: ResponseTree; person?: { userId: UserId; name: string } };
type MayEnter = (userId: UserId) => Promise<boolean>;
type For = Pick<Application, 'applicationId' | 'name'>;

const kind = 'SamlArtifact';
/** A redirect and a call: who has not fetched it by then has lost its way. */
const lifetimeSeconds = 60;

/** Whom it is for is a part of its name: for anybody else there is nothing (bindings §3.6.5.2). */
const nameOf = ({ applicationId }: For, handle: string): string => `${applicationId} ${handle}`;
const purposeOf = (contextId: ContextId): string => artifactPurpose(contextId, kind);

/** @param handle of a new artifact */
export async function keepResponse(
  { contextId, clock, keyRing }: Scope,
  artifacts: ArtifactStore,
  application: For,
  handle: string,
  waiting: Waiting,
): Promise<void> {
  const sealed = keyRing.encrypt(JSON.stringify(waiting), purposeOf(contextId));
  const expiresAt = addSeconds(clock.now(), lifetimeSeconds);
  await artifacts.save({ contextId, kind, id: nameOf(application, handle), payload: { sealed }, index: {}, expiresAt });
}

/**
 * The application fetches what was kept for it.
 * @param mayEnter whether the person may open the application now
 * @returns undefined when there is nothing: it was fetched before, has expired, was made for another, or tells of somebody who may not enter any more
 */
export const takeResponse = useCase(
  async (scope, application: For, handle: string, mayEnter: MayEnter): Promise<ResponseTree | undefined> => {
    const kept = await takeArtifact(scope, kind, nameOf(application, handle));
    if (!kept) return undefined;
    const { response, person }: Waiting = JSON.parse(scope.keyRing.decrypt(String(kept.sealed), purposeOf(scope.contextId)).toString());
    if (person && !(await mayEnter(person.userId))) return undefined;
    await recordEvent(scope, {
      type: 'saml-artifact.resolved',
      subject: person && { kind: 'user', id: person.userId, name: person.name },
      applicationId: application.applicationId,
      details: { application: application.name },
    });
    return response;
  },
);

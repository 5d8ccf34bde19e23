import type { SealedColumn } from '../../../platform/crypto/index.ts';

/** What the payload of a kind is sealed for, where all of it is. */
export const artifactPurpose = (contextId: string, kind: string): string => `artifact:${contextId}:${kind}`;

/** A refresh token's answer is bound to the token itself, of which we have no more than a hash: nobody can seal it again, and it lives for seconds. */
export const answerKind = 'RefreshAnswer';

export const sealedArtifacts: SealedColumn = {
  table: 'oidc_artifacts',
  column: 'payload',
  field: 'sealed',
  by: ['context_id', 'kind'],
  purposeOf: ({ context_id, kind }) => artifactPurpose(context_id!, kind!),
  where: `kind <> '${answerKind}'`,
};

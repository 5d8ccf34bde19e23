// Owns: what a protocol keeps between two requests: codes, tokens, grants, interactions; by hash, each used up once, across processes.
// Does not: know what they mean (web/oidc hands them in and takes them back).
export { type Artifact, type ArtifactKey, type ArtifactSave, ArtifactStore, type Exchange } from './artifact-store.ts';
export { revokeAllGrants, revokeGrantsOfClient, revokeGrantsOfUser, revokeGrantsOfUserAtClient } from './revoke-grants.ts';
export { answerKind, artifactPurpose, sealedArtifacts } from './sealed-artifacts.ts';
export { sweepArtifacts } from './sweep-expired.ts';
export { takeArtifact } from './take-artifact.ts';

import type { FactorKind, ProofKind } from '../credentials/factors/index.ts';
import { factorKinds, proofs } from '../credentials/factors/index.ts';

/** What keeps somebody out who has proven who they are. */
export const keptOutReasons = ['network', 'hours', 'no-factor'] as const;
export type KeptOutReason = (typeof keptOutReasons)[number];

const ofPasswords = [
  'unknown-person',
  'attempts-used-up',
  'wrong-password',
  'invited',
  'deactivated',
  'blocked',
  'directory-not-asked',
  'directory-unavailable',
  'directory-account-disabled',
  'directory-account-expired',
  'directory-outside-hours',
  'directory-wrong-workstation',
  'directory-account-locked',
  'directory-not-found',
] as const;

/** Why an attempt to sign in failed, as the audit has it. Each is told and explained to administrators in every language. */
export type SignInReason = (typeof ofPasswords)[number] | `wrong-${ProofKind}` | `${FactorKind}-not-taken` | `kept-out-${KeptOutReason}`;

export const signInReasons: SignInReason[] = [
  ...ofPasswords,
  ...(Object.keys(proofs) as ProofKind[]).map((kind) => `wrong-${kind}` as const),
  ...factorKinds.map((kind) => `${kind}-not-taken` as const),
  ...keptOutReasons.map((why) => `kept-out-${why}` as const),
];

// Owns: the list of second factors, and of what stands in for one. Does not: know what any of them does (each has a folder beside this one).
import type { Factor, Proof } from '../factor.ts';
import { passkey } from '../passkey/index.ts';
import { recoveryCode } from '../recovery-code/index.ts';
import { totp } from '../totp/index.ts';

/** By the name that the policy, the store and the views have for it. */
export const factors = { totp, passkey } as const satisfies Record<string, Factor>;

export type FactorKind = keyof typeof factors;
export const factorKinds = Object.keys(factors) as [FactorKind, ...FactorKind[]];

/** What can be proven beside the password: a factor, or what stands in for one that was lost. */
export const proofs = { ...factors, 'recovery-code': recoveryCode } as const satisfies Record<string, Proof>;
export type ProofKind = keyof typeof proofs;

/** Those that browsers can use at this address. */
export const factorsUsableAt = (origin: string): FactorKind[] => factorKinds.filter((kind) => factors[kind].isUsableAt(origin));

/** Which factors these methods prove (RFC 8176). A recovery code stands in for any: then there are none, and the proof is strong all the same. */
export const factorsIn = (amr: string[]): FactorKind[] => factorKinds.filter((kind) => factors[kind].isIn(amr));

/** Typed with the parts that only some factors have. */
export const factorOf = (kind: FactorKind): Factor => factors[kind];

export type { Answer, Factor, Outcome, Place, Proof, Shown } from '../factor.ts';

import type { ExplainReason } from './reasons.ts';

/** In this order. `directory` only of who signs in by one; `new-password`, `network-password`, `enrol` and `terms` only where they would be asked for. */
export const explanationSteps = [
  'company',
  'application',
  'protocol',
  'person',
  'account',
  'attempts',
  'directory',
  'password',
  'network',
  'hours',
  'second-factor',
  'enrol',
  'network-password',
  'new-password',
  'terms',
  'access',
  'consent',
  'release',
] as const;
export type StepName = (typeof explanationSteps)[number];

/** `asks`: the person has to do something, and comes in. `unknown`: it may go wrong, or only the moment itself tells. */
export type Outcome = 'passed' | 'asks' | 'refuses' | 'unknown';

/** The one page that mends it, by its name; which address it has, app knows. */
export const mendPages = [
  'user',
  'user-edit',
  'user-unblock',
  'user-reactivate',
  'user-invitation',
  'user-password',
  'user-applications',
  'user-second-factors',
  'planned-deactivation',
  'users',
  'application',
  'application-edit',
  'applications',
  'certificates',
  'policy',
  'policy-override',
  'directory',
  'directory-entries',
] as const;
export type MendPage = (typeof mendPages)[number];
export type Mend = { page: MendPage; params: Record<string, string> };

export type ExplanationStep = {
  step: StepName;
  outcome: Outcome;
  reason?: ExplainReason;
  /** What it was decided by. */
  facts: Record<string, unknown>;
  /** Names of the rules that it follows from. */
  rules?: string[];
  mend?: Mend;
};

/** Whose rule it is. `isGone`: the group or application of an override is not there any more. */
export type RuleSource =
  | { kind: 'company' }
  | { kind: 'group' | 'application'; id: string; name?: string; isEveryone?: boolean; overrideId: string }
  | { kind: 'role'; role: string; overrideId: string };

/** A rule of the sign-in policy with its value and whose it is, or one of access, and whether it holds. */
export type ExplainedRule = { rule: string; value: unknown; from: RuleSource } | { rule: string; holds: boolean };

/** `allowed`: the person gets in, after what the steps ask. */
export type Explanation = { allowed: boolean; steps: ExplanationStep[]; rules: ExplainedRule[] };

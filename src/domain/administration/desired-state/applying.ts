import type { LeftOut } from '../../../platform/saml/index.ts';
import type { Advice } from '../../applications/applications/index.ts';
import type { Transaction } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import type { Difference, FieldDifference } from '../configuration/index.ts';
import type { InParts } from './part.ts';
import type { PreparedPasswords } from './prepare-passwords.ts';

/** `context`: the code of the company that it is of. */
export type Change = { action: 'created' | 'changed' | 'removed'; what: string; details?: string; context?: string };

type OfApplication = { application: string; context?: string };

/** What differs of one company, before and after. Of a secret that changes stands only that it does. */
export type PlannedContext = { context: string; isNew: boolean; differences: PlannedDifference[] };
export type PlannedDifference = Omit<Difference, 'fields'> & { fields: (FieldDifference & { isSecret?: true })[] };

export type ApplyResult = {
  /** The companies of the file, by code. */
  contexts?: string[];
  changes: Change[];
  generatedPasswords: { context: string; login: string; password: string }[];
  /** Of the metadata of an application, by its code. */
  leftOut: (LeftOut & OfApplication)[];
  /** How many keys of a client (`jwks`) cannot be used. */
  leftOutKeys?: (OfApplication & { count: number })[];
  /** What is weaker than it could be of applications that the file describes. */
  advice: (Advice & OfApplication)[];
  /** Applications that there are and whose secret changes. */
  changedSecrets?: OfApplication[];
  /** Secrets whose reference leads to nothing here, and which stay as they are. */
  keptSecrets?: (OfApplication & { reference: string })[];
  /** Of a file that removes what it no longer has: what goes, as `prune` takes it. */
  pruned?: string[];
  /** Where a plan was asked for. */
  plan?: PlannedContext[];
};

export type PolicyOptions = {
  /** Those that browsers can use at the company's address. */
  usableFactors?: FactorKind[];
  /** Rules that may keep people out stand on trial, as in the console, and go unless somebody confirms them. */
  onTrial?: boolean;
  /** Somebody has taken note that no administrator is known to get in by them, while none is signed in. */
  mayLockOut?: boolean;
};

/** What the steps share: where they write what they did. */
export type Applying = InParts<Transaction> & {
  result: ApplyResult;
  passwords: PreparedPasswords;
  policy?: PolicyOptions;
  /** Of the application at this place: the reference to its secret that leads to nothing. */
  unresolvedSecret: (index: number) => string | undefined;
};

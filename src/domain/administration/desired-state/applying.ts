import type { LeftOut } from '../../../platform/saml/index.ts';
import type { Advice } from '../../applications/applications/index.ts';
import type { Transaction } from '../../scope.ts';
import type { PreparedPasswords } from './prepare-passwords.ts';

export type Change = { action: 'created' | 'changed' | 'removed'; what: string; details?: string };
export type ApplyResult = {
  changes: Change[];
  generatedPasswords: { context: string; login: string; password: string }[];
  /** Of the metadata of an application, by its code. */
  leftOut: (LeftOut & { application: string })[];
  /** What is weaker than it could be of applications that the file describes. */
  advice: (Advice & { application: string })[];
};

/** What the steps share: where they write what they did. */
export type Applying = {
  scope: Transaction;
  result: ApplyResult;
  passwords: PreparedPasswords;
  at: (...path: PropertyKey[]) => <T>(work: Promise<T>) => Promise<T>;
};

import { hashToken } from '../../platform/crypto/index.ts';
import { run } from '../../platform/database/index.ts';
import type { Scope, UserId } from '../scope.ts';
import type { SecondFactor } from '../sign-in-policy/index.ts';
import type { Role } from '../users/index.ts';
import type { Proven } from './pending-requests.ts';

/** How one person stands at this moment, as far as the next step can depend on it. */
export type Standing = {
  userId: UserId;
  role: Role;
  /** What was proven before, in sign-ins that are not complete, is worth nothing. */
  proofsAfter?: Date;
  /** The latest edition of the terms that the person accepted; 0 is none. */
  termsEdition: number;
  password?: { changedAt: Date; mustChange: boolean };
  /** Of the factors that are set up, each kind once. */
  factors: SecondFactor[];
  hasRecoveryCodes: boolean;
  /** Since when the browser stands in for the second factor, and until when, as the rules were then. */
  remembered?: { at: Date; until: Date };
};

/** Not of a password that was replaced since, a factor that was taken away, or an account that was closed in between. */
export const stillHolds = ({ password, proofsAfter }: Standing, proven: Proven): boolean =>
  password?.changedAt.getTime() === proven.passwordChangedAt && proven.at >= (proofsAfter?.getTime() ?? 0);

// One read of five slices' tables, asked at each step of each sign-in.
const read = `
  SELECT u.role, u.proofs_after, u.terms_edition, p.changed_at, p.must_change,
    ARRAY(SELECT DISTINCT f.kind FROM second_factors f WHERE f.context_id = u.context_id AND f.user_id = u.user_id) AS factors,
    EXISTS (SELECT 1 FROM recovery_codes c WHERE c.context_id = u.context_id AND c.user_id = u.user_id AND c.used_at IS NULL) AS has_codes,
    b.remembered_at, b.remembered_until
  FROM users u LEFT JOIN passwords p ON p.context_id = u.context_id AND p.user_id = u.user_id
    LEFT JOIN known_browsers b ON b.context_id = u.context_id AND b.user_id = u.user_id AND b.browser_hash = $3
  WHERE u.context_id = $1 AND u.user_id = $2`;

type StandingRow = {
  role: Role;
  proofs_after: Date | null;
  terms_edition: number | null;
  changed_at: Date | null;
  must_change: boolean | null;
  factors: SecondFactor[];
  has_codes: boolean;
  remembered_at: Date | null;
  remembered_until: Date | null;
};

/** @param browser the browser's own cookie */
export async function findStanding({ db, contextId }: Scope, userId: UserId, browser: string): Promise<Standing | undefined> {
  const { rows } = await run<StandingRow>(db, 'standing', read, [contextId, userId, hashToken(browser)]);
  const [row] = rows;
  return (
    row && {
      userId,
      role: row.role,
      proofsAfter: row.proofs_after ?? undefined,
      termsEdition: row.terms_edition ?? 0,
      password: row.changed_at ? { changedAt: row.changed_at, mustChange: row.must_change === true } : undefined,
      factors: row.factors,
      hasRecoveryCodes: row.has_codes,
      remembered: row.remembered_at && row.remembered_until ? { at: row.remembered_at, until: row.remembered_until } : undefined,
    }
  );
}

/** Whether a proof is worth something at this moment. @param scope of a transaction that holds the person */
export async function proofHolds(scope: Scope, proven: Proven): Promise<boolean> {
  const standing = await findStanding(scope, proven.userId, '');
  return standing !== undefined && stillHolds(standing, proven);
}

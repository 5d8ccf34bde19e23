import { hashToken } from '../../../platform/crypto/index.ts';
import { byKey, run } from '../../../platform/database/index.ts';
import { byLogin, fromRow, loginMatches, ofUser, type User, type UserRow } from '../../people/users/index.ts';
import type { DirectoryId, Scope, Transaction, UserId } from '../../scope.ts';
import type { NetworkEntry } from '../credentials/directory-password/index.ts';
import type { FactorKind } from '../credentials/factors/index.ts';
import type { StoredPassword } from '../credentials/password/index.ts';
import type { Proven } from './pending-requests.ts';

/** How one person stands at this moment, as far as a sign-in can depend on it. */
export type Standing = {
  user: User;
  password?: StoredPassword;
  /** Whom the person is in a directory of the company. */
  network?: NetworkEntry;
  /** Of the factors that are set up, each kind once. */
  factors: FactorKind[];
  hasRecoveryCodes: boolean;
  /** The person has signed in with this browser. */
  isBrowserNoted: boolean;
  /** Since when the browser stands in for the second factor, and until when, as the rules were then. */
  remembered?: { at: Date; until: Date };
};

/** Not of a password that was replaced since, a factor that was taken away, a link to a directory that is gone, or an account that was closed in between. */
export const stillHolds = ({ password, user, network }: Standing, proven: Proven): boolean =>
  password?.changedAt.getTime() === proven.passwordChangedAt &&
  proven.at >= (user.proofsAfter?.getTime() ?? 0) &&
  (!proven.directoryId || (network?.directoryId === proven.directoryId && network.entryId === proven.entryId)) &&
  !(proven.isDirectoryAway && user.role === 'administrator');

type StandingRow = UserRow & {
  hash: string | null;
  must_change: boolean;
  changed_at: Date;
  factors: FactorKind[];
  has_codes: boolean;
  is_browser_noted: boolean;
  directory_id: DirectoryId | null;
  entry_id: string;
  dn: string;
  remembered_at: Date | null;
  remembered_until: Date | null;
};

const columns = `${ofUser}, p.hash, p.must_change, p.changed_at,
    ARRAY(SELECT DISTINCT f.kind FROM second_factors f WHERE f.context_id = u.context_id AND f.user_id = u.user_id) AS factors,
    (SELECT true FROM recovery_codes c WHERE c.context_id = u.context_id AND c.user_id = u.user_id AND c.used_at IS NULL LIMIT 1) IS NOT NULL AS has_codes,
    e.directory_id, e.entry_id, e.dn`;

// One read of six slices' tables, asked at each step of each sign-in. Each row by its key: joined freely, the planner has read all entries of a directory for one person.
const read = (condition: string) => `
  SELECT ${columns}, b.user_id IS NOT NULL AS is_browser_noted, b.remembered_at, b.remembered_until
  FROM (SELECT * FROM users u WHERE u.context_id = $1 AND ${condition} OFFSET 0) u
    LEFT JOIN ${byKey('passwords', 'p', { context_id: 'u.context_id', user_id: 'u.user_id' })} ON true
    LEFT JOIN ${byKey('known_browsers', 'b', { context_id: 'u.context_id', user_id: 'u.user_id', browser_hash: '$3' })} ON true
    LEFT JOIN ${byKey('directory_entries', 'e', { context_id: 'u.context_id', user_id: 'u.user_id' })} ON e.state = 'accepted'`;

type By = { name: string; condition: string; value: string | string[] };

async function find({ db, contextId }: Scope, { name, condition, value }: By, browser: string): Promise<Standing | undefined> {
  const { rows } = await run<StandingRow>(db, `standing by ${name}`, read(condition), [contextId, value, hashToken(browser)]);
  return rows[0] && present(rows[0]);
}

const present = (row: StandingRow): Standing => ({
  user: fromRow(row),
  password: row.hash === null ? undefined : { hash: row.hash, mustChange: row.must_change, changedAt: row.changed_at },
  network: row.directory_id === null ? undefined : { directoryId: row.directory_id, entryId: row.entry_id, dn: row.dn },
  factors: row.factors,
  hasRecoveryCodes: row.has_codes,
  isBrowserNoted: row.is_browser_noted,
  remembered: row.remembered_at && row.remembered_until ? { at: row.remembered_at, until: row.remembered_until } : undefined,
});

// each row by its whole key: a plan for a thousand people would rather read whole tables, and a company has many thousands
const readMany = `
  SELECT ${columns}, false AS is_browser_noted, NULL::timestamptz AS remembered_at, NULL::timestamptz AS remembered_until
  FROM unnest($2::uuid[]) AS k (user_id) JOIN ${byKey('users', 'u', { context_id: '$1', user_id: 'k.user_id' })} ON true
    LEFT JOIN ${byKey('passwords', 'p', { context_id: '$1', user_id: 'k.user_id' })} ON true
    LEFT JOIN ${byKey('directory_entries', 'e', { context_id: '$1', user_id: 'k.user_id', state: "'accepted'" })} ON true`;

/** Of many at once, at no browser. */
export async function listStandings({ db, contextId }: Scope, userIds: UserId[]): Promise<Standing[]> {
  const { rows } = await run<StandingRow>(db, 'standings', readMany, [contextId, userIds]);
  return rows.map(present);
}

/** @param browser the browser's own cookie */
export const findStanding = (scope: Scope, userId: UserId, browser: string): Promise<Standing | undefined> =>
  find(scope, { name: 'id', condition: 'u.user_id = $2', value: userId }, browser);

/** By e-mail or username. */
export function findStandingByLogin(scope: Scope, login: string, browser: string): Promise<Standing | undefined> {
  const { column, values } = byLogin(login);
  return find(scope, { name: column, condition: loginMatches(column), value: values }, browser);
}

/** Whether a proof is worth something at this moment. The caller holds the person. */
export async function proofHolds(scope: Transaction, proven: Proven): Promise<boolean> {
  const standing = await findStanding(scope, proven.userId, '');
  return standing !== undefined && stillHolds(standing, proven);
}

import { type Db, deleteInSteps, run } from '../../../platform/database/index.ts';
import type { Scope } from '../../scope.ts';
import { type LimitKind, windowMs } from './rules.ts';

/** `since`: when its window began, in ms since the epoch. */
export type Count = { holder: string; n: number; since: number };

type Found = { holder: string; n: number; since: Date };

const present = (rows: Found[]): Count[] => rows.map(({ holder, n, since }) => ({ holder, n, since: since.getTime() }));

const read = 'SELECT holder, n, since FROM address_counts WHERE context_id = $1 AND kind = $2 AND holder = ANY($3)';

export const readCounts = async ({ db, contextId }: Scope, kind: LimitKind, holders: string[]): Promise<Count[]> =>
  present((await run<Found>(db, 'address counts', read, [contextId, kind, holders])).rows);

// the address before its network, everywhere: two statements never wait for each other
const add = `INSERT INTO address_counts AS a (context_id, kind, holder, n, since)
  SELECT $1::uuid, $2::text, holder, 1, $4::timestamptz FROM unnest($3::text[]) WITH ORDINALITY AS h (holder, place) ORDER BY place
  ON CONFLICT (context_id, kind, holder) DO UPDATE SET n = CASE WHEN a.since <= $5 THEN 1 ELSE a.n + 1 END,
    since = CASE WHEN a.since <= $5 THEN excluded.since ELSE a.since END
  RETURNING holder, n, since`;

/** One more on each of them. A window that is over begins again. */
export async function addToCounts({ db, contextId, clock }: Scope, kind: LimitKind, holders: string[]): Promise<Count[]> {
  const now = clock.now();
  const over = new Date(now.getTime() - windowMs);
  return present((await run<Found>(db, 'count at address', add, [contextId, kind, holders, now, over])).rows);
}

// locks in the order of the above; of a window that is over nothing is left on them
const takeOff = `WITH held AS MATERIALIZED (SELECT holder FROM address_counts WHERE context_id = $1 AND kind = $2 AND holder = ANY($3::text[] || $4::text)
    ORDER BY array_position($3::text[] || $4::text, holder) FOR UPDATE),
  own AS (DELETE FROM address_counts WHERE context_id = $1 AND kind = $2 AND holder = $4 AND (SELECT count(*) FROM held) > 0 RETURNING n, since)
  UPDATE address_counts SET n = GREATEST(n - (SELECT n FROM own), 0) WHERE context_id = $1 AND kind = $2 AND holder = ANY($3) AND since <= (SELECT since FROM own)`;

/** As many as stand on `part` of them turned out to be no guesses. */
export async function takeOffCounts({ db, contextId }: Scope, kind: LimitKind, holders: string[], part: string): Promise<void> {
  await run(db, 'give back at address', takeOff, [contextId, kind, holders, part]);
}

export const sweepAddressCounts = (db: Db): Promise<number> => deleteInSteps(db, 'address_counts', "since < now() - interval '1 hour'");

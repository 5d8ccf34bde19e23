import { type Db, deleteInSteps, run } from '../../../platform/database/index.ts';
import { networkOf } from '../../../platform/net/index.ts';
import type { Scope } from '../../scope.ts';

/** Wrong ones within an hour: of a person who is signed in or of an address; and of codes, which are short, of all addresses together (RFC 8628 §5.1). */
const mostOfOne = 10;
const mostOfEverybody = 100;
const windowMs = 3_600_000;

/** Each kind has counts of its own: who guesses one uses up nothing of the other. */
export type Guess = 'code' | 'token';

const everybody = 'everybody';
/** Nobody guesses a token of 256 bits: strangers together must not use up what somebody with the right one needs. */
const isOnlyOwn = ({ actor }: Scope, guess: Guess): boolean => guess === 'token' || actor.kind === 'person';
const holderOf = ({ actor }: Scope, guess: Guess): string =>
  `${guess === 'code' ? '' : 'tokens '}${actor.kind === 'person' ? `person ${actor.id}` : `at ${networkOf(actor.ip ?? '')}`}`;

const start = `INSERT INTO code_guesses AS g (context_id, holder, n, since)`;
const goOn = `ON CONFLICT (context_id, holder) DO UPDATE SET n = CASE WHEN g.since <= $4 THEN 1 ELSE g.n + 1 END, since = CASE WHEN g.since <= $4 THEN excluded.since ELSE g.since END`;
// Once everybody's are used up no address gets a row: strangers fill no table. Whoever signs in has guesses of their own, so nobody is locked out by others.
const reserve = `
  WITH own AS (${start} SELECT $1, $2, 1, $3::timestamptz
      WHERE $6 OR COALESCE((SELECT n FROM code_guesses WHERE context_id = $1 AND holder = $7 AND since > $4), 0) < ${mostOfEverybody}
      ${goOn} WHERE g.n < $5 OR g.since <= $4 RETURNING 1),
    counted AS (${start} SELECT $1, $7::text, 1, $3::timestamptz FROM own WHERE NOT $6 ${goOn} RETURNING 1)
  SELECT 1 FROM own`;

/**
 * Takes one of the codes that may be typed BEFORE it is looked for, so that parallel guesses get no more tries than the limit.
 * @returns false when none is left: of the person who acts, else of the address, and for a code of all addresses
 */
export async function reserveCodeGuess(scope: Scope, guess: Guess = 'code'): Promise<boolean> {
  const { db, contextId, clock } = scope;
  const now = clock.now();
  const since = new Date(now.getTime() - windowMs);
  const values = [contextId, holderOf(scope, guess), now, since, mostOfOne, isOnlyOwn(scope, guess), everybody];
  return (await run(db, 'reserve code guess', reserve, values)).rowCount === 1;
}

/** The code was right: it was no guess. */
export async function returnCodeGuess(scope: Scope, guess: Guess = 'code'): Promise<void> {
  const { db, contextId } = scope;
  const holders = [holderOf(scope, guess), ...(isOnlyOwn(scope, guess) ? [] : [everybody])];
  const text = 'UPDATE code_guesses SET n = GREATEST(n - 1, 0) WHERE context_id = $1 AND holder = ANY($2)';
  await run(db, 'return code guess', text, [contextId, holders]);
}

export const sweepCodeGuesses = (db: Db): Promise<number> => deleteInSteps(db, 'code_guesses', "since < now() - interval '1 day'");

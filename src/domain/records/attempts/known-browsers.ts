import { hashToken } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, run } from '../../../platform/database/index.ts';
import type { Scope, Transaction, UserId } from '../../scope.ts';

/** As many as a person may use; of more the oldest are forgotten. */
const most = 50;

const own = ({ db, contextId }: Scope, userId: UserId) => db('known_browsers').where({ context_id: contextId, user_id: userId });

// What somebody tried in a browser before its first whole sign-in was counted on everybody's count: that sign-in ends it.
const note = `
  WITH own AS (SELECT failed FROM known_browsers WHERE context_id = $1 AND user_id = $2 AND browser_hash = $3 AND is_proven),
  noted AS (INSERT INTO known_browsers AS b (context_id, user_id, browser_hash, user_agent, first_at, last_at, remembered_until, remembered_at, is_proven)
    VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)
  ON CONFLICT (context_id, user_id, browser_hash) DO UPDATE SET last_at = excluded.last_at, user_agent = excluded.user_agent, is_proven = b.is_proven OR $8,
    failed = CASE WHEN $8 THEN 0 ELSE b.failed END, pending = CASE WHEN $8 THEN 0 ELSE b.pending END,
    failed_at = CASE WHEN $8 THEN NULL ELSE b.failed_at END,
    remembered_until = COALESCE(excluded.remembered_until, b.remembered_until), remembered_at = COALESCE(excluded.remembered_at, b.remembered_at)
  RETURNING first_at = last_at AS is_new),
  counted AS (DELETE FROM sign_in_attempts WHERE context_id = $1 AND user_id = $2 AND $8 AND NOT EXISTS (SELECT 1 FROM own) RETURNING failed)
  SELECT is_new, CASE WHEN $8 THEN COALESCE((SELECT failed FROM own), (SELECT failed FROM counted), 0) ELSE 0 END AS cleared FROM noted`;

/**
 * The person has signed in here.
 * @param isWhole with everything the person has to prove: only then the browser has a count of its own, which starts again, as everybody's does where the browser had none
 * @param rememberedUntil until when it stands in for the second factor; undefined leaves that as it was
 * @returns whether the browser was new, and how many attempts that ended, the right one among them
 */
export async function noteBrowser(
  scope: Transaction,
  userId: UserId,
  browser: string,
  isWhole: boolean,
  rememberedUntil?: Date,
): Promise<{ isNew: boolean; cleared: number }> {
  const { db, contextId, clock, actor } = scope;
  const now = clock.now();
  const { rows } = await run<{ is_new: boolean; cleared: number }>(db, 'note browser', note, [
    contextId,
    userId,
    hashToken(browser),
    (actor.userAgent ?? '').slice(0, 400),
    now,
    rememberedUntil ?? null,
    rememberedUntil ? now : null,
    isWhole,
  ]);
  return { isNew: rows[0]?.is_new === true, cleared: rows[0]?.cleared ?? 0 };
}

/** It has used up its own attempts: from now on it is a stranger's. */
export const forgetBrowser = async (scope: Transaction, userId: UserId, browser: string): Promise<void> => {
  await own(scope, userId).where('browser_hash', hashToken(browser)).delete();
};

/** After a recovery, a reset of factors, or at the person's wish: whoever comes next is a stranger. @param except the browser at hand, when it may stay */
export const forgetBrowsers = async (scope: Transaction, userId: UserId, except?: string): Promise<void> => {
  const query = own(scope, userId);
  await (except === undefined ? query : query.whereNot('browser_hash', hashToken(except))).delete();
};

/** `id` names it on a page; nobody can be it by that. */
export type KnownBrowser = { id: string; userAgent: string; firstAt: Date; lastAt: Date; rememberedUntil?: Date; isHere: boolean };

/** Those of a person, the one used last first. @param here the browser's own cookie */
export async function listBrowsers(scope: Scope, userId: UserId, here: string): Promise<KnownBrowser[]> {
  const rows = await own(scope, userId)
    .orderBy('last_at', 'desc')
    .limit(most)
    .select('browser_hash', 'user_agent', 'first_at', 'last_at', 'remembered_until');
  return rows.map((row) => ({
    id: row.browser_hash.toString('hex'),
    userAgent: row.user_agent,
    firstAt: row.first_at,
    lastAt: row.last_at,
    rememberedUntil: row.remembered_until && row.remembered_until > scope.clock.now() ? row.remembered_until : undefined,
    isHere: row.browser_hash.equals(hashToken(here)),
  }));
}

/** A browser that stands in for a person's second factor, as the rules were when it was remembered. */
export type RememberedBrowser = { userId: UserId; userAgent: string; at: Date; until: Date };

/** Those of many people. */
export const listRememberedBrowsers = async ({ db, contextId, clock }: Scope, userIds: UserId[]): Promise<RememberedBrowser[]> =>
  (
    await db('known_browsers')
      .where('context_id', contextId)
      .whereRaw('user_id = ANY(?::uuid[])', [userIds])
      .where('remembered_until', '>', clock.now())
      .select('user_id', 'user_agent', 'remembered_at', 'remembered_until')
  ).flatMap((row) =>
    row.remembered_at && row.remembered_until
      ? [{ userId: row.user_id, userAgent: row.user_agent, at: row.remembered_at, until: row.remembered_until }]
      : [],
  );

/** At the person's wish: it is a stranger's from now on, and stands in for no second factor. @param id of listBrowsers @returns false when there is none */
export const forgetBrowserById = async (scope: Transaction, userId: UserId, id: string): Promise<boolean> =>
  /^[0-9a-f]{64}$/.test(id) && (await own(scope, userId).where('browser_hash', Buffer.from(id, 'hex')).delete()) === 1;

/** Browsers that nobody has signed in with for half a year, and of a person's many the oldest. */
export async function sweepBrowsers(db: Db): Promise<number> {
  const many = `(context_id, user_id, browser_hash) IN (SELECT context_id, user_id, browser_hash FROM (SELECT context_id, user_id, browser_hash,
    row_number() OVER (PARTITION BY context_id, user_id ORDER BY last_at DESC) AS place FROM known_browsers) AS placed WHERE place > ${most})`;
  return (
    (await deleteInSteps(db, 'known_browsers', "last_at < now() - interval '180 days'")) + (await deleteInSteps(db, 'known_browsers', many))
  );
}

import type { Scope, UserId } from '../../scope.ts';
import { askRules, idOfAsks } from './id-of-count.ts';

/** How many attempts are taken, and when the last one was. */
export type AttemptCount = { used: number; lastAt?: Date };

/** Of a browser that has a count of its own. `remembered`: for how long it stands in for the second factor. */
export type BrowserCount = AttemptCount & { userAgent: string; lastSeenAt: Date; remembered?: { at: Date; until: Date } };

export type AttemptCounts = {
  strangers: AttemptCount;
  /** Of the times that a directory may be asked for strangers. */
  areAsksLeft: boolean;
  /** Where none is. */
  asksUsedUpUntil?: Date;
  /** The one used last first. */
  browsers: BrowserCount[];
};

/** All counts of a person as they stand, to be shown: nothing is taken. */
export async function listCounts({ db, contextId }: Scope, userId: UserId, now: Date): Promise<AttemptCounts> {
  const asks = idOfAsks({ contextId }, userId);
  const own = { context_id: contextId };
  const [counts, browsers] = await Promise.all([
    db('sign_in_attempts').where(own).whereIn('user_id', [userId, asks]).select('user_id', 'failed', 'last_at'),
    db('known_browsers')
      .where({ ...own, user_id: userId, is_proven: true })
      .orderBy('last_at', 'desc')
      .limit(10)
      .select('failed', 'failed_at', 'user_agent', 'last_at', 'remembered_at', 'remembered_until'),
  ]);
  const countOf = (id: UserId) => counts.find((row) => row.user_id === id);
  const asked = countOf(asks);
  const decayedAt = asked && new Date(asked.last_at.getTime() + askRules.decayMinutes * 60_000);
  const asksUsedUpUntil = asked && asked.failed >= askRules.limit && decayedAt! >= now ? decayedAt : undefined;
  const strangers = countOf(userId);
  return {
    strangers: { used: strangers?.failed ?? 0, lastAt: strangers?.last_at },
    areAsksLeft: !asksUsedUpUntil,
    asksUsedUpUntil,
    browsers: browsers.map((row) => ({
      used: row.failed,
      lastAt: row.failed_at ?? undefined,
      userAgent: row.user_agent,
      lastSeenAt: row.last_at,
      remembered: row.remembered_at && row.remembered_until ? { at: row.remembered_at, until: row.remembered_until } : undefined,
    })),
  };
}

import type { Clock } from '../../../platform/clock/index.ts';
import { type Database, type Db, jsonText, type NoticedCache, notifyChange, run } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import type { ContextId, Scope, Transaction } from '../../scope.ts';
import { defaultRules, type PolicyRules, rulesSchema } from './policy.ts';

/** The rules as they are kept; while `trial` runs those before it come back by themselves. */
export type StoredPolicy = { rules: PolicyRules; trial?: { before: PolicyRules; revertsAt: Date }; version: number };

// strictly: a rule of a newer version that was left out would let people in (fails closed)
const read = async (db: Db, contextId: ContextId): Promise<StoredPolicy> => {
  const text = 'SELECT rules, rules_before, reverts_at, version FROM sign_in_policies WHERE context_id = $1';
  const [row] = (await run<Row<'sign_in_policies'>>(db, 'sign-in policy', text, [contextId])).rows;
  if (!row) return { rules: defaultRules, version: 0 };
  return {
    rules: rulesSchema.parse(row.rules),
    trial: row.reverts_at ? { before: rulesSchema.parse(row.rules_before), revertsAt: row.reverts_at } : undefined,
    version: row.version,
  };
};

/** @returns the version 0 for a company that never changed anything */
export const loadPolicy = ({ db, contextId }: Scope): Promise<StoredPolicy> => read(db, contextId);

/** The trial that is under way. */
export const trialAt = ({ trial }: StoredPolicy, now: Date): StoredPolicy['trial'] => (trial && trial.revertsAt > now ? trial : undefined);

/** Those that hold now: a trial that nobody confirmed is over at its time, whether or not a job has tidied up. */
export const rulesInForce = ({ rules, trial }: StoredPolicy, now: Date): PolicyRules =>
  trial && trial.revertsAt <= now ? trial.before : rules;

export type PolicyFinder = (contextId: ContextId) => Promise<PolicyRules>;

/** Asked at every request: from memory while change notices arrive. */
export const createPolicyFinder =
  (database: Database, cache: NoticedCache, clock: Clock): PolicyFinder =>
  async (contextId) =>
    rulesInForce(await cache.get(contextId, 'sign-in policy', () => read(database.knex, contextId)), clock.now());

/** Companies whose trial is over and not yet tidied up. */
export const listTrialsOver = async (db: Db, now: Date): Promise<ContextId[]> =>
  (await db('sign_in_policies').where('reverts_at', '<=', now).select('context_id')).map((row) => row.context_id);

/** The rules as they were until a moment: the product's own hold again. Without an event: whoever asks tells of the whole. */
export async function removePolicy({ db, contextId }: Transaction, changedBefore: Date): Promise<void> {
  await db('sign_in_policies').where('context_id', contextId).where('changed_at', '<', changedBefore).delete();
  await notifyChange(db, contextId);
}

/** @returns false when somebody changed it since `version` was read */
export async function savePolicy({ db, contextId, clock }: Transaction, { rules, trial, version }: StoredPolicy): Promise<boolean> {
  const columns = {
    rules: jsonText(rules),
    rules_before: trial ? jsonText(trial.before) : null,
    reverts_at: trial?.revertsAt ?? null,
    version: version + 1,
    changed_at: clock.now(),
  };
  if (version === 0) {
    const inserted = await db('sign_in_policies')
      .insert({ context_id: contextId, ...columns })
      .onConflict('context_id')
      .ignore()
      .returning('version');
    return inserted.length === 1;
  }
  return (await db('sign_in_policies').where({ context_id: contextId, version }).update(columns)) === 1;
}

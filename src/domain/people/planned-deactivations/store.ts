import { startOfDay } from '../../../platform/clock/index.ts';
import type { Db } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import type { ContextId, Scope, Transaction, UserId } from '../../scope.ts';
import type { PlannedDeactivation } from './plan.ts';

const plans = ({ db, contextId }: Scope) => db('planned_deactivations').where('context_id', contextId);

const planOf = (scope: Scope, userId: UserId) => plans(scope).where('user_id', userId).first();

const fromRow = (row: Row<'planned_deactivations'> | undefined): PlannedDeactivation | undefined =>
  row && {
    startsOn: row.starts_on,
    endsOn: row.ends_on,
    description: row.description,
    beganAt: row.began_at ?? undefined,
    version: row.version,
  };

export const findPlan = async (scope: Scope, userId: UserId): Promise<PlannedDeactivation | undefined> =>
  fromRow(await planOf(scope, userId));

/** The same, held until the transaction ends; whoever calls has locked the person before. */
export const lockPlanOf = async (scope: Transaction, userId: UserId): Promise<PlannedDeactivation | undefined> =>
  fromRow(await planOf(scope, userId).forUpdate());

export async function savePlan(scope: Transaction, userId: UserId, plan: Omit<PlannedDeactivation, 'version'>): Promise<void> {
  const { db, contextId } = scope;
  await db('planned_deactivations')
    .insert({
      context_id: contextId,
      user_id: userId,
      starts_on: plan.startsOn,
      ends_on: plan.endsOn,
      description: plan.description,
      began_at: plan.beganAt ?? null,
      version: 1,
    })
    .onConflict(['context_id', 'user_id'])
    .merge({
      starts_on: plan.startsOn,
      ends_on: plan.endsOn,
      description: plan.description,
      began_at: plan.beganAt ?? null,
      version: db.raw('planned_deactivations.version + 1'),
    });
}

export const deletePlan = async (scope: Transaction, userId: UserId): Promise<void> => {
  await plans(scope).where('user_id', userId).delete();
};

/** Administrators who will be there on every day: no plan takes them away. */
export async function countUnplannedAdministrators({ db, contextId }: Scope, except: UserId): Promise<number> {
  const [row] = await db('users AS u')
    .leftJoin('planned_deactivations AS p', (on) => on.on('p.context_id', 'u.context_id').andOn('p.user_id', 'u.user_id'))
    .where({ 'u.context_id': contextId, role: 'administrator', status: 'activated' })
    .whereNull('p.user_id')
    .whereNot('u.user_id', except)
    .count({ n: '*' });
  return Number(row?.n ?? 0);
}

/** Of all companies, those whose start or end has come, and those that somebody overruled since they began. */
export async function listPlansAtEnds(db: Db, now: Date): Promise<{ contextId: ContextId; userId: UserId; timeZone: string }[]> {
  // no place on earth is further ahead than this
  const latest = new Date(now.getTime() + 14 * 3_600_000).toISOString().slice(0, 10);
  const overruled = db.raw("(began_at IS NOT NULL AND (u.status <> 'deactivated' OR u.status_changed_at <> began_at))");
  const rows = await db('planned_deactivations AS p')
    .join('contexts AS c', 'c.context_id', 'p.context_id')
    .join('users AS u', (on) => on.on('u.context_id', 'p.context_id').andOn('u.user_id', 'p.user_id'))
    .where('starts_on', '<=', latest)
    .where((or) => or.whereNull('began_at').orWhere('ends_on', '<=', latest).orWhere(overruled))
    .select(
      'p.context_id AS contextId',
      'p.user_id AS userId',
      'c.time_zone AS timeZone',
      db.raw('(CASE WHEN began_at IS NULL THEN starts_on ELSE ends_on END)::text AS "nextDay"'),
      db.raw('? AS "isOverruled"', [overruled]),
    );
  return rows.filter(({ timeZone, nextDay, isOverruled }) => isOverruled || now >= startOfDay(timeZone, nextDay));
}

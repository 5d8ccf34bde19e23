import { jsonText, run } from '../../../platform/database/index.ts';
import { selectUserIds } from '../../people/users/index.ts';
import type { Row } from '../../rows.ts';
import { type ApplicationId, type OperationId, type Page, type Scope, soughtId, type Transaction, type UserId } from '../../scope.ts';
import { type Effect, effects, type Finding, type Reason } from './compare.ts';

/** How many people came at all, and of how many of them something would be worse; `reasons` counts people by effect and code. */
export type Numbers = { people: number; refused: number; asked: number; reasons: Record<Effect, Record<string, number>> };

/** Which run of an operation found something: of two at once each has its own. */
export type OfRun = { operationId: OperationId; run: number };

const keyOf = ({ contextId }: Scope, { operationId, run }: OfRun) => ({ context_id: contextId, operation_id: operationId, run });

// of columns, not of rows: thousands of parameters cost more than what they say
const insert = `INSERT INTO simulation_findings (context_id, operation_id, run, position, user_id, application_id, effect, reasons)
  SELECT $1, $2, $3, $4 + f.n - 1, f.user_id, f.application_id, f.effect, f.reasons::jsonb
  FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[]) WITH ORDINALITY AS f (user_id, application_id, effect, reasons, n)`;

/** @param first its place in the list */
export async function insertFindings(
  { db, contextId }: Transaction,
  { operationId, run: ofRun }: OfRun,
  first: number,
  findings: (Finding & { userId: UserId })[],
): Promise<void> {
  if (findings.length === 0) return;
  await run(db, 'insert findings', insert, [
    contextId,
    operationId,
    ofRun,
    first,
    findings.map(({ userId }) => userId),
    findings.map(({ applicationId }) => applicationId ?? null),
    findings.map(({ effect }) => effect),
    findings.map(({ reasons }) => jsonText(reasons)),
  ]);
}

export async function insertNumbers(scope: Transaction, of: OfRun, { reasons, ...counts }: Numbers): Promise<void> {
  await scope.db('simulations').insert({ ...keyOf(scope, of), ...counts, reasons: jsonText(reasons) });
}

/** Undefined while it is not over. */
export async function findNumbers(scope: Scope, of: OfRun): Promise<Numbers | undefined> {
  const row = await scope.db('simulations').where(keyOf(scope, of)).first('people', 'refused', 'asked', 'reasons');
  return row && { ...row, reasons: row.reasons as Numbers['reasons'] };
}

export type FindingFilter = { effect?: string; applicationId?: string; search?: string; cursor?: string };
export type ListedFinding = Omit<Finding, 'applicationId'> & { userId: UserId; applicationId?: ApplicationId };

/** In the order of names. The cursor is the last one's place. */
export async function listFindings(scope: Scope, of: OfRun, filter: FindingFilter, limit = 50): Promise<Page<ListedFinding>> {
  const query = scope
    .db('simulation_findings')
    .where(keyOf(scope, of))
    .orderBy('position')
    .limit(limit + 1);
  if (effects.some((one) => one === filter.effect)) query.where('effect', filter.effect!);
  if (filter.applicationId === 'none') query.whereNull('application_id');
  else if (filter.applicationId) query.where('application_id', soughtId(filter.applicationId));
  const search = filter.search?.trim();
  if (search) query.whereIn('user_id', selectUserIds(scope, { filter: { search } }) as never);
  if (/^\d{1,9}$/.test(filter.cursor ?? '')) query.where('position', '>', Number(filter.cursor));
  const rows = await query.select<Row<'simulation_findings', { effect: Effect; reasons: Reason[] }>[]>('*');
  const items = rows.slice(0, limit).map((row) => ({
    userId: row.user_id,
    applicationId: row.application_id ?? undefined,
    effect: row.effect,
    reasons: row.reasons,
  }));
  return { items, cursor: rows.length > limit ? String(rows[limit - 1]!.position) : undefined };
}

import { type Db, deleteInSteps, jsonText, run } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import type { ApplicationId, Scope } from '../../scope.ts';

/**
 * `page` is the pattern of its address, which holds no token. `userId`: who was signed in, or whom a link was for.
 * `facts`: what it was decided by; small, and never what a caller chose. `requestId`: of the newest request, by which the log is searched.
 */
export type PageFailure = {
  supportCode: string;
  code: string;
  status: number;
  page: string;
  userId?: string;
  applicationId?: ApplicationId;
  facts: Record<string, unknown>;
  requestId?: string;
  n: number;
  firstAt: Date;
  lastAt: Date;
};

export type NewFailure = Omit<PageFailure, 'n' | 'firstAt' | 'lastAt'>;

const add = `INSERT INTO page_failures AS f
    (context_id, support_code, hour, fold_key, code, status, page, user_id, application_id, facts, n, first_at, last_at, http_request)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)
  ON CONFLICT (context_id, hour, fold_key) DO UPDATE SET n = f.n + excluded.n, http_request = excluded.http_request, last_at = GREATEST(f.last_at, excluded.last_at)
  RETURNING support_code`;

/** @returns the code of the row that stands for it, which may be an earlier one of the hour */
export async function addFailure(
  { db, contextId, clock }: Scope,
  { supportCode, code, status, page, userId, applicationId, facts, requestId }: NewFailure,
  { hour, foldKey, n }: { hour: Date; foldKey: Buffer; n: number },
): Promise<string> {
  const kept = jsonText(facts);
  const now = clock.now();
  const about = [code, status, page, userId ?? null, applicationId ?? null];
  const values = [contextId, supportCode, hour, foldKey, ...about, kept, n, now, requestId ?? null];
  const { rows } = await run<{ support_code: string }>(db, 'page failure', add, values);
  return rows[0]!.support_code;
}

/** In this company. @param supportCode as it was read aloud or typed */
export async function findFailure({ db, contextId }: Scope, supportCode: string): Promise<PageFailure | undefined> {
  const row = await db('page_failures').where({ context_id: contextId, support_code: supportCode }).first<Row<'page_failures'>>('*');
  return (
    row && {
      supportCode: row.support_code,
      code: row.code,
      status: row.status,
      page: row.page,
      userId: row.user_id ?? undefined,
      applicationId: (row.application_id as ApplicationId | null) ?? undefined,
      facts: row.facts as Record<string, unknown>,
      requestId: row.http_request ?? undefined,
      n: Number(row.n),
      firstAt: row.first_at,
      lastAt: row.last_at,
    }
  );
}

/** Who was shown a code asks within a month. */
export const sweepFailures = (db: Db): Promise<number> => deleteInSteps(db, 'page_failures', "hour < now() - interval '30 days'");

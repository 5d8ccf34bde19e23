import { newId } from '../../../platform/crypto/index.ts';
import { type Db, insertRows, jsonText } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import type { Row } from '../../rows.ts';
import { type ContextId, isId, type Page, type PromotionId, type Scope, type Transaction } from '../../scope.ts';
import { idOf, type Kind, type ObjectRef } from '../configuration/index.ts';
import type { Texts } from './own-fields.ts';
import { type Choice, type Doer, doerOf, type Hindrance, type Promotion, type PromotionObject } from './promotion.ts';

type PromotionRow = Row<
  'promotions',
  { state: Promotion['state']; choice: Choice; asked_by: Doer; decided_by: Doer | null; undone_by: Doer | null }
>;

const fromRow = (row: PromotionRow): Promotion => ({
  promotionId: row.promotion_id,
  sourceCode: row.source_code,
  state: row.state,
  fingerprint: row.fingerprint,
  choice: row.choice,
  askedBy: row.asked_by,
  askedAt: row.asked_at,
  decidedBy: row.decided_by ?? undefined,
  decidedAt: row.decided_at ?? undefined,
  undoneBy: row.undone_by ?? undefined,
  undoneAt: row.undone_at ?? undefined,
});

const promotions = ({ db, contextId }: Scope) => db('promotions').where('promotions.context_id', contextId);

/** @throws AppError not_found, of another company's too */
export async function getPromotion(scope: Scope, promotionId: string): Promise<Promotion> {
  const row = isId(promotionId) ? await promotions(scope).where('promotion_id', promotionId).first() : undefined;
  if (!row) throw notFound();
  return fromRow(row as PromotionRow);
}

/** The one that waits for a second administrator. */
export async function findProposal(scope: Scope): Promise<Promotion | undefined> {
  const row = await promotions(scope).where('state', 'proposed').first();
  return row && fromRow(row as PromotionRow);
}

/** The newest first. */
export async function listPromotions(scope: Scope, cursor?: string, limit = 20): Promise<Page<Promotion & { objects: number }>> {
  const query = promotions(scope)
    .select('promotions.*')
    .select(
      scope.db.raw(
        `(SELECT count(*)::int FROM promotion_objects o WHERE o.context_id = promotions.context_id AND o.promotion_id = promotions.promotion_id) AS objects`,
      ),
    )
    .orderBy('promotion_id', 'desc')
    .limit(limit + 1);
  if (isId(cursor)) query.where('promotion_id', '<', cursor);
  const rows = (await query) as (PromotionRow & { objects: number })[];
  const items = rows.slice(0, limit).map((row) => ({ ...fromRow(row), objects: row.objects }));
  return { items, cursor: rows.length > limit ? items.at(-1)!.promotionId : undefined };
}

type NewPromotion = Pick<Promotion, 'sourceCode' | 'state' | 'fingerprint' | 'choice'>;

export async function insertPromotion(scope: Transaction, { sourceCode, state, fingerprint, choice }: NewPromotion): Promise<PromotionId> {
  const now = scope.clock.now();
  const promotionId = newId(now.getTime()) as PromotionId;
  await scope.db('promotions').insert({
    context_id: scope.contextId,
    promotion_id: promotionId,
    source_code: sourceCode,
    state,
    fingerprint,
    choice: jsonText(choice),
    asked_by: jsonText(doerOf(scope.actor)),
    asked_at: now,
  });
  return promotionId;
}

/** Who acts now has decided it, or taken it back. */
export async function noteState(scope: Transaction, promotionId: PromotionId, state: Promotion['state']): Promise<void> {
  const by = jsonText(doerOf(scope.actor));
  const at = scope.clock.now();
  const who = state === 'undone' ? { undone_by: by, undone_at: at } : { decided_by: by, decided_at: at };
  await promotions(scope)
    .where('promotion_id', promotionId)
    .update({ state, ...who });
}

export async function insertObjects(scope: Transaction, promotionId: PromotionId, objects: PromotionObject[]): Promise<void> {
  await insertRows(
    scope.db,
    'promotion_objects',
    objects.map(({ kind, key, name, action, fields }, position) => ({
      context_id: scope.contextId,
      promotion_id: promotionId,
      position,
      kind,
      key,
      name,
      action,
      fields: jsonText(fields),
    })),
  );
}

/** Those of a proposal, which are written down again when it is done. */
export async function deleteObjects(scope: Transaction, promotionId: PromotionId): Promise<void> {
  await scope.db('promotion_objects').where({ context_id: scope.contextId, promotion_id: promotionId }).delete();
}

/** In the order in which they were written. */
export async function listObjects(scope: Scope, promotionId: PromotionId): Promise<PromotionObject[]> {
  const rows = await scope
    .db('promotion_objects')
    .where({ context_id: scope.contextId, promotion_id: promotionId })
    .orderBy('position')
    .select('kind', 'key', 'name', 'action', 'fields', 'is_undone AS isUndone', 'stays_because');
  return rows.map(({ stays_because, ...one }) => ({
    ...one,
    ...(stays_because ? { staysBecause: stays_because } : {}),
  })) as PromotionObject[];
}

export async function noteStaying(
  scope: Transaction,
  promotionId: PromotionId,
  objects: (ObjectRef & { hindrance: Hindrance })[],
): Promise<void> {
  for (const { kind, key, hindrance } of objects)
    await scope
      .db('promotion_objects')
      .where({ context_id: scope.contextId, promotion_id: promotionId, kind, key })
      .update({ stays_because: jsonText(hindrance) });
}

export async function noteUndone(scope: Transaction, promotionId: PromotionId, objects: ObjectRef[]): Promise<void> {
  await scope
    .db('promotion_objects')
    .where({ context_id: scope.contextId, promotion_id: promotionId })
    .whereRaw('(kind, key) IN (SELECT * FROM unnest(?::text[], ?::text[]))', [
      objects.map(({ kind }) => kind),
      objects.map(({ key }) => key),
    ])
    .update({ is_undone: true });
}

/** What this environment has said of its own objects before: by kind and key, then by the path of the field. */
export async function loadOwnValues({ db, contextId }: Scope): Promise<Map<string, Texts>> {
  const rows = await db('own_values').where('context_id', contextId).select('kind', 'key', 'path', 'value');
  const found = new Map<string, Texts>();
  for (const { kind, key, path, value } of rows) {
    const id = idOf({ kind: kind as Kind, key });
    found.set(id, { ...found.get(id), [path]: value });
  }
  return found;
}

/** @param said each object once */
export async function rememberOwnValues(scope: Transaction, said: (ObjectRef & { texts: Texts })[]): Promise<void> {
  const rows = said.flatMap(({ kind, key, texts }) =>
    Object.entries(texts).map(([path, value]) => ({
      context_id: scope.contextId,
      kind,
      key,
      path,
      value,
      said_at: scope.clock.now(),
    })),
  );
  const ending = 'ON CONFLICT (context_id, kind, key, path) DO UPDATE SET value = excluded.value, said_at = excluded.said_at';
  await insertRows(scope.db, 'own_values', rows, ending);
}

/** Whose promotion it is: an operator gives its id alone. */
export async function findCompanyOfPromotion(db: Db, promotionId: string): Promise<ContextId | undefined> {
  const row = isId(promotionId) ? await db('promotions').where('promotion_id', promotionId).first('context_id') : undefined;
  return row?.context_id;
}

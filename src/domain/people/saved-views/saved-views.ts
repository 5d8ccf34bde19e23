import { z } from 'zod';
import { newId } from '../../../platform/crypto/index.ts';
import { invalidInput, notFound, parseInput } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { isId, type Scope, type UserId, useCase } from '../../scope.ts';

/** `query` as in an address. `isOwn`: nobody else sees it. */
export type SavedView = { viewId: string; name: string; query: string; isOwn: boolean };

/** So many has a company, those of one administrator among them. */
const most = 200;

const input = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'fields.view_name')
    .max(40, 'fields.view_name')
    .regex(/^[^\p{C}]*$/u, 'fields.hidden_characters'),
  query: z.string().min(1).max(1000),
  isOwn: z.boolean(),
});

const views = ({ db, contextId }: Scope) => db('saved_views').where('context_id', contextId);

/** Those of all, and those of who asks; by name. */
export async function listViews(scope: Scope): Promise<SavedView[]> {
  const rows = await views(scope)
    .where((or) => or.whereNull('owner_id').orWhere('owner_id', scope.actor.id ?? null))
    .orderBy(['name', 'view_id'])
    .select('view_id', 'name', 'query', 'owner_id');
  return rows.map((row) => ({ viewId: row.view_id, name: row.name, query: row.query, isOwn: row.owner_id !== null }));
}

/** Those that are one person's alone. */
export const listViewsOf = async (scope: Scope, userId: UserId): Promise<Pick<SavedView, 'name' | 'query'>[]> =>
  views(scope).where('owner_id', userId).orderBy(['name', 'view_id']).select('name', 'query');

/** @throws AppError invalid_input by name */
export const keepView = useCase(async (scope, given: z.input<typeof input>): Promise<void> => {
  const { name, query, isOwn } = parseInput(input, given);
  const kept = await listViews(scope);
  if (kept.some((one) => one.name === name)) throw invalidInput({ name: 'fields.view_name_taken' });
  if (Number((await views(scope).count({ n: '*' }))[0]!.n) >= most) throw invalidInput({ name: 'fields.too_many_views' });
  const viewId = newId();
  await scope.db('saved_views').insert({
    context_id: scope.contextId,
    view_id: viewId,
    owner_id: isOwn ? scope.actor.id! : null,
    name,
    query,
    created_at: scope.clock.now(),
  });
  // what it looks for may be somebody's name, which the report keeps from nobody
  await recordEvent(scope, { type: 'view.kept', details: { view: name } });
});

/** One's own, or one of all. @throws AppError not_found */
export const removeView = useCase(async (scope, viewId: string): Promise<void> => {
  const view = isId(viewId) ? (await listViews(scope)).find((one) => one.viewId === viewId) : undefined;
  if (!view) throw notFound();
  await views(scope).where('view_id', viewId).delete();
  await recordEvent(scope, { type: 'view.removed', details: { view: view.name } });
});

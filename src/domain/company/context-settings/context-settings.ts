import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type Database, type Db, jsonText, type NoticedCache, notifyChange, run } from '../../../platform/database/index.ts';
import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Row } from '../../rows.ts';
import { type ContextId, type Scope, type Transaction, useCase } from '../../scope.ts';
import { readKept } from './read-kept.ts';

/** `schema.parse({})` is what holds for a company that never chose. `accepts` says what more is asked of a new value; messages are message keys. */
export type SettingsKind<Value> = { name: string; schema: z.ZodType<Value>; accepts?: z.ZodType<Value> };
export type SettingsFinder = <Value>(contextId: ContextId, kind: SettingsKind<Value>) => Promise<Value>;

type Stored<Value> = { value: Value; version: number };

async function read<Value>(db: Db, contextId: ContextId, kind: SettingsKind<Value>): Promise<Stored<Value>> {
  const text = 'SELECT value, version FROM context_settings WHERE context_id = $1 AND kind = $2';
  const [row] = (await run<Pick<Row<'context_settings'>, 'value' | 'version'>>(db, 'settings', text, [contextId, kind.name])).rows;
  return { value: inForce(kind, row?.value), version: row?.version ?? 0 };
}

// a value of another time is no reason for a company to have no pages
const inForce = <Value>({ schema }: SettingsKind<Value>, kept: unknown): Value =>
  (kept === undefined ? undefined : readKept(schema, kept)) ?? ownOf(schema);

const own = new WeakMap<z.ZodType, unknown>();

/** The product's defaults: one object for all companies that never chose. */
function ownOf<Value>(schema: z.ZodType<Value>): Value {
  if (!own.has(schema)) own.set(schema, freezeWhole(schema.parse({})));
  return own.get(schema) as Value;
}

function freezeWhole<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) freezeWhole(part);
  return value;
}

/** @returns the version 0 for a company that never chose */
export const loadSettings = <Value>({ db, contextId }: Scope, kind: SettingsKind<Value>): Promise<Stored<Value>> =>
  read(db, contextId, kind);

/**
 * @param input as a form or file gives it
 * @param version the one the editor saw: another person's change since then is not overwritten
 * @throws AppError invalid_input by the path of the setting, changed_meanwhile
 */
export const changeSettings = useCase(
  async <Value>(scope: Transaction, kind: SettingsKind<Value>, input: unknown, version: number): Promise<Value> => {
    const after = parseInput(kind.accepts ?? kind.schema, input, 'path');
    const before = await loadSettings(scope, kind);
    if (before.version !== version) throw new AppError('changed_meanwhile', 409);
    if (isSame(before.value, after)) return before.value;
    if (!(await save(scope, kind.name, after, version))) throw new AppError('changed_meanwhile', 409);
    await recordEvent(scope, { type: 'settings.changed', reason: kind.name, details: { before: before.value, after: after } });
    await notifyChange(scope.db, scope.contextId);
    return after;
  },
);

/** As the store keeps them: jsonb forgets in which order the keys were written. */
const isSame = (before: unknown, after: unknown): boolean => isDeepStrictEqual(JSON.parse(jsonText(before)), JSON.parse(jsonText(after)));

async function save({ db, contextId, clock }: Transaction, kind: string, value: unknown, version: number): Promise<boolean> {
  const columns = { value: jsonText(value), version: version + 1, changed_at: clock.now() };
  if (version > 0) return (await db('context_settings').where({ context_id: contextId, kind, version }).update(columns)) === 1;
  const inserted = await db('context_settings')
    .insert({ context_id: contextId, kind, ...columns })
    .onConflict(['context_id', 'kind'])
    .ignore()
    .returning('version');
  return inserted.length === 1;
}

const all = 'SELECT kind, value FROM context_settings WHERE context_id = $1';

/** Asked at every page: from memory while change notices arrive. All kinds are read at once. */
export const createSettingsFinder =
  (database: Database, cache: NoticedCache): SettingsFinder =>
  (contextId, kind) =>
    cache.get(contextId, `settings ${kind.name}`, async () => {
      const kept = await cache.get(contextId, 'settings', async () => {
        const { rows } = await run<Pick<Row<'context_settings'>, 'kind' | 'value'>>(database.knex, 'all settings', all, [contextId]);
        return new Map(rows.map(({ kind, value }) => [kind, value]));
      });
      return inForce(kind, kept.get(kind.name));
    });

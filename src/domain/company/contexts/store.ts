import { type Database, type Db, run } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import type { ContextId, Scope, Transaction } from '../../scope.ts';
import type { Context } from './context.ts';

const fromRow = (row: Row<'contexts'>): Context => ({
  contextId: row.context_id,
  code: row.code,
  name: row.name,
  environment: row.environment,
  pairedContextId: row.paired_context_id ?? undefined,
  address: row.address ?? undefined,
  samlEntityId: row.saml_entity_id ?? undefined,
  timeZone: row.time_zone,
  version: row.version,
});

const columns = 'context_id, code, name, environment, paired_context_id, address, version, saml_entity_id, time_zone';
const by = (condition: string): string => `SELECT ${columns} FROM contexts WHERE ${condition} LIMIT 1`;
const [byCode, byId, byAddress] = [by('code = $1'), by('context_id = $1'), by('address IN ($1, $2)')];

const find = async (db: Db, name: string, text: string, values: string[]): Promise<Context | undefined> => {
  const [row] = (await run<Row<'contexts'>>(db, name, text, values)).rows;
  return row && fromRow(row);
};

// These come before any scope is known: they are how one is found.
export const findContextByCode = (db: Db, code: string) => find(db, 'company by code', byCode, [code]);
export const findContextById = (db: Db, contextId: ContextId) => find(db, 'company by id', byId, [contextId]);
/** @param host as in the Host header: only chooses among configured addresses, nothing derives from it. */
export const findContextByHost = (db: Db, host: string) => find(db, 'company by address', byAddress, [`https://${host}`, `http://${host}`]);
const pairedWith = `SELECT ${columns} FROM contexts WHERE paired_context_id = $1 ORDER BY code LIMIT 1`;

/** The other of the two: of production its approval environment, of approval its production. */
export async function findPairOf(
  db: Db,
  { contextId, pairedContextId }: Pick<Context, 'contextId' | 'pairedContextId'>,
): Promise<Context | undefined> {
  if (pairedContextId) return findContextById(db, pairedContextId);
  return find(db, 'company paired', pairedWith, [contextId]);
}
export const listContexts = async (db: Db, limit = 100_000): Promise<Context[]> =>
  (await db('contexts').orderBy('code').limit(limit)).map(fromRow);

/** Who changes it next waits; whatever refers to it does not. */
export async function lockContext({ db, contextId }: Transaction): Promise<void> {
  await db('contexts').where('context_id', contextId).forNoKeyUpdate().first('context_id');
}

/** Whoever wants this address next waits until the transaction ends. @param host as `findContextByHost` takes it */
export async function lockHost(db: Transaction['db'], host: string): Promise<void> {
  await db.raw("SELECT pg_advisory_xact_lock(hashtextextended('company at ' || ?::text, 0))", [host]);
}

export async function insertContext({ db, clock }: Transaction, context: Context): Promise<void> {
  await db('contexts').insert({
    context_id: context.contextId,
    code: context.code,
    name: context.name,
    environment: context.environment,
    paired_context_id: context.pairedContextId ?? null,
    address: context.address ?? null,
    saml_entity_id: context.samlEntityId ?? null,
    time_zone: context.timeZone,
    created_at: clock.now(),
  });
}

export async function updateContext(
  { db, contextId }: Transaction,
  changes: Partial<Pick<Context, 'name' | 'environment' | 'pairedContextId' | 'address' | 'samlEntityId' | 'timeZone'>>,
): Promise<void> {
  await db('contexts')
    .where('context_id', contextId)
    .update({
      name: changes.name,
      environment: changes.environment,
      time_zone: changes.timeZone,
      ...('pairedContextId' in changes ? { paired_context_id: changes.pairedContextId ?? null } : {}),
      ...('address' in changes ? { address: changes.address ?? null } : {}),
      ...('samlEntityId' in changes ? { saml_entity_id: changes.samlEntityId ?? null } : {}),
      version: db.raw('version + 1'),
    });
}

export const getOwnContext = async ({ db, contextId }: Scope): Promise<Context> => (await findContextById(db, contextId))!;

/** How a request finds its company: before that there is no scope. */
export const createContextFinder = ({ knex }: Database) => ({
  byHost: (host: string) => findContextByHost(knex, host),
  byCode: (code: string) => findContextByCode(knex, code),
  byId: (contextId: ContextId) => findContextById(knex, contextId),
  pairOf: (context: Context) => findPairOf(knex, context),
  first: (limit: number) => listContexts(knex, limit),
});
export type ContextFinder = ReturnType<typeof createContextFinder>;

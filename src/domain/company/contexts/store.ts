import type { Database, Db } from '../../../platform/database/index.ts';
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

const find = async (db: Db, where: Partial<Row<'contexts'>>): Promise<Context | undefined> => {
  const row = await db('contexts').where(where).first();
  return row && fromRow(row);
};

// These come before any scope is known: they are how one is found.
export const findContextByCode = (db: Db, code: string) => find(db, { code });
export const findContextById = (db: Db, contextId: ContextId) => find(db, { context_id: contextId });
/** @param host as in the Host header: only chooses among configured addresses, nothing derives from it. */
export const findContextByHost = async (db: Db, host: string): Promise<Context | undefined> => {
  const row = await db('contexts')
    .whereIn('address', [`https://${host}`, `http://${host}`])
    .first();
  return row && fromRow(row);
};
/** The other of the two: of production its approval environment, of approval its production. */
export async function findPairOf(
  db: Db,
  { contextId, pairedContextId }: Pick<Context, 'contextId' | 'pairedContextId'>,
): Promise<Context | undefined> {
  if (pairedContextId) return findContextById(db, pairedContextId);
  const row = await db('contexts').where('paired_context_id', contextId).orderBy('code').first();
  return row && fromRow(row);
}
export const listContexts = async (db: Db, limit = 100_000): Promise<Context[]> =>
  (await db('contexts').orderBy('code').limit(limit)).map(fromRow);

/** Who changes it next waits; whatever refers to it does not. */
export async function lockContext({ db, contextId }: Transaction): Promise<void> {
  await db('contexts').where('context_id', contextId).forNoKeyUpdate().first('context_id');
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

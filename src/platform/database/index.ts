// Owns: reaching PostgreSQL (ours or the operator's), migrations, hot statements, batches, change notices. Does not: know any table.
export { Batcher } from './batcher.ts';
export { byKey } from './by-key.ts';
export { ChangeListener, notifyChange } from './change-listener.ts';
export { copyIn, copyOut } from './copy.ts';
export {
  type Database,
  type Db,
  limitsOfRequests,
  openDatabase,
  type Row,
  type TimeLimits,
  type TransactionDb,
  timeLimits,
} from './database.ts';
export { deleteInSteps } from './delete-in-steps.ts';
export { Editions } from './editions.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/index.ts';
export { isUnavailable } from './is-unavailable.ts';
export { jsonText } from './json-text.ts';
export { escapeLike } from './like.ts';
export { measureGrown } from './measure-grown.ts';
export { knownMigrations, lockMigrations, migrate, migrateInside, migrateJobs, pendingMigrations } from './migrate.ts';
export { NoticedCache } from './noticed-cache.ts';
export { orTaken } from './or-taken.ts';
export { onOneConnection, withOwnConnection } from './own-connection.ts';
export { insertRow, insertRows, run } from './run.ts';
export { findForeign, findMissingInSchema, findUnknownMigrations, notOfExtension, readShape, shapeFile } from './schema-shape.ts';

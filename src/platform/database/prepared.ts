/**
 * For `.options(…)` of a query that runs at every sign-in: prepared once for each connection, planned no more after a few runs. Its columns have to be named, since a
 * column added while we run would change what `*` means.
 */
export const prepared = (name: string): { name: string } => ({ name: `knex ${name}` });

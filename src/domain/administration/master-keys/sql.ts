import type { SealedColumn } from '../../../platform/crypto/index.ts';

/** The sealed value of a row, as text. */
export const sealedValue = ({ column, field }: SealedColumn): string => (field ? `${column} ->> '${field}'` : column);

/** The id of the master key that sealed it. */
export const keyIdOf = (column: SealedColumn): string => `split_part(${sealedValue(column)}, '.', 1)`;

export const purposeColumns = ({ by }: SealedColumn): string =>
  by.map((one) => (one.includes(' AS ') ? one : `${one}::text AS ${one}`)).join(', ');

/** Rows that have one. */
export const isSealed = (column: SealedColumn): string =>
  [`${sealedValue(column)} IS NOT NULL`, ...(column.where ? [column.where] : [])].join(' AND ');

/** What puts `value` in its place. */
export const assign = ({ table, column, field }: SealedColumn, value: string): string => {
  if (!field) return `${column} = ${value}`;
  const changed = `jsonb_set(${table}.${column}::jsonb, '{${field}}', to_jsonb(${value}))`;
  // the queue's is json
  return `${column} = ${table.startsWith('graphile_worker.') ? `${changed}::json` : changed}`;
};

/** How a person reads of it: without the schema of the queue. */
export const nameOf = ({ table, column, field }: SealedColumn): string => `${table.replace(/^.*\._private_/, '')}.${field ?? column}`;

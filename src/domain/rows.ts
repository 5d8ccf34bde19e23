import type { Knex } from 'knex';
import type { Table, Tables } from './tables.ts';

/** A row as a statement returns it. @typeParam Known what the owner of the table knows of columns beyond the schema: what JSON holds, which texts there are */
export type Row<Name extends keyof Tables, Known = unknown> = Omit<Tables[Name]['row'], keyof Known> & Known;

/** JSON is written as text (`jsonText`), and any column by an expression. */
type Written<Columns, Json> = { [Key in keyof Columns]: (Key extends Json ? string | null : Columns[Key]) | Knex.Raw };
type New<T> =
  T extends Table<infer Columns, infer Optional, infer Json>
    ? Omit<Written<Columns, Json>, Optional> & Partial<Pick<Written<Columns, Json>, Optional>>
    : never;
type Changed<T> = T extends Table<infer Columns, infer _, infer Json> ? Partial<Written<Columns, Json>> : never;
type Typed = { [Name in keyof Tables]: Knex.CompositeTableType<Tables[Name]['row'], New<Tables[Name]>, Changed<Tables[Name]>> };

declare module 'knex/types/tables.js' {
  interface Tables extends Typed {}
}

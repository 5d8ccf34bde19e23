import type { Knex } from 'knex';

/** As pg has it. `name`: it is prepared once for each connection. */
export type Connection = {
  query<T>(statement: { name?: string; text: string; values: unknown[] }): Promise<{ rows: T[]; rowCount: number | null }>;
};

/** By the client of a database outside its transactions: connections whose plans are made for keys. */
const hot = new WeakMap<object, Connection>();

/** What has a name, and is in no transaction, runs here from now on. */
export const runHotOn = (knex: Knex, connection: Connection): void => void hot.set(knex.client, connection);

/** Undefined inside a transaction. */
export const hotConnectionsOf = (client: object): Connection | undefined => hot.get(client);

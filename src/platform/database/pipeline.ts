import type { Knex } from 'knex';
import type pg from 'pg';

type Transaction = { begin(connection: pg.Client): Promise<unknown>; outerTx?: unknown };

/** What is said to a connection within one turn leaves in one piece. */
export function gather(connection: object): void {
  const { stream } = (connection as { connection?: { stream?: { cork?(): void; uncork?(): void } } }).connection ?? {};
  if (!stream?.cork) return;
  stream.cork();
  process.nextTick(() => stream.uncork!());
}

/**
 * A transaction begins together with its first statement: on a connection that pipelines, nobody waits for BEGIN. If BEGIN fails so does the transaction, as before. What was
 * sent behind it fails as well when the connection is lost, or in a transaction that was given up; only after an operator's cancel that meets BEGIN itself would it stand.
 */
export function beginWithFirst(knex: Knex): void {
  const { client } = knex;
  const transaction = client.transaction.bind(client);
  client.transaction = (...args: unknown[]): Transaction => {
    const made: Transaction = transaction(...args);
    const begin = made.begin.bind(made);
    made.begin = (connection) => {
      gather(connection);
      begin(connection).catch(() => {});
      return Promise.resolve();
    };
    return made;
  };
}

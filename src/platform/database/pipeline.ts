import type { Knex } from 'knex';
import type pg from 'pg';

/** Of knex, which keeps these to itself. */
type Transaction = {
  begin(connection: pg.Client): Promise<unknown>;
  commit(connection: pg.Client, value: unknown): Promise<unknown>;
  query(connection: pg.Client, sql: string): Promise<{ response: { command: string } } | undefined>;
  outerTx?: unknown;
  _completed: boolean;
  _resolver(value: unknown): void;
  _rejecter(error: Error): void;
};

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
    made.commit = (connection, value) => commit(made, connection, value);
    return made;
  };
}

/** PostgreSQL answers COMMIT with ROLLBACK if a statement failed and its caller continued: nothing of the transaction was saved, and it must not look as if it was. */
async function commit(made: Transaction, connection: pg.Client, value: unknown): Promise<void> {
  // a failure of its own it tells itself
  const asked = made.query(connection, 'COMMIT;');
  made._completed = true;
  const answer = await asked;
  if (answer?.response.command === 'ROLLBACK')
    made._rejecter(new Error('the transaction was rolled back, since a statement in it had failed'));
  else made._resolver(value);
}

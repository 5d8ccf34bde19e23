import pg from 'pg';

type Sent = { name?: string; text: string };

/** Calls `onStatement` for each statement that this process sends to PostgreSQL while `work` runs. @param onStatement is handed the connection, too */
export async function watchStatements(onStatement: (sent: Sent, connection: object) => void, work: () => Promise<unknown>): Promise<void> {
  const query = pg.Query.prototype as unknown as Sent & { submit(connection: object): unknown };
  const { submit } = query;
  query.submit = function (connection) {
    onStatement(this, connection);
    return submit.call(this, connection);
  };
  try {
    await work();
  } finally {
    query.submit = submit;
  }
}

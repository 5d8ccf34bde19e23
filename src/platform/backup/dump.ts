import { createHash } from 'node:crypto';
import pg from 'pg';
import { copyOut } from '../database/index.ts';
import { encodeFrame, type Foot, type Head, type TableEnd } from './frames.ts';
import { listSequences, listTables, readVersion, type StoreTable, sessionSettings } from './tables.ts';

/** There is nothing that could be backed up. */
export class NoStore extends Error {}

const frameBytes = 64 * 1024;

/** The whole store as of one moment, while others write; as frames. @throws NoStore */
export async function* dumpStore(url: string, about: Pick<Head, 'software' | 'masterKeys'>): AsyncGenerator<Buffer> {
  const client = new pg.Client({ connectionString: url, application_name: 'portaria backup', keepAlive: true });
  client.on('error', () => {}); // what is under way is told
  await client.connect();
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; ${sessionSettings}`);
    const version = await readVersion(client);
    if (!version) throw new NoStore();
    const { rows } = await client.query<{ now: Date }>('SELECT now()');
    const head: Head = { ...about, ...version, takenAt: rows[0]!.now.toISOString() };
    yield encodeFrame('head', head);
    const foot: Foot = { tables: 0, rows: 0, sequences: [] };
    for (const table of await listTables(client)) {
      yield encodeFrame('table', table);
      const end = yield* dumpTable(client, table);
      yield encodeFrame('end', end);
      foot.tables++;
      foot.rows += end.rows;
    }
    // they stand in no snapshot: read last, they are not behind the rows
    foot.sequences = await listSequences(client);
    yield encodeFrame('foot', foot);
  } finally {
    // perhaps in the middle of a table, where nobody answers an end
    client.connection.stream.destroy();
  }
}

export const copyOutText = ({ name, columns }: StoreTable): string => `COPY ${name} (${columns.join(', ')}) TO STDOUT`;

async function* dumpTable(client: pg.Client, table: StoreTable): AsyncGenerator<Buffer, TableEnd> {
  const hash = createHash('sha256');
  let rows = 0;
  let some: Buffer[] = [];
  let bytes = 0;
  const flush = (): Buffer => {
    const body = Buffer.concat(some);
    hash.update(body);
    some = [];
    bytes = 0;
    return encodeFrame('rows', body);
  };
  for await (const row of copyOut(client, copyOutText(table))) {
    rows++;
    some.push(row);
    bytes += row.length;
    if (bytes >= frameBytes) yield flush();
  }
  if (bytes > 0) yield flush();
  return { rows, digest: hash.digest('hex') };
}

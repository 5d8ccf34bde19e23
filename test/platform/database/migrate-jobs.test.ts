import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import pg from 'pg';
import { migrateJobs } from '../../../src/platform/database/index.ts';
import { pause, until } from '../../support/patience.ts';
import { createTestDatabase } from '../../support/postgres.ts';

describe('the tables of the queue', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('are made also where the store goes away as the connection is closed', async () => {
    const store = new pg.Client({ connectionString: database.url });
    const at = { path: `${store.host}/.s.PGSQL.${store.port}` };
    let ended = 0;
    const between = createServer((client) => {
      const server = createConnection(at);
      client.on('error', () => {}).on('close', () => server.destroy());
      server.on('error', () => {}).on('data', (data) => client.write(data));
      client.on('data', (data) => {
        // Terminate (PostgreSQL, "Message Formats"); instead of an end it hears that the server is gone
        if (data[0] !== 0x58) return void server.write(data);
        ended++;
        client.end(fatal('57P01', 'terminating connection due to unexpected postmaster exit'));
      });
    });
    await once(between.listen(0, '127.0.0.1'), 'listening');
    try {
      await migrateJobs(`postgres://${store.user}@127.0.0.1:${(between.address() as AddressInfo).port}/${store.database}`);
      await until(() => ended === 1, 'the end of the connection');
      await pause(50);
    } finally {
      between.close();
    }
  });
});

/** ErrorResponse. */
function fatal(code: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

// Loaded into the server of the bench (`node --import`): counts what it and PostgreSQL say to each other, and writes the figures into BENCH_ROUND_TRIPS at SIGUSR2.
// A round trip begins with the first message to a connection after its last answer; what follows before the next answer belongs to it.
import { writeFileSync } from 'node:fs';
import pg from 'pg';

const counts = { roundTrips: 0, statements: 0, bytes: 0 };
type Wire = { stream: NodeJS.EventEmitter & { write(...args: unknown[]): boolean } };
const { connect } = pg.Connection.prototype as unknown as { connect(this: Wire, ...args: unknown[]): void };

(pg.Connection.prototype as unknown as { connect: typeof connect }).connect = function (this: Wire, ...args: unknown[]) {
  const { stream } = this;
  // a socket that connects takes back its own `write`
  const connected = connect.apply(this, args);
  let isAsked = false;
  const write = stream.write.bind(stream);
  stream.write = (...sent) => {
    if (!isAsked) counts.roundTrips++;
    isAsked = true;
    counts.bytes += Buffer.byteLength(sent[0] as Buffer | string);
    return write(...sent);
  };
  stream.on('data', (chunk: Buffer) => {
    isAsked = false;
    counts.bytes += chunk.length;
  });
  return connected;
};

const { submit } = pg.Query.prototype as unknown as { submit(connection: unknown): unknown };
(pg.Query.prototype as unknown as { submit: typeof submit }).submit = function (this: unknown, connection) {
  counts.statements++;
  return submit.call(this, connection);
};

process.on('SIGUSR2', () => writeFileSync(process.env.BENCH_ROUND_TRIPS!, JSON.stringify(counts)));

// Loaded into the server of the bench (`node --import`): counts what it and PostgreSQL say to each other, and writes the figures into BENCH_ROUND_TRIPS at SIGUSR2.
// A round trip begins with the first message to a connection after its last answer; what follows before the next answer belongs to it. It looks at sockets, since the programs are bundled.
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';

const counts = { roundTrips: 0, statements: 0, bytes: 0 };
type Call = (this: Socket, ...args: unknown[]) => unknown;
const prototype = Socket.prototype as unknown as { connect: Call };
const { connect } = prototype;

prototype.connect = function (...args) {
  const [first] = args as [unknown];
  const path = Array.isArray(first) ? first[0] : first;
  // a socket that connects takes back its own `write`
  const connected = connect.apply(this, args);
  if (String(typeof path === 'object' ? path?.path : path).includes('.s.PGSQL.')) count(this);
  return connected;
};

function count(socket: Socket): void {
  let isAsked = false;
  const write = socket.write.bind(socket) as (...sent: unknown[]) => boolean;
  socket.write = (...sent: unknown[]) => {
    if (!isAsked) counts.roundTrips++;
    isAsked = true;
    const data = Buffer.from(sent[0] as Buffer | string);
    counts.bytes += data.length;
    counts.statements += executions(data);
    return write(...sent);
  };
  socket.on('data', (chunk: Buffer) => {
    isAsked = false;
    counts.bytes += chunk.length;
  });
}

/** Messages of type Execute or Query among those that are sent (PostgreSQL, "Message Formats"); one without a type begins a connection. */
function executions(data: Buffer): number {
  let found = 0;
  for (let at = 0; at + 5 <= data.length && data[at] !== 0; at += 1 + data.readUInt32BE(at + 1))
    if ('EQ'.includes(String.fromCharCode(data[at]!))) found++;
  return found;
}

process.on('SIGUSR2', () => writeFileSync(process.env.BENCH_ROUND_TRIPS!, JSON.stringify(counts)));

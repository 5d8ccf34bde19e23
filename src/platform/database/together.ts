import type pg from 'pg';
import type { Connection } from './hot-connections.ts';
import { gather } from './pipeline.ts';

type Statement = { name?: string; text: string; values: unknown[] };
type Answer = pg.QueryResult<never>;
type Waiting = { statement: Statement; resolve(answer: Answer): void; reject(error: Error): void };
type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: (error?: Error) => void) => void;

/** They are answered one after the other, within the time of one. */
const most = 4;

/** A plain SELECT waits for no lock of a row, so it holds up nobody behind it. */
const isRead = ({ text }: Statement): boolean => /^\s*SELECT\b/i.test(text) && !/\bFOR\s+(NO\s+KEY\s+|KEY\s+)?(UPDATE|SHARE)\b/i.test(text);

/**
 * Reads that are asked for in one turn of the event loop leave on one connection in one message, and are answered in one: alone, a message and the two changes of
 * process that it means cost more than most of our statements. Each succeeds or fails by itself. What writes or locks has a connection for itself, since it may wait.
 */
export function runTogether(pool: pg.Pool): Connection {
  // by callback, as the pool itself asks: so waiting is counted (pools.ts, waiting.ts)
  const connect = (done: Connected) => (pool.connect as (done: Connected) => void)(done);
  let open: Waiting[] | undefined;

  function begin(group: Waiting[]): void {
    const close = () => {
      if (open === group) open = undefined;
    };
    setImmediate(close);
    connect((error, client, release) => {
      close();
      if (client) send(client, release, group);
      else for (const { reject } of group) reject(error!);
    });
  }

  return {
    query: <T>(statement: Statement) =>
      new Promise<{ rows: T[]; rowCount: number | null }>((resolve, reject) => {
        const one = { statement, resolve: resolve as Waiting['resolve'], reject };
        if (!isRead(statement)) return begin([one]);
        if (open && open.length < most) return open.push(one);
        open = [one];
        begin(open);
      }),
  };
}

function send(client: pg.PoolClient, release: (error?: Error) => void, group: Waiting[]): void {
  let left = group.length;
  let lost: Error | undefined;
  // the answers tell what is under way
  const lose = (error: Error) => {
    lost = error;
  };
  client.on('error', lose);
  gather(client);
  for (const { statement, resolve, reject } of group)
    client.query<never>(statement, (error, answer) => {
      // before the callers continue: their next statement may be sent on this connection
      if (error && !isAnswer(error)) lost = error;
      if (--left === 0) {
        client.off('error', lose);
        release(lost);
      }
      if (error) reject(error);
      else resolve(answer);
    });
}

/** Refused for its values, a lock or its time (SQLSTATE). Anything else can be the connection's fault: a server that takes no writes, a plan for tables that have changed. */
const isAnswer = (error: Error): boolean => /^(22|23|40|55P03|57014)/.test((error as { code?: string }).code ?? '');

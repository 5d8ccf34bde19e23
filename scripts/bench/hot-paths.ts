// What one request of each hot path costs, one at a time: docs/decisions/0030 keeps the table. Round trips, statements and bytes are counted in the server (count-round-trips.ts).
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { type CrowdSide, countsOf } from './crowds.ts';
import { median } from './load.ts';
import { processorTime } from './processor-time.ts';

export type HotPath = { what: string; work: () => Promise<unknown> };

/** All for one. `commits`: transactions that wrote. `switches`: how often the server's threads gave their processor away. */
type Costs = {
  ms: number;
  serverMs: number;
  storeMs: number;
  roundTrips: number;
  statements: number;
  commits: number;
  kilobytes: number;
  switches: number;
};

const columns: [keyof Costs, string, number][] = [
  ['ms', 'median, ms', 2],
  ['serverMs', 'server, ms', 2],
  ['storeMs', 'PostgreSQL, ms', 2],
  ['roundTrips', 'round trips', 1],
  ['statements', 'statements', 1],
  ['commits', 'commits that write', 1],
  ['kilobytes', 'kB with the store', 1],
  ['switches', 'context switches', 0],
];

/** @param storeUrl of the server's store @param seconds for each path, after a warm-up of as long @returns a table, and what each took of the processor in server and store, ms */
export async function measureHotPaths(
  paths: HotPath[],
  side: Omit<CrowdSide, 'work'>,
  storeUrl: string,
  seconds: number,
): Promise<{ table: string; processorMs: Map<string, number> }> {
  const store = new pg.Client({ connectionString: storeUrl });
  await store.connect();
  try {
    const rows: string[][] = [];
    const processorMs = new Map<string, number>();
    for (const { what, work } of paths) {
      await repeat(work, seconds);
      const before = await look(store, side);
      const times = await repeat(work, seconds);
      const after = await look(store, side);
      const one = (key: keyof typeof before) => (after[key] - before[key]) / times.length;
      const costs: Costs = {
        ms: median(times),
        serverMs: one('server') * 1000,
        storeMs: one('store') * 1000,
        roundTrips: one('roundTrips'),
        statements: one('statements'),
        commits: one('commits'),
        kilobytes: one('bytes') / 1000,
        switches: one('switches'),
      };
      processorMs.set(what, costs.serverMs + costs.storeMs);
      rows.push([what, ...columns.map(([key, , digits]) => costs[key].toFixed(digits))]);
    }
    const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
    const table = [
      line(['one at a time', ...columns.map(([, title]) => title)]),
      line(Array(columns.length + 1).fill('---')),
      ...rows.map(line),
    ].join('\n');
    return { table, processorMs };
  } finally {
    await store.end();
  }
}

/** @returns how long each took, in ms */
async function repeat(work: () => Promise<unknown>, seconds: number): Promise<number[]> {
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times;
}

async function look(store: pg.Client, side: Omit<CrowdSide, 'work'>) {
  // a transaction has a number once it writes, so numbers count those that did
  const { rows } = await store.query('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next');
  return {
    ...(await countsOf(side)),
    commits: Number(rows[0].next),
    server: processorTime(side.pid),
    store: processorTime(side.postmaster!, true),
    switches: [...readFileSync(`/proc/${side.pid}/status`, 'utf8').matchAll(/ctxt_switches:\s+(\d+)/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    ),
  };
}

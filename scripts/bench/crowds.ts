// One flow at ours and at its limit, in turn, with 1, 8, 64 and 256 of them at once: a company is a crowd on Monday morning, and a single person most of the time.
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, rate } from './load.ts';
import { processorTime } from './processor-time.ts';

/** The largest first: a server in use has met its code often, and one that was just started would be compiled meanwhile. */
export const crowds = [256, 64, 8, 1] as const;

/** `pid`, `postmaster`: whose processor time counts. `roundTrips`: the file that count-round-trips.ts writes in the process `pid` */
export type CrowdSide = { work: (lane: number) => Promise<void>; pid: number; postmaster?: number; roundTrips?: string };

/** For one flow. `serverMs`, `storeMs`: processor time. */
export type Cost = { perSecond: number; serverMs: number; storeMs: number; roundTrips: number; statements: number };

export type Counts = { roundTrips: number; statements: number; bytes: number };

export async function countsOf({ pid, roundTrips }: Omit<CrowdSide, 'work'>): Promise<Counts> {
  if (!roundTrips) return { roundTrips: 0, statements: 0, bytes: 0 };
  rmSync(roundTrips, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await sleep(5);
    try {
      return JSON.parse(readFileSync(roundTrips, 'utf8'));
    } catch {} // not written, or in half
  }
}

const spentBy = ({ pid, postmaster }: CrowdSide) => ({
  server: processorTime(pid),
  store: postmaster ? processorTime(postmaster, true) : 0,
});

async function measureOnce(side: CrowdSide, seconds: number, atOnce: number): Promise<Cost> {
  const [countsBefore, spentBefore] = [await countsOf(side), spentBy(side)];
  let done = 0;
  const perSecond = await rate(seconds, atOnce, async (lane) => {
    await side.work(lane);
    done++;
  });
  const spent = spentBy(side);
  const counts = await countsOf(side);
  return {
    perSecond,
    serverMs: ((spent.server - spentBefore.server) * 1000) / done,
    storeMs: ((spent.store - spentBefore.store) * 1000) / done,
    roundTrips: (counts.roundTrips - countsBefore.roundTrips) / done,
    statements: (counts.statements - countsBefore.statements) / done,
  };
}

/** @returns for each crowd the medians of both sides */
export async function compareCrowds(
  sides: [ours: CrowdSide, limit: CrowdSide],
  { seconds, rounds }: { seconds: number; rounds: number },
  some: readonly number[] = crowds,
): Promise<{ atOnce: number; ours: Cost; limit: Cost }[]> {
  const results = [];
  for (const atOnce of some) {
    const taken: [Cost[], Cost[]] = [[], []];
    for (const side of sides) await rate(1, atOnce, side.work); // warm
    for (let round = 0; round < rounds; round++)
      for (const [n, side] of sides.entries()) taken[n]!.push(await measureOnce(side, seconds, atOnce));
    const medians = (costs: Cost[]): Cost => {
      const of = (key: keyof Cost) => median(costs.map((cost) => cost[key]));
      return {
        perSecond: of('perSecond'),
        serverMs: of('serverMs'),
        storeMs: of('storeMs'),
        roundTrips: of('roundTrips'),
        statements: of('statements'),
      };
    };
    results.push({ atOnce, ours: medians(taken[0]), limit: medians(taken[1]) });
  }
  return results;
}

import { expect } from 'chai';
import { collectWhenQuiet } from '../../../src/platform/memory/index.ts';
import { eventually } from '../../support/patience.ts';

/** What the watch saw in each interval, and when it collected. */
async function watch(intervals: { utilization: number; megabytes: number }[]): Promise<number[]> {
  const collected: number[] = [];
  let seen = -1;
  let isCollected = false;
  const stop = collectWhenQuiet({
    firstMs: 1,
    intervalMs: 1,
    elu: ((since?: object) => {
      if (since) seen++;
      return { idle: 0, active: 0, utilization: intervals[seen]?.utilization ?? 1 };
    }) as never,
    heapUsed: () => (isCollected ? 50 : (intervals[seen]?.megabytes ?? 0)) * 1024 * 1024,
    collect: () => {
      collected.push(seen);
      isCollected = true;
    },
  });
  await eventually(async () => expect(seen).to.be.greaterThan(intervals.length));
  stop();
  return collected;
}

describe('memory that a load has left', () => {
  const quiet = { utilization: 0.01, megabytes: 500 };
  const busy = { utilization: 0.5, megabytes: 500 };
  it('is given back once the process has been quiet for a while, and not again before it has grown', async () => {
    expect(await watch([busy, busy, quiet, quiet, quiet, quiet])).to.deep.equal([3]);
  });
  it('of a start is given back as soon as it is quiet', async () => {
    expect(await watch([quiet, quiet, quiet])).to.deep.equal([0]);
  });
  it('is left while anything happens, and where there is little', async () => {
    expect(await watch([busy, quiet, busy, quiet, busy])).to.deep.equal([]);
    expect(await watch([1, 2, 3, 4].map(() => ({ utilization: 0.01, megabytes: 20 })))).to.deep.equal([]);
  });
  it('really goes', async () => {
    let kept: object[] | undefined = Array.from({ length: 400_000 }, (_, n) => ({ n, text: `one of many: ${n}` }));
    const before = process.memoryUsage().heapUsed;
    expect(kept.length).to.be.greaterThan(0);
    kept = undefined;
    const stop = collectWhenQuiet({ firstMs: 1, intervalMs: 1, elu: () => ({ idle: 1, active: 0, utilization: 0 }) });
    await eventually(async () => expect(process.memoryUsage().heapUsed).to.be.lessThan(before - 20e6)).finally(stop);
  });
});

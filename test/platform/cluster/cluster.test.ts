import { expect } from 'chai';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FigureSum, type Figures, pauseMs } from '../../../src/platform/cluster/index.ts';

/** One process that has counted so often. */
async function figuresOf(counted: number, inQueue: number): Promise<Figures> {
  const registers = [new Registry()];
  new Counter({ name: 'answers_total', help: 'x', labelNames: ['kind'], registers }).inc({ kind: 'page' }, counted);
  const seconds = new Histogram({ name: 'seconds', help: 'x', buckets: [1, 5], registers });
  for (let n = 0; n < counted; n++) seconds.observe(2);
  new Gauge({ name: 'connected', help: 'x', registers }).set(counted);
  new Gauge({ name: 'queue', help: 'x', aggregator: 'max', registers }).set(inQueue);
  return (await registers[0]!.getMetricsAsJSON()) as Figures;
}

describe('platform/cluster', () => {
  it('a process that falls is started again at once; those that die at once, later each time, half a minute at most', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 40].map(pauseMs)).to.deep.equal([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('figures are added up; what a process has counted stays when it ends, what it has at the moment goes', async () => {
    const sum = new FigureSum();
    sum.note(1, await figuresOf(3, 7));
    sum.note(2, await figuresOf(4, 8));
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 7')
      .and.contain('connected 7')
      .and.contain('queue 8')
      .and.contain('seconds_count 7');
    await sum.end(1);
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 7')
      .and.contain('connected 4')
      .and.contain('queue 8')
      .and.contain('seconds_bucket{le="5"} 7');
    await sum.end(2);
    sum.note(3, await figuresOf(1, 2));
    await sum.end(4); // of which nothing is known
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 8')
      .and.contain('connected 1')
      .and.contain('queue 2')
      .and.contain('seconds_sum 16');
  });
});

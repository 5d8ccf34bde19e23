import { expect } from 'chai';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FigureSum, type Figures, pauseMs } from '../../../src/platform/cluster/index.ts';
import { createFigures, everyFigure } from '../../../src/platform/metrics/index.ts';

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
    const [first, second, third] = [{}, {}, {}];
    sum.note(first, await figuresOf(3, 7));
    sum.note(second, await figuresOf(4, 8));
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 7')
      .and.contain('connected 7')
      .and.contain('queue 8')
      .and.contain('seconds_count 7');
    await sum.end(first);
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 7')
      .and.contain('connected 4')
      .and.contain('queue 8')
      .and.contain('seconds_bucket{le="5"} 7');
    await sum.end(second);
    sum.note(third, await figuresOf(1, 2));
    await sum.end({}); // of which nothing is known
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 8')
      .and.contain('connected 1')
      .and.contain('queue 2')
      .and.contain('seconds_sum 16');
  });

  it('many that end at once lose no count, however often somebody reads meanwhile, and what one says late counts for nothing', async () => {
    const sum = new FigureSum();
    const all = Array.from({ length: 8 }, () => ({}));
    for (const one of all) sum.note(one, await figuresOf(5, 1));
    const counted = async () => Number(/answers_total\{kind="page"\} (\d+)/.exec(await sum.print())![1]);
    const ends = all.map((one) => sum.end(one));
    const isOver = Promise.all(ends).then(() => true);
    const read: number[] = [];
    while (!(await Promise.race([isOver, new Promise((resolve) => setImmediate(resolve, false))]))) read.push(await counted());
    expect(new Set([...read, await counted()]), 'a sum that shrinks looks like a restart').to.deep.equal(new Set([40]));
    sum.note(all[0]!, await figuresOf(99, 99));
    expect(await sum.print())
      .to.contain('answers_total{kind="page"} 40')
      .and.not.contain('connected')
      .and.not.contain('queue');
  });

  it('figures that cannot be added up are said once, and harm those of no other', async () => {
    const sum = new FigureSum();
    const [odd, good] = [{}, {}];
    const [one, ...rest] = await figuresOf(2, 1);
    sum.note(odd, [{ ...one!, aggregator: 'of another release' as never }, ...rest]);
    sum.note(good, await figuresOf(3, 1));
    const failing = sum.end(odd).catch((error: Error) => error.message);
    await sum.end(good);
    expect(await failing).to.contain('of another release');
    expect(await sum.print()).to.contain('answers_total{kind="page"} 3');
  });

  it('a gauge of Node.js or the process is told as the catalogue says: the latest event loop, and the supervisor’s start', async () => {
    const values = await createFigures([]).values();
    for (const { name, aggregator } of values) expect(aggregator, name).to.equal(everyFigure[name]!.over ?? 'sum');
    const withValue = (value: number, name: string) =>
      values.map((one) => (one.name === name ? { ...one, values: [{ value, labels: {} }] } : one)) as Figures;
    const sum = new FigureSum();
    for (const lag of [0.01, 0.9, 0.02]) sum.note({}, withValue(lag, 'nodejs_eventloop_lag_p99_seconds'));
    expect(await sum.print(withValue(17, 'process_start_time_seconds')))
      .to.match(/^nodejs_eventloop_lag_p99_seconds 0\.9$/m)
      .and.to.match(/^process_start_time_seconds 17$/m);
  });
});

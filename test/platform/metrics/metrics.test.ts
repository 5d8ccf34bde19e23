import { expect } from 'chai';
import { catalogue, count, createFigures, everyFigure, type Figure, observe } from '../../../src/platform/metrics/index.ts';

describe('platform: figures', () => {
  it('prints every counter and histogram of the catalogue from the start, with its type and meaning', async () => {
    const printed = await createFigures([]).print();
    for (const [name, { type, meaning, isLookedUp }] of Object.entries(catalogue)) {
      if (type === 'gauge' || isLookedUp) continue;
      expect(printed).to.contain(`# HELP ${name} ${meaning}\n# TYPE ${name} ${type}\n`);
    }
  });

  it('names say type and unit as Prometheus has them, and every label is described', () => {
    for (const [name, { type, labels, meaning, over, buckets }] of Object.entries<Figure>(everyFigure)) {
      expect(name).to.match(/^(portaria|process|nodejs)_[a-z0-9_]+$/);
      expect(meaning, name).to.match(/^[A-Z][^|]+[^.]$/);
      for (const text of Object.values(labels ?? {})) expect(text, name).to.not.equal('');
      expect(over !== undefined, `${name} of several processes`).to.equal(type === 'gauge');
      if (!name.startsWith('portaria_')) continue;
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(buckets !== undefined, name).to.equal(type === 'histogram');
      if (type === 'histogram') expect(name).to.match(/_seconds$/);
    }
  });

  it('counts and times by label', async () => {
    const sentIn = (text: string) => Number(/^portaria_mails_total\{outcome="sent"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    const before = sentIn(await createFigures([]).print());
    count('portaria_mails_total', { outcome: 'sent' });
    count('portaria_mails_total', { outcome: 'sent' }, 2);
    observe('portaria_database_wait_seconds', { pool: 'statements' }, 0.05);
    const printed = await createFigures([]).print();
    expect(sentIn(printed) - before).to.equal(3);
    expect(printed).to.match(/^portaria_database_wait_seconds_bucket\{le="0.1",pool="statements"\} [1-9]/m);
  });

  it('has an end, whatever becomes a label', async () => {
    for (let i = 0; i < 2000; i++) count('portaria_jobs_seconds_total', { job: `made up ${i}` });
    const lines = (await createFigures([]).print()).split('\n').filter((line) => line.startsWith('portaria_jobs_seconds_total{'));
    expect(lines).to.have.length(501);
    // other tests of this process have counted jobs, too
    const [, other] = /\{job="other"\} (\d+)$/.exec(lines.at(-1)!)!;
    expect(Number(other)).to.be.within(1500, 2000);
  });

  it('does not print what could not be found out, and no value of before', async () => {
    let isAway = false;
    const read = async () => {
      if (isAway) throw new Error('away');
      return { portaria_directory_agents: 3, portaria_jobs: [{ labels: { state: 'waiting' }, value: 7 }] };
    };
    const make = () => createFigures([{ names: ['portaria_directory_agents', 'portaria_jobs'], read }]).print();
    expect(await make())
      .to.match(/^portaria_directory_agents 3$/m)
      .and.to.match(/^portaria_jobs\{state="waiting"\} 7$/m);
    isAway = true;
    expect(await make()).to.not.match(/^portaria_(directory_agents|jobs)[ {]/m);
  });

  it('looks once for all figures of a measure, and for all who read at the same time', async () => {
    let looks = 0;
    const figures = createFigures([
      {
        names: ['portaria_directory_agents', 'portaria_store_up'],
        read: () => ({ portaria_directory_agents: ++looks, portaria_store_up: 1 }),
      },
    ]);
    await Promise.all([figures.print(), figures.print()]);
    expect(looks).to.equal(1);
  });
});

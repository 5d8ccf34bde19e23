import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { NeverReady, Supervisor } from '../../../src/platform/cluster/index.ts';
import { childrenOf, isAlive } from '../../support/children.ts';
import { keepLog } from '../../support/kept-log.ts';
import { eventually } from '../../support/patience.ts';

const exec = fileURLToPath(new URL('../../support/sibling.ts', import.meta.url));

describe('platform/cluster: a supervisor', function () {
  this.timeout(30_000);
  const { fork } = cluster;
  const kept = keepLog();
  let supervisor: Supervisor<object>;
  const start = async (count: number) => {
    supervisor = new Supervisor<object>({ count, log: kept.log, ordersFor: () => ({}), patienceMs: 5000 });
    await supervisor.start();
  };
  const running = () => childrenOf(process.pid, 'sibling.ts').filter(isAlive);
  const figure = async (name: string) => {
    const line = (await supervisor.figures()).split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  const state = (name: string) => figure(`portaria_processes{state="${name}"}`);

  before(() => cluster.setupPrimary({ exec, args: [], execArgv: ['--disable-warning=ExperimentalWarning'], cwd: process.cwd() }));
  beforeEach(() => kept.forget());
  afterEach(async () => {
    cluster.fork = fork;
    cluster.setupPrimary({ cwd: process.cwd() });
    await supervisor.stop('at-once');
    expect(running()).to.deep.equal([]);
  });

  /** In the ways in which Node.js tells that there is no process: an event, and a throw. */
  const wants: [name: string, begin: () => void][] = [
    ['no file or process is left (an event and no end)', () => cluster.setupPrimary({ cwd: '/nowhere' })],
    [
      'no memory is left (a throw)',
      () => {
        cluster.fork = () => {
          throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' });
        };
      },
    ],
  ];
  for (const [name, begin] of wants) {
    it(`${name}: a place is filled as soon as there is room again, and the others go on`, async () => {
      await start(2);
      const [victim, other] = running();
      begin();
      process.kill(victim!, 'SIGKILL');
      await eventually(async () => expect(kept.lines.map(({ msg }) => msg)).to.include('a server process could not be started'));
      expect(running()).to.deep.equal([other]);
      expect([await state('ready'), await state('missing')]).to.deep.equal([1, 1]);
      cluster.fork = fork;
      cluster.setupPrimary({ cwd: process.cwd() });
      await eventually(async () => expect(await state('ready')).to.equal(2), 20_000);
      expect(running()).to.have.length(2).and.to.include(other);
      expect(await figure('portaria_process_falls_total')).to.be.at.least(2);
    });

    it(`${name}: a restart of all ends and leaves the old ones, and the next one works`, async () => {
      await start(1);
      const before = running();
      begin();
      await supervisor.restartAll();
      expect(running()).to.deep.equal(before);
      expect(kept.lines.map(({ msg }) => msg)).to.include('a new server process did not get ready; the old ones stay');
      cluster.fork = fork;
      cluster.setupPrimary({ cwd: process.cwd() });
      await supervisor.restartAll();
      expect(running()).to.have.length(1).and.not.include(before[0]);
    });

    it(`${name}: a start fails at once, and stopping ends`, async () => {
      begin();
      expect(await start(2).catch((error: Error) => error)).to.be.instanceOf(NeverReady);
      const line = kept.lines.find(({ msg }) => msg === 'a server process could not be started');
      expect(JSON.stringify(line)).to.match(/ENOENT|ENOMEM/);
    });
  }

  it('tells of one that is stuck, and of the supervisor’s own start', async () => {
    await start(2);
    expect([await state('ready'), await state('silent'), await state('missing')]).to.deep.equal([2, 0, 0]);
    const started = await figure('process_start_time_seconds');
    expect(Date.now() / 1000 - started!).to.be.within(process.uptime() - 5, process.uptime() + 5);
    const [stuck] = running();
    process.kill(stuck!, 'SIGSTOP');
    expect([await state('ready'), await state('silent')]).to.deep.equal([2, 1]);
    process.kill(stuck!, 'SIGCONT');
    await eventually(async () => expect(await state('silent')).to.equal(0));
  });
});

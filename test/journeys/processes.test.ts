import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { addDirectory } from '../../src/domain/people/directories/index.ts';
import { notifyChange } from '../../src/platform/database/index.ts';
import { enqueueJob } from '../../src/platform/jobs/index.ts';
import { childrenOf, isAlive } from '../support/children.ts';
import { enrolAt, FakeAgent, passwordIs } from '../support/fake-agent.ts';
import { Jar, send } from '../support/jar.ts';
import { startLoad } from '../support/load.ts';
import { authorize, exchange } from '../support/oidc.ts';
import { pause } from '../support/patience.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';

/** In hundredths of a second. */
const processorTime = (pid: number): number => {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
  return Number(user) + Number(system);
};
/** On a connection of its own, so that the next one goes to another process. */
const sendAlone: typeof send = (url, options = {}) => send(url, { ...options, headers: { connection: 'close', ...options.headers } });

describe('several server processes on one port', function () {
  this.timeout(60_000);
  let server: TestServer; // for its database
  let port: number;
  let running: ServerProcess;
  let settings: Record<string, string>;
  const metricsToken = 'a-token-of-sixteen-or-more';

  before(async () => {
    server = await startTestServer();
    port = await freePort();
    settings = {
      ...onDatabase(server.databaseUrl),
      PORTARIA_BASE_URL: `http://127.0.0.1:${port}`,
      PORTARIA_PROCESSES: '2',
      PORTARIA_DRAIN_SECONDS: '1',
      PORTARIA_METRICS_TOKEN: metricsToken,
      PORTARIA_LOG_LEVEL: 'info',
    };
    running = await startServerProcess(port, settings);
  });
  after(async () => {
    await running?.kill('SIGINT');
    await server.close();
  });

  const children = () => childrenOf(running.child.pid!, '/server.');
  const issuer = () => `${running.url}/acme`;
  const here = (): TestServer => ({ ...server, issuer: issuer() });
  const figures = async () => (await sendAlone(`${running.url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })).text;
  const figure = async (name: string, labels = '') => {
    const line = (await figures()).split('\n').find((one) => one.startsWith(`${name}${labels}`));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  const isReady = async () => expect((await sendAlone(`${running.url}/readyz`)).status).to.equal(200);

  it('is ready once all of them are; a sign-in goes from one to the other', async () => {
    const both = children();
    expect(both).to.have.length(2);
    const before = both.map(processorTime);
    for (let n = 0; n < 4; n++) {
      const jar = new Jar(sendAlone);
      const { code, verifier } = await authorize(here(), jar, {
        login: 'jsilva',
        password: passwords.joao,
      });
      expect((await exchange(server, code!, verifier, { issuer: issuer() })).status).to.equal(200);
    }
    for (const [n, pid] of both.entries()) expect(processorTime(pid) - before[n]!, `work of process ${pid}`).to.be.greaterThan(3);
  });

  it('adds their figures up: what is counted is summed, what all read in the store is said once', async () => {
    const name = 'portaria_http_answers_total';
    const pages = async () =>
      (await figures())
        .split('\n')
        .filter((line) => line.startsWith(name) && line.includes('kind="page"'))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const before = await pages();
    for (let n = 0; n < 10; n++) await sendAlone(`${issuer()}/recovery`);
    expect((await pages()) - before).to.equal(10);
    await enqueueJob((await server.scope()).db, 'sweep-expired', {}, { runAt: new Date(Date.now() + 3_600_000), key: 'later' });
    const { rows } = await (await server.scope()).db.raw(
      'SELECT count(*)::int AS n FROM graphile_worker._private_jobs WHERE locked_at IS NULL AND attempts = 0',
    );
    expect(rows[0].n).to.be.greaterThan(0);
    // what was looked up is kept for a second
    await eventually(async () => expect(await figure('portaria_jobs', '{state="waiting"}')).to.equal(rows[0].n));
  });

  it('holds no more connections to the store than one process does', async () => {
    // a database where nobody else is, and nobody works on jobs
    const { url, open, drop } = await createTestDatabase({ of: 'started' });
    const own = await freePort();
    const address = `http://127.0.0.1:${own}`;
    const alone = await startServerProcess(own, {
      ...settings,
      ...onDatabase(url),
      PORTARIA_BASE_URL: address,
      PORTARIA_RUN_JOBS: 'false',
      PORTARIA_DATABASE_POOL_SIZE: '10',
    });
    const database = open(2);
    const load = startLoad(`${address}/acme`, 30);
    let most = 0;
    try {
      for (const goal = 300; load.answered < goal; await pause(50)) {
        const { rows } = await database.knex.raw(
          `SELECT count(*)::int AS n FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'portaria' AND pid <> pg_backend_pid()`,
        );
        most = Math.max(most, rows[0].n);
      }
    } finally {
      await load.stop();
      await alone.kill('SIGINT');
      await database.close();
      await drop();
    }
    expect(most).to.be.within(3, 10);
  });

  it('one of them works on jobs', async () => {
    const { rows } = await (await server.scope()).db.raw(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portaria workers'`,
    );
    expect(rows[0].n).to.equal(1);
  });

  it('a notice of change reaches every process', async () => {
    const scope = await server.scope();
    const jar = new Jar(sendAlone);
    await authorize(here(), jar, { login: 'ana@acme.example', password: passwords.ana });
    const pages = async () => Promise.all(Array.from({ length: 8 }, () => jar.get(`${issuer()}/launchpad`)));
    expect(new Set((await pages()).map(({ status }) => status))).to.deep.equal(new Set([200]));
    await scope.db('contexts').where('context_id', scope.contextId).update({ name: 'Renamed S.A.' });
    await notifyChange(scope.db, scope.contextId);
    await eventually(async () => {
      for (const { text } of await pages()) expect(text).to.contain('Renamed S.A.');
    });
  });

  it('agents at different processes serve what any of them asks', async () => {
    const scope = await server.scope();
    const { directory, token } = await addDirectory(scope, { name: 'Head office' });
    server.app.services.forgetCached(scope.contextId);
    const before = (await figure('portaria_directory_agents')) ?? 0;
    const identities = [(await enrolAt(issuer(), token)).identity, (await enrolAt(issuer(), token)).identity];
    const agents = identities.map((identity) => new FakeAgent({ identity, url: issuer(), dial: issuer(), answer: passwordIs('right') }));
    try {
      expect(await Promise.all(agents.map(({ met }) => met))).to.deep.equal(['welcome', 'welcome']);
      await eventually(async () => expect((await figure('portaria_directory_agents'))! - before, 'summed').to.equal(2));
      const entry = { id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', dn: 'uid=ana,dc=example' };
      const verify = () =>
        server.app.services.askDirectory(
          scope,
          directory.directoryId,
          { kind: 'verify-password', body: { entry } },
          { passwords: { password: 'right' } },
        );
      const answers = await Promise.all(Array.from({ length: 30 }, verify));
      expect(new Set(answers.map(({ outcome }) => outcome))).to.deep.equal(new Set(['accepted']));
    } finally {
      await Promise.all(agents.map((agent) => agent.end()));
    }
  });

  it('SIGHUP under load: each is replaced once another has its place, and no request fails', async () => {
    const [before, counted] = [children(), await figure('portaria_http_seconds_count', '{kind="token"}')];
    const load = startLoad(issuer());
    await pause(300);
    running.child.kill('SIGHUP');
    await eventually(async () => expect(running.output()).to.contain('every server process was replaced'), 40_000);
    const answered = load.answered;
    await pause(300);
    await load.stop();
    expect(load.failures).to.deep.equal([]);
    expect(load.answered, 'it goes on').to.be.greaterThan(answered);
    expect(children()).to.have.length(2);
    for (const pid of before) expect(children()).to.not.include(pid);
    await isReady();
    expect(await figure('portaria_http_seconds_count', '{kind="token"}'), 'what was counted stays counted').to.be.at.least(
      (counted ?? 0) + answered,
    );
  });

  it('kill -9 of one under load: the other goes on and stays ready, log and figures say who is missing, and another takes the place', async () => {
    const [victim, other] = children();
    const fallen = await figure('portaria_process_falls_total');
    const load = startLoad(issuer());
    await pause(300);
    process.kill(victim!, 'SIGKILL');
    await eventually(async () => expect(running.output()).to.contain('a server process ended by itself'));
    // a balancer that asks now must not take the whole port out of service
    let asked = 0;
    while (!running.output().includes('a server process is ready in the place of one that ended')) {
      const { status, text } = await sendAlone(`${running.url}/readyz`);
      expect([status, text]).to.deep.equal([200, 'ready\n']);
      asked += 1;
      if (asked === 1) expect(await figure('portaria_processes', '{state="missing"}')).to.equal(1);
    }
    expect(asked).to.be.greaterThan(2);
    expect([await figure('portaria_processes', '{state="ready"}'), await figure('portaria_processes', '{state="missing"}')]).to.deep.equal([
      2, 0,
    ]);
    expect((await figure('portaria_process_falls_total'))! - fallen!).to.equal(1);
    const answered = load.answered;
    await eventually(async () => expect(load.answered).to.be.greaterThan(answered));
    await load.stop();
    // those that it was answering, and what was on its way to it before anybody knew
    expect(load.failures.length, load.failures.join()).to.be.at.most(12);
    const now = children();
    expect(now).to.have.length(2).and.to.include(other).and.not.include(victim);
  });

  it('SIGTERM, twice and to all of them: one clean end, and nothing is left', async () => {
    const all = [running.child.pid!, ...children()];
    const ended = running.kill('SIGTERM');
    for (const pid of all.slice(1)) process.kill(pid, 'SIGTERM');
    await pause(100);
    running.child.kill('SIGTERM');
    expect(await ended, running.output()).to.equal(0);
    expect(all.filter(isAlive)).to.deep.equal([]);
    expect(running.output().match(/Stopping/g)).to.have.length(1);
  });

  it('what is wrong at the start is said once, and nothing is tried again', async () => {
    const taken = await freePort();
    const other = createServer().listen(taken, '127.0.0.1');
    const failure = await startServerProcess(taken, settings).catch((error: Error) => error);
    other.close();
    expect((failure as Error).message).to.match(/ended with 1:/);
    expect((failure as Error).message.match(new RegExp(`port ${taken} is in use`, 'g'))).to.have.length(1);
  });
});

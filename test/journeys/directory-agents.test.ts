import { expect } from 'chai';
import { getRun, startRun } from '../../src/domain/administration/directory-runs/index.ts';
import { changeSettings } from '../../src/domain/company/context-settings/index.ts';
import { directoryRules } from '../../src/domain/people/directories/index.ts';
import { type LinkedDirectory, linkDirectory } from '../support/directory-company.ts';
import { type DirectoryPerson, directoryPassword, people } from '../support/directory-people.ts';
import { Jar } from '../support/jar.ts';
import { groupDn, personDn, personEntry } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { pause, until } from '../support/patience.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { createRandom } from '../support/random.ts';
import { fillSignIn, freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';
import { type SmartSyncProcess, startSmartSync } from '../support/smartsync.ts';

/** 50 were tried; as many as fit in a run of all tests stay. */
const kills = Number(process.env.AGENT_KILLS ?? 12);

/** A server process that can be killed, and this process on the same store, which does no jobs and answers no agent. */
describe('journeys: two agents beside a directory', function () {
  this.timeout(300_000);
  let server: TestServer;
  let port: number;
  let running: ServerProcess | undefined;
  let slapd: Slapd;
  let company: LinkedDirectory;
  const agents: SmartSyncProcess[] = [];
  const all = [...people(60)];
  const network = all.slice(0, 30);
  let made = 0;

  const startServer = async () => {
    running = await startServerProcess(port, { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl });
  };
  before(async function () {
    needSoftware(this, 'slapd', 'openssl');
    port = await freePort();
    [server, slapd] = await Promise.all([
      startTestServer({ config: { baseUrl: `http://127.0.0.1:${port}` } }),
      startSlapd({ people: all, groups: [{ name: 'All', members: all.map(({ login }) => login) }] }),
    ]);
    await startServer();
    company = await linkDirectory(server, slapd, { settings: { acceptsPeople: true, acceptsGroups: true } });
    agents.push(company.agent, await startSmartSync({ server: server.issuer, token: company.token, directory: slapd }));
    expect((await company.approve(await company.run())).state).to.equal('done');
    await changeSettings(company.scope, directoryRules, { signIn: true }, 0);
  });
  after(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    await running?.kill('SIGTERM');
    await slapd?.stop();
    await server?.close();
  });

  const signIn = async (person: DirectoryPerson, password = directoryPassword, jar = new Jar()) =>
    fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), person.email!, password);
  const signOut = async (jar: Jar) => {
    await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out/), {});
  };
  /** More people there, in the group of all. */
  async function addPeople(count: number): Promise<void> {
    const more = Array.from({ length: count }, (): DirectoryPerson => {
      const login = `m${++made}`;
      return { login, firstName: 'Made', lastName: login, email: `${login}@directory.example` };
    });
    await slapd.add(more.map((person) => personEntry(person, slapd.baseDn)));
    all.push(...more);
    await slapd.replace(groupDn('All', slapd.baseDn), { member: all.map((person) => personDn(person, slapd.baseDn)) });
  }
  /** As many here as there, nobody twice. */
  async function expectAll(): Promise<void> {
    const { state, counts } = await company.run({ isWhole: true });
    expect([state, counts.people.added, counts.people.leaving, counts.members.added]).to.deep.equal(['done', 0, 0, 0]);
    const logins = all.map(({ email }) => email!).sort();
    expect(await company.active()).to.deep.equal(logins);
    expect(await company.members('All')).to.deep.equal(logins);
    expect(await company.entries('accepted', 'person')).to.have.length(all.length);
    expect(await company.entries('pending')).to.deep.equal([]);
  }

  it(`S13, S14: kill -9 of either at ${kills} moments of sign-ins and of imports: every right password opens, nothing is lost or doubled`, async () => {
    const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
    const random = createRandom(seed);
    let isOver = false;
    let signIns = 0;
    const loops = [0, 1, 2].map(async (first) => {
      for (let n = first; !isOver; n = (n + 3) % network.length) {
        const { url, text } = await signIn(network[n]!);
        expect(url, `seed ${seed}: ${text.slice(0, 3000)}`).to.match(/launchpad$/);
        signIns += 1;
      }
    });
    const whatFollows = (async () => {
      for (let kill = 0; kill < kills; kill++) {
        await addPeople(20);
        const runId = await startRun(company.scope, company.directoryId, { purpose: 'sync', isWhole: random(2) === 0 });
        await pause(random(1000));
        const agent = agents[random(2)]!;
        await agent.kill();
        await agent.start();
        await eventually(async () => expect((await getRun(company.scope, runId)).state).to.equal('done'), 60_000);
      }
    })();
    await Promise.race([whatFollows, Promise.all(loops)]).finally(() => {
      isOver = true;
    });
    await whatFollows;
    await Promise.all(loops);
    await expectAll();
    console.log(`      seed ${seed}: ${signIns} sign-ins, ${all.length} people`);
  });

  it('a directory that takes connections and answers nothing: nobody else waits, nobody is blocked, and the console says why', async () => {
    const median = async () => {
      const times: number[] = [];
      for (let n = 0; n < 9; n++) {
        const before = performance.now();
        await signedIn(server.baseUrl, 'jsilva', passwords.joao);
        times.push(performance.now() - before);
      }
      return times.sort((a, b) => a - b)[4]!;
    };
    const known = await Promise.all(
      network.slice(0, 6).map(async (person) => {
        const jar = new Jar();
        expect((await signIn(person, directoryPassword, jar)).url).to.match(/launchpad$/);
        await signOut(jar);
        return { person, jar };
      }),
    );
    const alone = await median();
    slapd.pause();
    try {
      // more tries of each than would block a person
      const tries = known.map(async ({ person, jar }) => {
        for (let n = 0; n < 6; n++) expect((await signIn(person, directoryPassword, jar)).status).to.equal(422);
      });
      const beside = await median();
      await Promise.all(tries);
      expect(beside, `alone ${alone} ms`).to.be.below(4 * alone + 250);
      const admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      await eventually(async () => {
        const { text } = await admin.get(`${server.issuer}/admin/directories/${company.directoryId}`);
        expect(text)
          .to.contain('Unavailable')
          .and.to.match(/did not respond|unavailable|in time/);
      }, 60_000);
    } finally {
      slapd.resume();
    }
    await eventually(
      async () => expect((await signIn(known[0]!.person, directoryPassword, known[0]!.jar)).url).to.match(/launchpad$/),
      60_000,
    );
    for (const { person, jar } of known.slice(1)) expect((await signIn(person, directoryPassword, jar)).url).to.match(/launchpad$/);
    expect(await company.active()).to.have.length(all.length);
  });

  /** Adds 400 people, and kills the server while they are read or applied; a run that is over before anybody looks is followed by another one. */
  async function killWhile(moment: 'reading' | 'applying') {
    for (;;) {
      await addPeople(400);
      const runId = await startRun(company.scope, company.directoryId, { purpose: 'sync', isWhole: true });
      const seen = await until(async () => {
        const run = await getRun(company.scope, runId);
        return (run.state === 'done' || (run.state === moment && run.done > 0)) && run;
      }, 'the run');
      if (seen.state === 'done') continue;
      await running!.kill('SIGKILL');
      const cut = await getRun(company.scope, runId);
      if (cut.state === moment) return { runId, done: cut.done };
      await startServer();
      await eventually(async () => expect((await getRun(company.scope, runId)).state).to.equal('done'), 120_000);
    }
  }

  it('a server that is killed in the middle of a run goes on where it was, in reading and in applying', async () => {
    for (const moment of ['reading', 'applying'] as const) {
      const cut = await killWhile(moment);
      await startServer();
      await eventually(async () => {
        const run = await getRun(company.scope, cut.runId);
        expect([run.state, run.counts.people.added]).to.deep.equal(['done', 400]);
        if (moment === 'applying') expect(run.done).to.be.above(cut.done);
      }, 120_000);
    }
    await expectAll();
  });

  for (const [name, offset] of Object.entries({ fast: 3600, slow: -3600 }))
    it(`a directory whose clock is an hour ${name}: what changes is read by time, and people sign in`, async function () {
      needSoftware(this, 'faketime');
      const person = (n: number): DirectoryPerson => {
        const login = `${name}${n}`;
        return { login, firstName: 'Clock', lastName: login, email: `${login}@directory.example`, password: directoryPassword };
      };
      const other = await startSlapd({ people: [person(1), person(2)], withSyncprov: false, clockOffsetSeconds: offset });
      const branch = await linkDirectory(server, other, { name, settings: { acceptsPeople: true } });
      try {
        expect((await branch.approve(await branch.run())).state).to.equal('done');
        await other.add([personEntry(person(3), other.baseDn)]);
        const added = await branch.run();
        // everything, where the one who came was made in the second of the first reading
        expect([added.state, added.counts.people.added]).to.deep.equal(['done', 1]);
        await other.replace(personDn(person(3), other.baseDn), { sn: 'Changed' });
        const changed = await branch.run();
        expect([changed.state, changed.isWhole, changed.counts.people.changed]).to.deep.equal(['done', false, 1]);
        for (const n of [1, 3]) expect((await signIn(person(n))).url).to.match(/launchpad$/);
      } finally {
        await branch.agent.stop();
        await other.stop();
      }
    });
});

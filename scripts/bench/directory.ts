// `npm run bench:directory -- [PEOPLE GROUPS]`, 100,000 and 2,000 unless told: a first import from a real slapd, its acceptance, a thousand changes, and sign-ins by the password of the network beside bare LDAP binds
// (directory-sign-ins.ts), the same for a tenth as many people before it. With the memory of agent and server. Exits with 1 when a goal is missed. Needs slapd (`apt-get install slapd ldap-utils`).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DirectoryGroup, directoryPassword, people } from '../../test/support/directory-people.ts';
import { portaria, startServerProcess } from '../../test/support/process.ts';
import { freePort } from '../../test/support/server.ts';
import { type Slapd, startSlapd } from '../../test/support/slapd.ts';
import { startSmartSync } from '../../test/support/smartsync.ts';
import { canSeparate, measureSignIns, parties, type Rates, type Running } from './directory-sign-ins.ts';

const [most = 100_000, mostGroups = 2000] = process.argv.slice(2).map(Number);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const goals = { importSeconds: 600, changesSeconds: 30, agentMegabytes: 150, signIns: 0.8, besideCheckMs: 8 };

type Outcome = {
  people: number;
  importSeconds: number;
  acceptSeconds: number;
  changesSeconds: number;
  agentMegabytes: number;
  serverBefore: number;
  serverMegabytes: number;
  together: Rates;
  /** With a processor for the directory alone, where there are two. */
  separate?: Rates;
};

/** A password as slapd keeps it, at the cost that a directory of today has. */
const argon2 = (password: string): string =>
  execFileSync('slappasswd', ['-o', 'module-path=/usr/lib/ldap', '-o', 'module-load=argon2', '-h', '{ARGON2}', '-s', password], {
    encoding: 'utf8',
  }).trim();

/** Everybody is in two groups. */
function* groupsOf(count: number, members: number): Generator<DirectoryGroup> {
  for (let n = 0; n < count; n++) {
    const logins = [];
    for (let i = n; i < members; i += Math.ceil(count / 2)) logins.push(`p${String(i + 1).padStart(6, '0')}`);
    yield { name: `Team ${n + 1}`, members: logins };
  }
}

const adminPassword = 'a long password for the bench';
const state = JSON.stringify({
  contexts: [
    {
      code: 'bench',
      name: 'Bench',
      directoryRules: { signIn: true },
      users: [{ email: 'admin@bench.example', firstName: 'Ada', lastName: 'Admin', role: 'administrator', password: adminPassword }],
    },
  ],
});

async function measure(count: number, groupCount: number): Promise<Outcome> {
  const cleanUp: (() => unknown)[] = [];
  const timed = async (work: () => unknown): Promise<number> => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'portaria-directory-'));
    cleanUp.unshift(() => rmSync(folder, { recursive: true, force: true }));
    const hash = argon2(directoryPassword);
    const slapd = await startSlapd({ people: people(count, hash), groups: groupsOf(groupCount, count) });
    cleanUp.unshift(() => slapd.stop());
    const port = await freePort();
    const env = {
      PORTARIA_DATA_DIR: join(folder, 'data'),
      PORTARIA_DEMO: 'false',
      NODE_OPTIONS: process.env.BENCH_SERVER_OPTIONS ?? '--max-semi-space-size=8',
      PORTARIA_BASE_URL: `http://localhost:${port}`,
    };
    const command = (args: string[], input?: string) => {
      const { status, stdout, stderr } = portaria([...args, '--json'], env, input);
      if (status !== 0 && status !== 2) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
      return JSON.parse(stdout);
    };
    command(['apply', '-'], state);
    const server = await startServerProcess(port, env);
    cleanUp.unshift(() => server.kill('SIGTERM'));
    const { token } = command(['directory', 'add', 'bench', 'Bench']);
    const agent = await startSmartSync({ server: `http://localhost:${port}/bench`, token, directory: slapd });
    cleanUp.unshift(() => agent.stop());
    const watch = watchMemory({ server: server.child.pid!, agent: agent.pid() });
    cleanUp.unshift(watch.stop);

    const importSeconds = await timed(() => {
      try {
        const { state: stopped } = command(['directory', 'run', 'bench', 'Bench', '--whole']);
        if (stopped !== 'stopped') throw new Error(`the first run is ${stopped}`);
      } catch (error) {
        // the server began it by itself when the agent came, and was done first
        if (!/waits for your answer/.test((error as Error).message)) throw error;
      }
      command(['directory', 'approve', 'bench', 'Bench']);
    });
    say(`  imported in ${importSeconds.toFixed(0)} s; the server had at most ${watch.most().serverMegabytes.toFixed(0)} MB`);
    const acceptSeconds = await timed(() => {
      const { done } = command(['directory', 'accept', 'bench', 'Bench', '--all']);
      if (done < count) throw new Error(`${done} of ${count} were accepted`);
    });
    say(`  accepted in ${acceptSeconds.toFixed(0)} s; the server had at most ${watch.most().serverMegabytes.toFixed(0)} MB`);
    const changesSeconds = await timed(() => changeMany(slapd, count, command));
    say(`  a thousand changes seen in ${changesSeconds.toFixed(0)} s`);
    const running: Running = { slapd, port, people: count, server: server.child.pid!, agent: agent.pid(), env };
    const together = await measureSignIns(running, false);
    const separate = canSeparate ? await measureSignIns(running, true) : undefined;
    return { people: count, importSeconds, acceptSeconds, changesSeconds, together, separate, ...watch.most() };
  } finally {
    for (const close of cleanUp) await close();
  }
}

/** @returns when all of them are here */
async function changeMany(
  slapd: Slapd,
  count: number,
  command: (args: string[]) => { counts?: { people: { changed: number } }; people?: unknown },
): Promise<void> {
  const client = await slapd.client();
  for (const { login } of people(Math.min(1000, count)))
    await slapd.replace(`uid=${login},ou=people,${slapd.baseDn}`, { departmentNumber: `moved ${Date.now()}` });
  await client.unbind();
  const { counts } = command(['directory', 'run', 'bench', 'Bench']);
  if (!counts || counts.people.changed < 1) throw new Error('nothing was changed');
}

const resident = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** The most that both processes ever have. */
function watchMemory({ server, agent }: { server: number; agent: number }) {
  const serverBefore = resident(server);
  const most = { serverBefore, serverMegabytes: serverBefore, agentMegabytes: 0 };
  const timer = setInterval(() => {
    most.serverMegabytes = Math.max(most.serverMegabytes, resident(server));
    most.agentMegabytes = Math.max(most.agentMegabytes, resident(agent));
  }, 200);
  return { stop: () => clearInterval(timer), most: () => most };
}

const results = [];
for (const [count, groupCount] of [
  [Math.round(most / 10), Math.round(mostGroups / 10)],
  [most, mostGroups],
] as const) {
  say(`# ${count} people, ${groupCount} groups`);
  results.push(await measure(count, groupCount));
}
const [small, large] = results as [Outcome, Outcome];
const line = (name: string, of: (one: Outcome) => number, goal?: string, isMissed = false): void => {
  say(
    `${name.padEnd(40)}${of(small).toFixed(2).padStart(12)}${of(large).toFixed(2).padStart(12)}${(of(large) / of(small)).toFixed(1).padStart(8)}  ${goal ?? ''}${isMissed ? ' MISSED' : ''}`,
  );
  if (isMissed) process.exitCode = 1;
};
say(`\n${''.padEnd(40)}${String(small.people).padStart(12)}${String(large.people).padStart(12)}  growth`);
const whole = ({ importSeconds, acceptSeconds }: Outcome) => importSeconds + acceptSeconds;
line('first import, s', (one) => one.importSeconds);
line('acceptance, s', (one) => one.acceptSeconds);
line('both, s', whole, `<= ${goals.importSeconds}`, whole(large) > goals.importSeconds);
line('1,000 changes, s', (one) => one.changesSeconds, `<= ${goals.changesSeconds}`, large.changesSeconds > goals.changesSeconds);
line('agent, most MB', (one) => one.agentMegabytes, `<= ${goals.agentMegabytes}`, large.agentMegabytes > goals.agentMegabytes);
line('server before, MB', (one) => one.serverBefore);
line('server, most MB', (one) => one.serverMegabytes);
function reportSignIns(name: string, of: (one: Outcome) => Rates, isGoal: boolean): void {
  say(`\n${name}`);
  line('bare binds/s', (one) => of(one).binds);
  line('passwords checked through SmartSync/s', (one) => of(one).checks);
  line('whole sign-ins/s', (one) => of(one).signIns);
  line('checks of bare binds', (one) => of(one).checks / of(one).binds);
  const ratio = (one: Outcome) => of(one).signIns / of(one).binds;
  line('sign-ins of bare binds', ratio, isGoal ? `>= ${goals.signIns}` : '', isGoal && ratio(large) < goals.signIns);
  for (const party of parties) line(`  of it processor time: ${party}, ms`, (one) => of(one).milliseconds[party]);
  const beside = (one: Outcome) =>
    (['server', 'PostgreSQL', 'agent'] as const).reduce((sum, party) => sum + of(one).milliseconds[party], 0);
  line('  server, PostgreSQL and agent, ms', beside, `<= ${goals.besideCheckMs}`, isGoal && beside(large) > goals.besideCheckMs);
}
reportSignIns('on all processors together', (one) => one.together, !canSeparate);
if (canSeparate) reportSignIns('the directory has a processor of its own, in all three', (one) => one.separate!, true);
else say('\nThere is one processor: the directory could not have one of its own.');

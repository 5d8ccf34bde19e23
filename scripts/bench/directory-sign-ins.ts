// Three figures of one run at the same concurrency: bare binds at the directory, passwords checked through SmartSync without a page, and whole sign-ins with all their pages. Once on all processors
// together, and once with one of them for the directory alone, in all three, since in a company it is another machine.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { directoryPassword } from '../../test/support/directory-people.ts';
import type { Slapd } from '../../test/support/slapd.ts';
import { rate } from './load.ts';
import { keepTo, processorTime } from './processor-time.ts';
import { signInAs } from './sign-in.ts';

const run = promisify(execFile);
const concurrency = Number(process.env.BENCH_CONCURRENCY ?? 8);
const seconds = Number(process.env.BENCH_SECONDS ?? 10);

/** Per second. `milliseconds`: of processor time for one sign-in. */
export type Rates = { binds: number; checks: number; signIns: number; milliseconds: Record<Party, number> };
export const parties = ['directory', 'server', 'PostgreSQL', 'agent', 'bench'] as const;
type Party = (typeof parties)[number];

/** `env`: the server's. */
export type Running = { slapd: Slapd; port: number; people: number; server: number; agent: number; env: Record<string, string> };

const processors = Array.from({ length: availableParallelism() }, (_, n) => n);
export const canSeparate = processors.length >= 2;

/** @param isSeparate the directory has the first processor, and everything else the others */
export async function measureSignIns(running: Running, isSeparate: boolean): Promise<Rates> {
  const { slapd, server, agent, env } = running;
  const store = Number(readFileSync(join(env.PORTARIA_DATA_DIR!, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  if (canSeparate) {
    keepTo(isSeparate ? processors.slice(1) : processors, [server, agent, store, process.pid]);
    // last, for the directory is a child of this process
    keepTo(isSeparate ? processors.slice(0, 1) : processors, [slapd.pid]);
  }
  const spent = (): Record<Party, number> => ({
    directory: processorTime(slapd.pid),
    server: processorTime(server),
    PostgreSQL: processorTime(store, true),
    agent: processorTime(agent),
    bench: processorTime(process.pid),
  });
  const binds = await bindRate(running);
  const { stdout } = await run(process.execPath, ['scripts/bench/ask-passwords.ts', `${seconds}`, `${concurrency}`, directoryPassword], {
    env: { ...process.env, ...env },
  });
  // what the server compiles and plans at first is not what a sign-in costs
  await signInRate(running, 2);
  const before = spent();
  const { perSecond, done } = await signInRate(running, seconds);
  const after = spent();
  const milliseconds = Object.fromEntries(parties.map((party) => [party, ((after[party] - before[party]) * 1000) / done]));
  return { binds, checks: Number(stdout), signIns: perSecond, milliseconds: milliseconds as Rates['milliseconds'] };
}

let turn = 0;
const nextLogin = (people: number): string => `p${String((turn++ % people) + 1).padStart(6, '0')}`;

async function bindRate({ slapd, people }: Running): Promise<number> {
  const clients = await Promise.all(Array.from({ length: concurrency }, () => new Client({ url: slapd.url })));
  const result = await rate(seconds, concurrency, (lane) =>
    clients[lane]!.bind(`uid=${nextLogin(people)},ou=people,${slapd.baseDn}`, directoryPassword),
  );
  await Promise.all(clients.map((client) => client.unbind()));
  return result;
}

async function signInRate({ port, people }: Running, forSeconds: number): Promise<{ perSecond: number; done: number }> {
  let done = 0;
  const perSecond = await rate(forSeconds, concurrency, async () => {
    await signInAs(port, 'bench', `${nextLogin(people)}@directory.example`, directoryPassword);
    done++;
  });
  return { perSecond, done };
}

// `npm run bench:companies -- [COMPANIES [SECONDS [ROUNDS]]]`, 10,000, 5 and 5 unless told: code flow and SAML response round robin over all of them beside the same in one company, in turns of one run, by two
// processes of the same server on one store that are asked equally often; what memory they take after discovery and a flow of each; and what making a company costs. Exits with 1 when a goal is missed.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createContextWithBasics } from '../../src/domain/administration/desired-state/create-context-with-basics.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { authorizationUrl, basic } from '../../test/support/oidc.ts';
import { createTestDatabase, stopSharedPostgres } from '../../test/support/postgres.ts';
import { onDatabase, type ServerProcess, startServerProcess } from '../../test/support/process.ts';
import { freePort, testKeyRing } from '../../test/support/server.ts';
import { redirectUri, secret } from './applications.ts';
import { sendByNode } from './light-jar.ts';
import { median, rate } from './load.ts';
import { processorTime } from './processor-time.ts';
import { collectGarbage, residentMegabytes } from './resident.ts';
import { codeOf, seedCompanies } from './seed-companies.ts';

const [companies = 10_000, seconds = 5, rounds = 5] = process.argv.slice(2).map(Number);
const { BENCH_CACHE } = process.env;
const cacheSize: Record<string, string> = BENCH_CACHE ? { PORTARIA_CONTEXT_CACHE_SIZE: BENCH_CACHE } : {};
const goals = { ratio: 0.9, megabytes: 100, creationSeconds: 0.3 };
const concurrency = 16;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const miss = (isMissed: boolean): string => {
  if (isMissed) process.exitCode = 1;
  return isMissed ? '  MISSED' : '';
};

/** A process with who asks it, one after the other. */
type Side = ServerProcess & { next(): { code: string; headers: { cookie: string } }; inspector: number };
type Flow = (side: Side) => Promise<void>;

const database = await createTestDatabase();
const running: ServerProcess[] = [];
try {
  const env = {
    ...onDatabase(database.url),
    PORTARIA_DEMO: 'false',
    PORTARIA_RUN_JOBS: 'false',
    PORTARIA_BASE_URL: 'http://127.0.0.1:9',
    ...cacheSize,
  };
  const store = database.open();
  const begun = performance.now();
  const { tokens, saml } = await seedCompanies(store.knex, env, companies);
  say(`${companies} companies in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  await measureCreation(store);
  await store.close();
  const [one, all] = [await start(() => codeOf(0)), await start(codeOf)];

  const discovery: Flow = async ({ url, next }) => {
    const { status, text } = await sendByNode(`${url}/${next().code}/.well-known/openid-configuration`);
    if (status !== 200) throw new Error(`discovery: ${status} ${text.slice(0, 200)}`);
  };
  const codeFlow: Flow = async ({ url, next }) => {
    const { code, headers } = next();
    const issuer = `${url}/${code}`;
    const request = authorizationUrl({ issuer, redirectUri }, { client_id: 'bench', scope: 'openid profile' });
    const { location } = await sendByNode(request.url, { headers });
    const authorization = location?.startsWith(redirectUri) && new URL(location).searchParams.get('code');
    if (!authorization) throw new Error(`no code: ${location}`);
    const form = {
      grant_type: 'authorization_code',
      code: authorization,
      redirect_uri: redirectUri,
      code_verifier: request.verifier,
    };
    const answer = await sendByNode(`${issuer}/oidc/token`, { form, headers: basic('bench', secret) });
    if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.text.slice(0, 200)}`);
  };
  const samlResponse: Flow = async ({ url, next }) => {
    const { code, headers } = next();
    const { status, text } = await sendByNode(`${url}/${code}/saml/launch/${saml}`, { headers });
    if (!text.includes('SAMLResponse')) throw new Error(`no response: ${status} ${text.slice(0, 200)}`);
  };

  for (const [name, flow] of Object.entries({ discovery, 'code flow': codeFlow, 'SAML response': samlResponse })) {
    for (const side of [one, all]) await times(companies, () => flow(side));
    const [alone, together] = [await residentOf(one), await residentOf(all)];
    say(`${name} of each: one company ${alone.toFixed(0)} MB, all ${together.toFixed(0)} MB`);
  }
  await compare('code flow', codeFlow, one, all);
  await compare('SAML response', samlResponse, one, all);
  const [alone, together] = [await residentOf(one), await residentOf(all)];
  const grown = together - alone;
  say(
    `resident: one company ${alone.toFixed(0)} MB, all ${together.toFixed(0)} MB: +${grown.toFixed(0)} MB  (≤ +${goals.megabytes})${miss(grown > goals.megabytes)}`,
  );

  async function start(codeAt: (n: number) => string): Promise<Side> {
    const inspector = await freePort();
    const port = await freePort();
    const server = await startServerProcess(port, {
      ...env,
      // where it is asked: a host that it does not know is looked for in the store each time
      PORTARIA_BASE_URL: `http://127.0.0.1:${port}`,
      NODE_OPTIONS: `--inspect=127.0.0.1:${inspector} ${process.env.BENCH_SERVER_OPTIONS ?? '--max-semi-space-size=8'}`,
    });
    running.push(server);
    let n = 0;
    const next = () => {
      const [code, token] = [codeAt(n % companies), tokens[n++ % companies]!];
      return { code, headers: { cookie: `portaria_session_${code}=${token}` } };
    };
    return { ...server, next, inspector };
  }
} finally {
  for (const one of running) await one.kill('SIGTERM');
  await database.drop();
  await stopSharedPostgres();
}

async function residentOf({ child, inspector }: Side): Promise<number> {
  await collectGarbage(inspector);
  return residentMegabytes(child.pid!);
}

async function times(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await work();
    }),
  );
}

/** In turns, since the machine does other things as well; with what the server's process took for each. */
async function compare(name: string, flow: Flow, one: Side, all: Side): Promise<void> {
  const sides = [one, all];
  const rates: number[][] = [[], []];
  const costs: number[][] = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const side = sides[i]!;
      let done = 0;
      const started = processorTime(side.child.pid!);
      const perSecond = await rate(seconds, concurrency, async () => {
        await flow(side);
        done++;
      });
      rates[i]!.push(perSecond);
      costs[i]!.push(((processorTime(side.child.pid!) - started) * 1000) / done);
    }
  const ratios = rates[0]!.map((perSecond, round) => rates[1]![round]! / perSecond);
  const ratio = median(ratios);
  const [alone, together] = costs.map((each) => median(each).toFixed(2));
  say(
    `${name}: one company ${median(rates[0]!).toFixed(0)}/s, all ${median(rates[1]!).toFixed(0)}/s, ratio ${ratio.toFixed(2)} (${ratios.map((each) => each.toFixed(2)).join(' ')})  (≥ ${goals.ratio})${miss(ratio < goals.ratio)}; ` +
      `processor time of the server ${alone} and ${together} ms`,
  );
}

async function measureCreation(store: Database): Promise<void> {
  const scope = {
    db: store.knex,
    actor: { kind: 'system', name: 'bench' } as const,
    clock: systemClock,
    keyRing: testKeyRing(),
    hasher: undefined as never,
  };
  const made = 10;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = process.cpuUsage();
  for (let n = 0; n < made; n++) await createContextWithBasics(scope, { code: `made-${n}`, name: 'Made' });
  const { user, system } = process.cpuUsage(started);
  delay.disable();
  const each = (user + system) / 1e6 / made;
  say(
    `making a company: ${each.toFixed(3)} s of processor time  (≤ ${goals.creationSeconds})${miss(each > goals.creationSeconds)}; the event loop was late by ${(delay.percentile(99) / 1e6).toFixed(0)} ms (99 %)`,
  );
}

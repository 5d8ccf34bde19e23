// `npm run bench`: one table, everything in one run on the durable embedded store; each figure beside its limit, measured in turn with it.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPasswordHasher, loadPasswordEngine, readPassword } from '../../src/platform/crypto/index.ts';
import type { Jar } from '../../test/support/jar.ts';
import { authorizationUrl, basic, json } from '../../test/support/oidc.ts';
import { portaria, startServerProcess } from '../../test/support/process.ts';
import { fillSignIn, freePort } from '../../test/support/server.ts';
import { applications, redirectUri, secret } from './applications.ts';
import { type CrowdSide, compareCrowds, crowds } from './crowds.ts';
import { type HotPath, measureHotPaths } from './hot-paths.ts';
import { importPeople } from './import.ts';
import { LightJar, sendByNode } from './light-jar.ts';
import { median, percentile, rate } from './load.ts';
import { memoryOfSessions } from './memory.ts';
import { measureProcesses } from './processes.ts';
import { residentMegabytes as resident } from './resident.ts';
import { bareSignatures, samlifyRates, signaturesOfOneCore, verifiedRequests, writtenResponses } from './saml.ts';
import { bareVerifications, enrolApps, enrolPasskeys, signInWithApp, signInWithPasskey } from './second-factors.ts';
import { password, people, signInOnce } from './sign-in.ts';
import { measureStarts } from './starts.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
// the token endpoints at saturation, as on a Monday morning; fewer at once wait for the disk one by one. Sign-ins: more would be turned away by the bounded queue
const crowd = Number(process.env.BENCH_CROWD ?? 256);
const concurrency = Number(process.env.BENCH_CONCURRENCY ?? 64);
/** How many of the flows are at once: `BENCH_CROWDS=1,8` measures these alone. */
const some = process.env.BENCH_CROWDS?.split(',').map(Number) ?? crowds;
/** `npm run bench -- refresh` takes only the lines whose name has one of the words. */
const words = process.argv.slice(2);
const isWanted = (name: string) => words.length === 0 || words.some((word) => name.includes(word));
const withApp = 'password + TOTP sign-in (limit: argon2id)';
const withStore = '(limit: the bare library, one read and one write a request)';
const signInFromNothing = 'sign-in by password, from nothing';
const withPasskey = 'passkey sign-in (limit: ES256 verifications)';

const folder = mkdtempSync(join(tmpdir(), 'portaria-bench-'));
const port = await freePort();
// a name: passkeys know no addresses
const origin = `http://localhost:${port}`;
const env = { PORTARIA_DATA_DIR: join(folder, 'data'), PORTARIA_DEMO: 'false', PORTARIA_BASE_URL: origin };
const roundTrips = join(folder, 'round-trips.json');
const storeUrl = () => `postgres://postgres@/portaria?host=${encodeURIComponent(join(env.PORTARIA_DATA_DIR, 'postgres', 'run'))}`;
const passwordLogins = Array.from({ length: people }, (_, i) => `person${i}`);
const appLogins = isWanted(withApp) ? Array.from({ length: 1500 }, (_, i) => `app${i}`) : [];
const passkeyLogins = isWanted(withPasskey) ? Array.from({ length: 16 }, (_, i) => `passkey${i}`) : [];
const logins = [...passwordLogins, ...appLogins, ...passkeyLogins];
const administrator = { email: 'admin@bench.example', password };
const imported = 10_000;
const state = {
  contexts: [
    {
      code: 'bench',
      name: 'Bench',
      users: [
        { ...administrator, firstName: 'Ada', lastName: 'Admin', role: 'administrator' },
        ...logins.map((username) => ({ username, firstName: 'Person', lastName: username, password })),
      ],
      applications: applications('authorization_code', 'refresh_token', 'client_credentials'),
      apis: (['jwt', 'opaque'] as const).map((tokenFormat) => ({
        identifier: `urn:bench:${tokenFormat}`,
        name: tokenFormat,
        tokenFormat,
        scopes: [{ name: 'bench:read', texts: { en: 'Read' } }],
        applications: [{ code: 'bench', ownScopes: ['bench:read'], isResourceServer: true }],
      })),
    },
  ],
};

let samlLaunch = '';
const cleanUp: (() => undefined | Promise<unknown>)[] = [];

type Side = { token: string; authorize: Jar; authorizeUrl(): { url: string; verifier: string }; pid?: number };
const scope = 'openid profile';

/** One of the programs to compare with, in a process of its own. @param args behind the port */
async function startLimit(file: string, args: string[]): Promise<{ port: number; pid: number }> {
  const at = await freePort();
  const program = new URL(file, import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, String(at), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp.push(() => void child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return { port: at, pid: child.pid! };
}

/** @param dataDir of a store that it reads and writes once for each request */
async function startBare(dataDir?: string): Promise<Side> {
  const jwk = {
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
    alg: 'RS256',
    use: 'sig',
    kid: 'bench',
  };
  const { port: barePort, pid } = await startLimit('./bare-provider.ts', [JSON.stringify(jwk), ...(dataDir ? [dataDir] : [])]);
  const issuer = `http://127.0.0.1:${barePort}`;
  const jar = new LightJar();
  const stop = (url: string) => url.startsWith(redirectUri);
  const authorizeUrl = () => {
    const request = authorizationUrl({ issuer, redirectUri }, { client_id: 'bench', scope });
    return { ...request, url: request.url.replace('/oidc/authorize', '/auth') };
  };
  let page = await jar.follow(authorizeUrl().url, {}, stop);
  page = await jar.submit(jar.form(page), { login: 'person', password: 'x' }, stop);
  await jar.submit(jar.form(page), {}, stop);
  return { token: `${issuer}/token`, authorize: jar, authorizeUrl, pid };
}

async function signedInSide(at = origin, pid?: number): Promise<Side> {
  const issuer = `${at}/bench`;
  const jar = new LightJar();
  await fillSignIn(jar, await jar.follow(`${issuer}/launchpad`), 'person0', password);
  const side = {
    token: `${issuer}/oidc/token`,
    authorize: jar,
    authorizeUrl: () => authorizationUrl({ issuer, redirectUri }, { client_id: 'bench', scope }),
    pid,
  };
  await codeFlow(side); // the first one joins the application to the session
  return side;
}

async function authorizeOnce(side: Side): Promise<{ code: string; verifier: string }> {
  const { url, verifier } = side.authorizeUrl();
  const answer = await side.authorize.follow(url, {}, (address) => address.startsWith(redirectUri));
  const code = answer.location && new URL(answer.location).searchParams.get('code');
  if (!code) throw new Error(`no code: ${answer.status} ${answer.location} ${answer.text.slice(0, 300)}`);
  return { code, verifier };
}

async function tokenRequest(side: Side, form: Record<string, string>) {
  const answer = await sendByNode(side.token, { form, headers: basic('bench', secret) });
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.text.slice(0, 300)}`);
  return json(answer);
}

async function codeFlow(side: Side): Promise<{ refresh_token: string }> {
  const { code, verifier } = await authorizeOnce(side);
  return tokenRequest(side, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });
}

/** Both sides in turn, several times: the ratio of medians holds when the machine's speed drifts. */
async function compare(ours: Side, bare: Side, make: (side: Side) => Promise<(lane: number) => Promise<void>>): Promise<[number, number]> {
  const results: [number[], number[]] = [[], []];
  const works = [await make(ours), await make(bare)];
  for (const work of works) await rate(1, crowd, work); // warm
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) results[index]!.push(await rate(seconds, crowd, work));
  }
  return [median(results[0]), median(results[1])];
}

/** At the bare route what asks about a token knows one, at ours it was issued for an API. @param token of ours */
async function startBareRoute(token: string): Promise<Record<'token' | 'introspect', string>> {
  const { port: at } = await startLimit('./bare-route.ts', [env.PORTARIA_DATA_DIR, 'bench', secret, token]);
  return { token: `http://127.0.0.1:${at}/token`, introspect: `http://127.0.0.1:${at}/introspect` };
}

/** Against Koa and pg alone, on the same store (decision 0008). */
async function measureApis(ours: Side): Promise<void> {
  const [signed, asked] = ['JWT access token (limit: Koa + pg)', 'introspection (limit: Koa + pg)'];
  if (!isWanted(signed) && !isWanted(asked)) return;
  const own = (format: string) => ({ grant_type: 'client_credentials', resource: `urn:bench:${format}`, scope: 'bench:read' });
  const { access_token: token } = await tokenRequest(ours, own('opaque'));
  const bare = await startBareRoute(token);
  const post = (to: string, form: Record<string, string>) => async (side: Side) => async () =>
    void (await tokenRequest({ ...side, token: side === ours ? `${origin}/bench/oidc/${to}` : bare[to as 'token'] }, form));
  await addRatio(signed, 0.7, () => compare(ours, { ...ours }, post('token', own('jwt'))));
  await addRatio(asked, 0.7, () => compare(ours, { ...ours }, post('introspect', { token })));
}

async function refreshing(side: Side): Promise<CrowdSide['work']> {
  const latest: string[] = [];
  for (let lane = 0; lane < Math.max(...some); lane++) latest.push((await codeFlow(side)).refresh_token);
  return async (lane) => {
    latest[lane] = (await tokenRequest(side, { grant_type: 'refresh_token', refresh_token: latest[lane]! })).refresh_token;
  };
}

const passwordSignIn = (n: number) => signInOnce(port, n);

/** Processor time of one verification, ms. */
async function argon2Ms(): Promise<number> {
  const hasher = createPasswordHasher(0, 1000, await loadPasswordEngine());
  const typed = readPassword(password);
  const stored = await hasher.hash(typed);
  const count = 50;
  for (let n = 0; n < count; n++) await hasher.verify(typed, stored);
  const begun = process.cpuUsage();
  for (let n = 0; n < count; n++) await hasher.verify(typed, stored);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000 / count;
}

async function bareArgon2(): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', new URL('./bare-argon2.ts', import.meta.url).pathname, String(seconds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout!.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return Number(output);
}

/** 20,000 people within five minutes. */
const stormPerSecond = 67;

/** 95th percentile of authorize in ms, one at a time: alone, and while people sign in. @param perSecond 0 is as fast as the server lets them */
async function authorizeLatency(side: Side, perSecond: number): Promise<[number, number]> {
  const sample = async (duration: number) => {
    const times: number[] = [];
    const end = performance.now() + duration * 1000;
    while (performance.now() < end) {
      const start = performance.now();
      await authorizeOnce(side);
      times.push(performance.now() - start);
      await sleep(5);
    }
    return percentile(times, 0.95);
  };
  await sample(1);
  const quiet = await sample(seconds);
  // the storm comes from a process of its own: in this one it would delay the clock that measures
  const storm = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      new URL('./storm.ts', import.meta.url).pathname,
      String(port),
      String(seconds + 1),
      String(concurrency),
      String(perSecond),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(storm, 'exit');
  await sleep(1000);
  const stormy = await sample(seconds - 0.5);
  await ended;
  return [quiet, stormy];
}

const launchSaml = (side: Side) => async () => {
  const answer = await side.authorize.get(samlLaunch);
  if (!answer.text.includes('SAMLResponse')) throw new Error(`no response: ${answer.status}`);
};

const startBareSaml = async (): Promise<Side> => {
  const { port: at, pid } = await startLimit('./bare-saml.ts', [env.PORTARIA_DATA_DIR, '1']);
  return { token: `http://127.0.0.1:${at}/`, authorize: new LightJar(), authorizeUrl: () => ({ url: '', verifier: '' }), pid };
};

const postmaster = (): number =>
  Number(readFileSync(join(env.PORTARIA_DATA_DIR, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);

let hotPaths = '';
/** Each alone, so that what comes before it is not counted with it. */
async function listHotPaths(side: Side): Promise<HotPath[]> {
  const own = { grant_type: 'client_credentials', resource: 'urn:bench:opaque', scope: 'bench:read' };
  const { access_token: opaque } = await tokenRequest(side, own);
  let latest = (await codeFlow(side)).refresh_token;
  const { access_token: ofPerson } = (await tokenRequest(side, { grant_type: 'refresh_token', refresh_token: latest })) as Record<
    string,
    string
  >;
  latest = (await codeFlow(side)).refresh_token;
  let n = 0;
  const expect = (status: number, answer: { status: number }) => {
    if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}`);
  };
  return [
    { what: 'authorize with a session', work: () => authorizeOnce(side) },
    { what: 'authorize and code exchange', work: () => codeFlow(side) },
    {
      what: 'refresh with rotation',
      work: async () => {
        latest = (await tokenRequest(side, { grant_type: 'refresh_token', refresh_token: latest })).refresh_token;
      },
    },
    { what: 'client credentials', work: () => tokenRequest(side, { grant_type: 'client_credentials' }) },
    {
      what: 'userinfo',
      work: async () =>
        expect(200, await sendByNode(`${origin}/bench/oidc/userinfo`, { headers: { authorization: `Bearer ${ofPerson}` } })),
    },
    { what: 'introspection', work: () => tokenRequest({ ...side, token: `${origin}/bench/oidc/introspect` }, { token: opaque! }) },
    { what: 'SAML response, from the Launchpad', work: launchSaml(side) },
    { what: 'Launchpad', work: async () => expect(200, await side.authorize.get(`${origin}/bench/launchpad`)) },
    { what: 'sign-in page: Launchpad, redirect, page', work: () => new LightJar().follow(`${origin}/bench/launchpad`) },
    { what: signInFromNothing, work: () => passwordSignIn(n++) },
  ];
}

/** Beside RSA signatures of the same kind, made meanwhile: their speed differs by a factor of four between machines. */
async function measureSaml(side: Side): Promise<void> {
  const launch = launchSaml(side);
  const rows: Record<string, number[]> = { http: [], written: [], pool: [], verified: [], core: [] };
  await rate(1, concurrency, launch);
  for (let round = 0; round < rounds; round++) {
    rows.http!.push(await rate(seconds, crowd, launch));
    rows.written!.push(await writtenResponses(seconds, concurrency));
    rows.pool!.push(await bareSignatures(seconds, concurrency));
    rows.verified!.push(await verifiedRequests(seconds));
    rows.core!.push(await signaturesOfOneCore(seconds));
  }
  const [http, written, pool, verified, core] = ['http', 'written', 'pool', 'verified', 'core'].map((name) => median(rows[name]!)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const samlify = await samlifyRates(1);
  const line = (what: string, ours: number, limit: number, goal: number) =>
    lines.push([what, perSecond(ours), `${perSecond(limit)} RSA-2048`, (ours / limit).toFixed(2), `≥ ${goal}`, ours / limit >= goal]);
  lines.push([
    'SAML response over HTTP, with a session',
    perSecond(http),
    `${perSecond(pool)} RSA-2048`,
    (http / pool).toFixed(2),
    '',
    true,
  ]);
  // here a signature takes a tenth of a millisecond; where it takes 0.8 ms, what we add to it weighs less
  const added = 1 / http - 1 / pool;
  line('the same where RSA-2048 signs 1250/s (computed from what HTTP and store add here)', 1 / (1 / 1250 + added), 1250, 0.8);
  line('SAML response, written and signed', written, pool, 0.8);
  line('SAML request, signed: verified and read', verified, core, 1.2);
  lines.push(['samlify: request read, response written', `${perSecond(samlify.read)}, ${perSecond(samlify.written)}`, '', '', '', true]);
}

type Line = [what: string, ours: string, limit: string, ratio: string, goal: string, met: boolean, cost?: string];
const lines: Line[] = [];
const perSecond = (value: number) => `${value.toFixed(0)}/s`;
async function addRatio(what: string, goal: number, measure: () => Promise<[number, number]>): Promise<void> {
  if (!isWanted(what)) return;
  const [ours, limit] = await measure();
  lines.push([what, perSecond(ours), perSecond(limit), (ours / limit).toFixed(2), `≥ ${goal}`, ours / limit >= goal]);
}

/** @param goals by how many are at once; the others are printed without one */
async function addCrowds(
  what: string,
  goals: Record<number, number>,
  [ours, bare]: [Side, Side],
  make: (side: Side) => Promise<CrowdSide['work']>,
): Promise<void> {
  if (!isWanted(what)) return;
  const sides: [CrowdSide, CrowdSide] = [
    { work: await make(ours), pid: ours.pid!, postmaster: postmaster(), roundTrips },
    { work: await make(bare), pid: bare.pid! },
  ];
  for (const { atOnce, ours: one, limit } of await compareCrowds(sides, { seconds, rounds }, some)) {
    const ratio = one.perSecond / limit.perSecond;
    const goal = goals[atOnce];
    const cost = `${one.serverMs.toFixed(1)} + ${one.storeMs.toFixed(1)} / ${limit.serverMs.toFixed(1)} ms, ${one.roundTrips.toFixed(1)} / ${one.statements.toFixed(1)}`;
    const met = goal === undefined || ratio >= goal;
    lines.push([
      `${what}, ${atOnce} at once`,
      perSecond(one.perSecond),
      perSecond(limit.perSecond),
      ratio.toFixed(2),
      goal ? `≥ ${goal}` : '',
      met,
      cost,
    ]);
  }
}

/** The people who sign in are this process, on the server's own processors: what they take of them is told apart, in a line of its own. */
async function addSignIns(what: string, goal: number, prepare: () => Promise<(lane: number) => Promise<void>>): Promise<void> {
  let [own, elapsed] = [0, 0];
  let ratio = 0;
  await addRatio(what, goal, async () => {
    const work = await prepare();
    const [signIns, hashes]: [number[], number[]] = [[], []];
    await rate(1, concurrency, work);
    for (let round = 0; round < rounds; round++) {
      hashes.push(await bareArgon2());
      const [before, begun] = [process.cpuUsage(), performance.now()];
      signIns.push(await rate(seconds, concurrency, work));
      const { user, system } = process.cpuUsage(before);
      own += (user + system) / 1e6;
      elapsed += (performance.now() - begun) / 1000;
    }
    ratio = median(signIns) / median(hashes);
    return [median(signIns), median(hashes)];
  });
  if (elapsed === 0) return;
  const share = own / (elapsed * availableParallelism());
  lines.push([
    `the same, had the ${(share * 100).toFixed(0)} % been free that the load generator took (computed)`,
    '',
    '',
    (ratio / (1 - share)).toFixed(2),
    '',
    true,
  ]);
}

try {
  const applied = portaria(['apply', '-'], env, JSON.stringify(state));
  if (applied.status !== 0) throw new Error(applied.stderr);

  const counter = new URL('./count-round-trips.ts', import.meta.url).pathname;
  const server = await startServerProcess(port, {
    ...env,
    NODE_OPTIONS: `--import ${counter} ${process.env.BENCH_SERVER_OPTIONS ?? '--max-semi-space-size=8'}`,
    BENCH_ROUND_TRIPS: roundTrips,
  });
  cleanUp.push(() => server.kill('SIGTERM'));

  const sides: [Side, Side] = [await signedInSide(origin, server.child.pid!), await startBare()];
  const [ours] = sides;
  const launchpad = (await ours.authorize.get(`${origin}/bench/launchpad`)).text;
  const tile = /\/launchpad\/open\/([0-9a-f-]+)"[^>]*>SAML/.exec(launchpad)![1]!;
  samlLaunch = `${origin}/bench/saml/launch/${tile}`;
  await addCrowds(
    'code + PKCE with a session',
    { 1: 0.7, 8: 0.75, 64: 0.9 },
    sides,
    async (side) => async () => void (await codeFlow(side)),
  );
  const durable: [Side, Side] | undefined = isWanted(withStore) ? [ours, await startBare(env.PORTARIA_DATA_DIR)] : undefined;
  if (durable) {
    await addCrowds(`code + PKCE ${withStore}`, {}, durable, async (side) => async () => void (await codeFlow(side)));
    await addCrowds(
      `client credentials ${withStore}`,
      {},
      durable,
      async (side) => async () => void (await tokenRequest(side, { grant_type: 'client_credentials' })),
    );
    await addCrowds(`refresh ${withStore}`, {}, durable, refreshing);
  }
  const byProcesses = `code + PKCE by ${availableParallelism()} processes (limit: one process, and what it leaves of the machine)`;
  if (isWanted(byProcesses)) {
    const { one, all, busy } = await measureProcesses(env, { seconds, rounds, crowd }, async (at) => {
      const side = await signedInSide(at);
      return async () => void (await codeFlow(side));
    });
    lines.push([
      byProcesses,
      perSecond(all),
      `${perSecond(one)} / ${busy.toFixed(2)}`,
      (all / (one / busy)).toFixed(2),
      '≥ 0.9',
      all / (one / busy) >= 0.9,
    ]);
  }
  const tokenGoals = { 8: 0.7, 256: 0.6 };
  await addCrowds(
    'client credentials',
    tokenGoals,
    sides,
    async (side) => async () => void (await tokenRequest(side, { grant_type: 'client_credentials' })),
  );
  await addCrowds('refresh with rotation', tokenGoals, sides, refreshing);
  await measureApis(ours);
  await addSignIns('password sign-in (limit: argon2id)', 0.9, async () => passwordSignIn);
  await addSignIns(withApp, 0.8, async () => signInWithApp(`${origin}/bench`, await enrolApps(`${origin}/bench`, appLogins)));
  await addRatio(withPasskey, 0.8, async () => {
    const work = signInWithPasskey(`${origin}/bench`, await enrolPasskeys(`${origin}/bench`, passkeyLogins));
    const [signIns, verifications]: [number[], number[]] = [[], []];
    await rate(1, passkeyLogins.length, work);
    for (let round = 0; round < rounds; round++) {
      verifications.push(await bareVerifications(seconds));
      signIns.push(await rate(seconds, passkeyLogins.length, work));
    }
    return [median(signIns), median(verifications)];
  });
  if (isWanted('SAML response')) await measureSaml(ours);
  await addCrowds(
    'SAML launch (limit: Koa + pg, the same signatures)',
    { 1: 0.8, 8: 0.8, 64: 0.8 },
    [ours, await startBareSaml()],
    async (side) => (side === ours ? launchSaml(ours) : async () => void (await sendByNode(side.token))),
  );
  if (isWanted('hot paths')) {
    const paths = await listHotPaths(ours);
    const measured = await measureHotPaths(paths, { pid: ours.pid!, postmaster: postmaster(), roundTrips }, storeUrl(), seconds);
    hotPaths = measured.table;
    const [all, hash] = [measured.processorMs.get(signInFromNothing)!, await argon2Ms()];
    const rest = all - hash;
    lines.push([
      'first sign-in without its argon2id, server and PostgreSQL',
      `${rest.toFixed(1)} ms`,
      `${hash.toFixed(1)} ms argon2id`,
      '',
      '≤ 8 ms',
      rest <= 8,
    ]);
  }
  if (isWanted('authorize in a storm')) {
    for (const perSecond of [stormPerSecond, 0]) {
      const [quiet, stormy] = await authorizeLatency(await signedInSide(), perSecond);
      const ratio = stormy / quiet;
      lines.push([
        `authorize, 95th percentile while ${perSecond === 0 ? 'every processor hashes passwords' : `${perSecond} people a second sign in`}`,
        `${stormy.toFixed(1)} ms`,
        `${quiet.toFixed(1)} ms quiet`,
        ratio.toFixed(2),
        perSecond === 0 ? '' : '≤ 3',
        perSecond === 0 || ratio <= 3,
      ]);
    }
  }
  if (isWanted('import')) {
    const elapsed = await importPeople(origin, administrator, imported);
    const what = `import of ${imported} people with temporary passwords`;
    lines.push([what, `${elapsed.toFixed(0)} s`, '', '', '≤ 180 s', elapsed <= 180]);
  }
  if (isWanted('memory of sessions')) {
    const { before, after } = await memoryOfSessions(resident);
    const show = (values: number[]) => `${values.map((one) => one.toFixed(0)).join(' + ')} MB`;
    lines.push(['memory of sessions: 50,000 live, a page each, two processes', show(after), `${show(before)} before`, '', '', true]);
  }
  lines.push(['resident memory after the bench', `${resident(server.child.pid!).toFixed(0)} MB`, '', '', '', true]);
  if (isWanted('resident memory a minute later')) {
    await sleep(60_000);
    const left = resident(server.child.pid!);
    lines.push(['resident memory a minute later', `${left.toFixed(0)} MB`, '', '', '≤ 220 MB', left <= 220]);
  }
  if (isWanted('start')) {
    const { first, later } = await measureStarts();
    const [answer, idle] = [median(later.map((one) => one.firstAnswerSeconds)), median(later.map((one) => one.idleMegabytes))];
    lines.push([
      'start: first answer of the first start',
      `${first.firstAnswerSeconds.toFixed(2)} s`,
      '',
      '',
      '≤ 4 s',
      first.firstAnswerSeconds <= 4,
    ]);
    lines.push(['start: first answer on a store that is there', `${answer.toFixed(2)} s`, '', '', '≤ 0.8 s', answer <= 0.8]);
    lines.push(['start: resident memory of an idle server', `${idle.toFixed(0)} MB`, '', '', '≤ 130 MB', idle <= 130]);
  }

  console.log(
    `\n${availableParallelism()} processors, Node ${process.version}, ${crowd} token requests or ${concurrency} sign-ins at once, median of ${rounds} × ${seconds} s, durable embedded store\n`,
  );
  console.log(
    '| what | Portaria | its limit | ratio | to reach | | processor time, round trips / statements |\n|---|---|---|---|---|---|---|',
  );
  for (const [what, value, limit, ratio, goal, met, cost = ''] of lines)
    console.log(`| ${what} | ${value} | ${limit} | ${ratio} | ${goal} | ${met ? 'yes' : 'NO'} | ${cost} |`);
  if (hotPaths) console.log(`\n${hotPaths}`);
  process.exitCode = lines.every(([, , , , , met]) => met) ? 0 : 1;
} catch (error) {
  // what was measured until then is not lost
  for (const line of lines) console.log(`| ${line.join(' | ')} |`);
  throw error;
} finally {
  for (const end of cleanUp) await end();
  rmSync(folder, { recursive: true, force: true });
}

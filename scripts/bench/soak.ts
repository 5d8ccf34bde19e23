// `npm run soak -- [MINUTES [LANES]]`, 60 and 6 unless told: people, applications and an administrator at one server on its embedded store, and a line of a table twelve times meanwhile. What grows for as
// long as a process lives shows here: exits with 1 when an answer was not as it should be, or when memory or open files go on growing.
import { readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorizationUrl, basic } from '../../test/support/oidc.ts';
import { portaria, startServerProcess } from '../../test/support/process.ts';
import { freePort } from '../../test/support/server.ts';
import { applications, redirectUri, secret } from './applications.ts';
import { LightJar, sendByNode } from './light-jar.ts';
import { median, percentile } from './load.ts';
import { collectGarbage, residentMegabytes } from './resident.ts';
import { password, people, signInAs } from './sign-in.ts';

const [minutes = 60, lanes = 6] = process.argv.slice(2).map(Number);
const rows = 12;
/** How much more the last quarter may take than the second one: the first fills caches. */
const mayGrow = { megabytes: 1.1, files: 1.2 };
const flowsOfASession = 40;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'portaria-soak-'));
const port = await freePort();
const origin = `http://localhost:${port}`;
const issuer = `${origin}/bench`;
const env = { PORTARIA_DATA_DIR: join(folder, 'data'), PORTARIA_DEMO: 'false', PORTARIA_BASE_URL: origin };
const administrator = 'admin@bench.example';
const person = (username: string) => ({ username, firstName: 'Person', lastName: username, password });
const state = {
  contexts: [
    {
      code: 'bench',
      name: 'Bench',
      users: [
        { email: administrator, firstName: 'Ada', lastName: 'Admin', role: 'administrator', password },
        ...Array.from({ length: people }, (_, n) => person(`person${n}`)),
        ...Array.from({ length: people }, (_, n) => person(`guessed${n}`)),
      ],
      applications: applications('authorization_code', 'refresh_token', 'client_credentials'),
    },
  ],
};

type Work = (lane: number) => Promise<void>;
const taken: Record<string, number[]> = {};
let faults = 0;
const sessions: { jar: LightJar; left: number; saml: string }[] = [];

async function signedIn(login: string): Promise<LightJar> {
  const jar = new LightJar(sendByNode);
  const form = jar.form(await jar.follow(`${issuer}/launchpad`), /sign-in\//);
  const answer = await jar.follow(form.action, { form: { ...form.fields, login, password } });
  if (!answer.url.endsWith('/launchpad')) throw new Error(`signed in as ${login}, and came to ${answer.url}`);
  return jar;
}

/** A session for some time, then a new one by the next person. */
async function sessionOf(lane: number): Promise<{ jar: LightJar; saml: string }> {
  const known = sessions[lane];
  if (known && known.left-- > 0) return known;
  const jar = await signedIn(`person${Math.floor(Math.random() * people)}`);
  const { text } = await jar.get(`${issuer}/launchpad`);
  const saml = /\/launchpad\/open\/([0-9a-f-]+)"[^>]*>SAML/.exec(text)?.[1];
  if (!saml) throw new Error('no application by SAML at the Launchpad');
  sessions[lane] = { jar, left: flowsOfASession, saml };
  return sessions[lane]!;
}

async function tokens(form: Record<string, string>): Promise<Record<string, string>> {
  const { status, text } = await sendByNode(`${issuer}/oidc/token`, { form, headers: basic('bench', secret) });
  if (status !== 200) throw new Error(`${form.grant_type}: ${status} ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

const works: Record<string, Work> = {
  'password sign-in': () => signInAs(port, 'bench', `person${Math.floor(Math.random() * people)}`, password),
  'wrong password': () =>
    signInAs(port, 'bench', `guessed${Math.floor(Math.random() * people)}`, 'guessed wrong').then(
      () => {
        throw new Error('a wrong password got in');
      },
      (error: Error) => {
        if (error.message !== 'sign-in: 422') throw error;
      },
    ),
  'code flow and refresh': async (lane) => {
    const { jar } = await sessionOf(lane);
    const request = authorizationUrl(
      { issuer, redirectUri },
      { client_id: 'bench', scope: 'openid profile offline_access', prompt: 'consent' },
    );
    const { location = '' } = await jar.get(request.url);
    const code = location.startsWith(redirectUri) && new URL(location).searchParams.get('code');
    if (!code) throw new Error(`no code: ${location}`);
    const first = await tokens({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: request.verifier });
    if (first.refresh_token) await tokens({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  },
  'SAML response': async (lane) => {
    const { jar, saml } = await sessionOf(lane);
    const { status, text } = await jar.get(`${issuer}/saml/launch/${saml}`);
    if (!text.includes('SAMLResponse')) throw new Error(`no response: ${status}`);
  },
  'client credentials': async () => void (await tokens({ grant_type: 'client_credentials' })),
  'pages of the console': async () => {
    admin ??= signedIn(administrator);
    for (const path of ['admin', 'admin/users', 'admin/audit', 'admin/applications']) {
      const { status } = await (await admin).get(`${issuer}/${path}`);
      if (status !== 200) throw new Error(`${path}: ${status}`);
    }
  },
};
let admin: Promise<LightJar> | undefined;

async function lane(n: number, until: number): Promise<void> {
  const names = Object.keys(works);
  for (let i = n; performance.now() < until; i++) {
    const name = names[i % names.length]!;
    const begun = performance.now();
    await works[name]!(n).then(
      () => taken[name]!.push(performance.now() - begun),
      (error: Error) => {
        faults += 1;
        say(`${name}: ${error.message}`);
      },
    );
  }
}

/** When nobody asks anything; `resident` as it is then, `megabytes` after a collection. */
async function measure(pid: number): Promise<{ resident: number; megabytes: number; files: number }> {
  const resident = residentMegabytes(pid);
  await collectGarbage(inspector);
  return { resident, megabytes: residentMegabytes(pid), files: readdirSync(`/proc/${pid}/fd`).length };
}

const applied = portaria(['apply', '-'], env, JSON.stringify(state));
if (applied.status !== 0) throw new Error(applied.stderr);
const inspector = await freePort();
const server = await startServerProcess(port, { ...env, NODE_OPTIONS: `--inspect=127.0.0.1:${inspector}` });
try {
  const names = Object.keys(works);
  say(['minute', 'MB', 'MB collected', 'files', 'faults', ...names.map((name) => `${name}: n, median, p99 ms`)].join(' | '));
  const measured: Awaited<ReturnType<typeof measure>>[] = [];
  const rowMs = (minutes * 60_000) / rows;
  const started = performance.now();
  for (let row = 1; row <= rows; row++) {
    for (const name of names) taken[name] = [];
    const until = started + row * rowMs;
    await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n, until)));
    const now = await measure(server.child.pid!);
    measured.push(now);
    const figures = names.map((name) => {
      const all = taken[name]!;
      return all.length === 0 ? '0' : `${all.length}, ${median(all).toFixed(0)}, ${percentile(all, 0.99).toFixed(0)}`;
    });
    say(
      [((row * minutes) / rows).toFixed(1), now.resident.toFixed(0), now.megabytes.toFixed(0), now.files, faults, ...figures].join(' | '),
    );
  }
  const quarter = rows / 4;
  for (const what of ['megabytes', 'files'] as const) {
    const mean = (part: typeof measured) => part.reduce((sum, one) => sum + one[what], 0) / part.length;
    const grown = mean(measured.slice(-quarter)) / mean(measured.slice(quarter, 2 * quarter));
    const isTooMuch = grown > mayGrow[what];
    if (isTooMuch) process.exitCode = 1;
    say(`${what} of the last quarter beside the second: ${grown.toFixed(2)}  (≤ ${mayGrow[what]})${isTooMuch ? '  MISSED' : ''}`);
  }
  if (faults > 0) process.exitCode = 1;
  say(`${faults} answers were not as they should be${faults > 0 ? '  MISSED' : ''}`);
} finally {
  await server.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

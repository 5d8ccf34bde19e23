import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { findUserByLogin, type User } from '../../src/domain/people/users/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { type Answer, type FoundForm, Jar } from './jar.ts';
import { authorizationUrl, basic, exchange, token } from './oidc.ts';
import { onDatabase, type ServerProcess, startServerProcess } from './process.ts';
import { clientSecret, fillSignIn, freePort, passwords, signedIn, startTestServer, type TestServer } from './server.ts';

export const password = 'a password for every fault';

/** Company acme in a real server process, whose people and applications each have a fault of their own. */
export type World = {
  server: TestServer;
  scope: Scope;
  admin: Jar;
  /** Whatever may stand in no event: passwords, secrets, codes, tokens. */
  secrets: Set<string>;
  apply(part: Record<string, unknown>): Promise<void>;
  user(login: string): Promise<User>;
  applicationId(code: string): Promise<string>;
  /** Types a name and a password at the sign-in page, on the way to an application or not. */
  signIn(login: string, typed?: string, jar?: Jar, to?: string): Promise<Answer>;
  /** A browser in which this person is signed in, the same each time. */
  browserOf(login: string): Promise<Jar>;
  /** The address of an authorization request. */
  authorize(extra?: Record<string, string | undefined>): string;
  stop(): Promise<void>;
};

/**
 * `start`: where an administrator begins, in place of the support code, for a person who is shown none: a path in the company.
 * `cause` brings it about, and gives the page that the person sees last. `named`: how the console names the cause.
 */
export type Fault = {
  fault: string;
  cause(world: World): Promise<Answer | undefined | unknown>;
  start?(world: World): Promise<string>;
  named: RegExp;
};

/** @param prepare what is set up before the process starts, so that it never has an older picture */
export async function startWorld(prepare: (server: TestServer) => Promise<void>): Promise<World> {
  const port = await freePort();
  const server = await startTestServer({ config: { baseUrl: `http://127.0.0.1:${port}` } });
  await prepare(server);
  const process: ServerProcess = await startServerProcess(port, { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl });
  const scope = await server.scope();
  const admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  const browsers = new Map<string, Jar>();
  const secrets = new Set<string>([password, clientSecret, passwords.ana, passwords.joao]);
  const world: World = {
    server,
    scope,
    admin,
    secrets,
    apply: async (part) => void (await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', ...part }] })),
    user: async (login) => (await findUserByLogin(scope, login))!,
    applicationId: async (code) => (await findApplicationByCode(scope, code))!.applicationId,
    async signIn(login, typed = password, jar = new Jar(), to = `${server.issuer}/launchpad`) {
      const stop = (url: string) => !url.startsWith(server.baseUrl);
      const page = await jar.follow(to, {}, stop);
      return /name="password"/.test(page.text) ? fillSignIn(jar, page, login, typed, stop) : page;
    },
    async browserOf(login) {
      const known = browsers.get(login) ?? new Jar();
      if (!browsers.has(login)) await world.signIn(login, password, known);
      browsers.set(login, known);
      return known;
    },
    authorize: (extra = {}) => authorizationUrl(server, extra).url,
    async stop() {
      await process.kill('SIGTERM');
      await server.close();
    },
  };
  return world;
}

export const supportCodeOf = ({ text, url, status }: Answer): string => {
  const code = /id="support-code">([^<]+)</.exec(text)?.[1];
  expect(code, `a support code at ${url} (${status})\n${load(text)('main').text().replace(/\s+/g, ' ').slice(0, 400)}`).to.match(
    /^[0-9A-Z]{4}-[0-9A-Z]{4}$/,
  );
  return code!;
};

const textOf = (answer: Answer): string => load(answer.text)('main').text().replace(/\s+/g, ' ');
const leads = /\/admin\/(explain|audit\?|applications\/[0-9a-f-]{36}(\/(trace|activity))?$|users\/[0-9a-f-]{36}\/(access|history)$)/;

function linksOf(answer: Answer): string[] {
  const $ = load(answer.text);
  const hrefs = $('main a')
    .map((_, one) => new URL($(one).attr('href') ?? '', answer.url).href)
    .get();
  return [...new Set(hrefs.filter((href) => leads.test(href)))].slice(0, 12);
}

/** That of Home. */
let codeForm: FoundForm | undefined;

/** How an administrator gets from the code, or from the page of a person or application, to the cause. @returns clicks, and undefined where three do not lead there */
export async function clicksTo(world: World, fault: Fault, code: string | undefined): Promise<{ clicks: number; seen: string[] }> {
  const { admin, server } = world;
  const seen: string[] = [];
  let pages: Answer[];
  let clicks = 0;
  if (code) {
    codeForm ??= admin.form(await admin.follow(`${server.issuer}/admin`), /explain/);
    // small letters, without the dash: as it is read over the telephone
    pages = [await admin.submit(codeForm, { code: code.toLowerCase().replace('-', ' ') })];
    clicks = 1;
  } else pages = [await admin.follow(server.issuer + (await fault.start!(world)))];
  const visited = new Set<string>();
  for (; clicks <= 3; clicks++) {
    seen.push(...pages.map((page) => `${clicks}: ${page.url.slice(server.issuer.length)} ${textOf(page).slice(0, 1500)}`));
    if (pages.some((page) => fault.named.test(textOf(page)))) return { clicks, seen };
    const next = [...new Set(pages.flatMap(linksOf))].filter((href) => !visited.has(href)).slice(0, 40);
    for (const href of next) visited.add(href);
    if (clicks === 3) break;
    pages = [];
    for (const href of next) pages.push(await admin.follow(href));
  }
  return { clicks: Number.POSITIVE_INFINITY, seen };
}

export const personPage = (login: string) => async (world: World) => `/admin/users/${(await world.user(login)).userId}`;
export const applicationPage = (code: string) => async (world: World) => `/admin/applications/${await world.applicationId(code)}`;
export const explainPage =
  (person: string, code = '') =>
  async (world: World) =>
    `/admin/explain?${new URLSearchParams({ person, application: code && (await world.applicationId(code)), from: '127.0.0.1' })}`;

export { basic, clientSecret, exchange, Jar, passwords, token };

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { parse } from 'yaml';
import { launchChromium, openBrowserContext } from './chromium.ts';
import { type Front, startFront } from './front.ts';
import { send } from './jar.ts';
import type { Software } from './missing.ts';
import { eventually, onDatabase } from './process.ts';
import { freePort, passwords, startTestServer, type TestServer } from './server.ts';
import { runShell, snippet } from './snippets.ts';

type Program = { child: ChildProcess; output(): string; stop(): Promise<void> };

/** What guides take for granted: Portaria at https://login.example.com, Chromium, and the names of applications. */
export type World = {
  server: TestServer;
  front: Front;
  browser: Browser;
  /**
   * Registers what the guide says.
   * @param place folder of the files that it names
   * @param change for what cannot be as printed, such as a port that may be taken
   */
  register(guide: string, place?: string, change?: (snippet: string) => string): Promise<void>;
  /**
   * Runs the guide's block for the shell.
   * @param place stands for the folder that is printed
   */
  shell(guide: string, which: number, printed: string, place: string): Promise<string>;
  /** Directives of an Apache that people reach by this name, over TLS. */
  behindTls(host: string): string;
  /** Runs the guide's program, as it is printed. @param folder below which its packages are found, from this one */
  run(guide: string, env?: Record<string, string>, which?: number, folder?: string): Program;
  /** Portaria as the guide starts it, on the same store, instead of the one in this process. */
  serve(guide: string, change: (snippet: string) => string): Promise<void>;
  /** A page of a browser of its own. */
  open(url: string): Promise<Page>;
  close(): Promise<void>;
};

export const forGuides: Software[] = ['chromium', 'openssl', 'curl'];

const login = 'login.example.com';

/** @param hosts names of the applications */
export async function startWorld(hosts: string[], { jobs = true } = {}): Promise<World> {
  const front = await startFront([login, ...hosts]);
  const server = await startTestServer({ jobs, config: { baseUrl: `https://${login}` } });
  front.route(login, server.port);
  const browser = await launchChromium(front.chromium);
  const programs: Program[] = [];
  let served: ChildProcess | undefined;
  return {
    server,
    front,
    browser,
    async register(guide, place, change = (text) => text) {
      const read = (_key: unknown, value: unknown) =>
        value === 'app-metadata.xml' ? readFileSync(`${place}/app-metadata.xml`, 'utf8') : value;
      await server.apply(parse(change(snippet(guide, 'yaml')), read));
    },
    shell: (guide, which, printed, place) =>
      runShell(pathsIn(snippet(guide, 'sh', which), printed, place), place, { ...front.env, CURL_CA_BUNDLE: front.authority }),
    behindTls: (host) => `ServerName https://${host}\nUseCanonicalName On`,
    run(guide, env = {}, which = 0, folder = '../') {
      const file = fileURLToPath(new URL(`${folder}${guide.replace('.md', '')}-${which}-${process.pid}.mjs`, import.meta.url));
      writeFileSync(file, snippet(guide, 'js', which));
      const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, ...front.env, ...env } });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          output += chunk;
        });
      const program = {
        child,
        output: () => output,
        async stop() {
          rmSync(file, { force: true });
          if (child.exitCode !== null || child.signalCode) return;
          child.kill();
          await once(child, 'exit');
        },
      };
      programs.push(program);
      return program;
    },
    async serve(guide, change) {
      const port = await freePort();
      const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), PORTARIA_HOST: '127.0.0.1' };
      const more = {
        ...onDatabase(server.databaseUrl),
        PORTARIA_BASE_URL: `https://${login}`,
        PORTARIA_LOG_LEVEL: 'error',
        PORTARIA_DRAIN_SECONDS: '0',
      };
      const cwd = fileURLToPath(new URL('../../', import.meta.url));
      // a group of its own: the shell and npm do not hand on the signal that ends them
      const child = spawn('sh', ['-c', change(snippet(guide, 'sh'))], { cwd, env: { ...env, ...more }, stdio: 'ignore', detached: true });
      served = child;
      await listening(port);
      front.route(login, port);
    },
    async open(url) {
      const page = await (await openBrowserContext(browser)).newPage();
      await page.goto(url);
      return page;
    },
    async close() {
      for (const program of programs) await program.stop();
      if (served?.pid && served.exitCode === null) {
        process.kill(-served.pid, 'SIGTERM');
        await once(served, 'exit');
      }
      await browser.close();
      await front.close();
      await server.close();
    },
  };
}

/** A path as printed, put where the test may write. */
export const pathsIn = (text: string, printed: string, place: string): string => text.replaceAll(printed, place);

/** On the sign-in page, as a person does. */
export async function signIn(page: Page, name = 'jsilva', password = passwords.joao): Promise<void> {
  await page.waitForSelector('input[name=login]');
  expect(new URL(page.url()).host).to.equal(login);
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', password);
  await page.click('main button[type=submit]');
}

/** At Portaria, which tells the applications. */
export async function signOut(page: Page): Promise<void> {
  await page.goto(`https://${login}/acme/sign-out`);
  await page.click('main button[type=submit]');
  await page.waitForSelector('text=You are signed out');
  expect(await page.textContent('main')).not.to.contain('did not confirm');
}

/** Until something listens there. */
export const listening = (port: number): Promise<void> => eventually(() => send(`http://127.0.0.1:${port}/`), 20_000);

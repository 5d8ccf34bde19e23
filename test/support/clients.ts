import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { load } from 'cheerio';
import { type Jar, send } from './jar.ts';
import { eventually } from './process.ts';
import type { TestServer } from './server.ts';

/** Packages of their own, so that the project stays light. */
const clientsFolder = fileURLToPath(new URL('../interop/clients/', import.meta.url));

export type Registered = { clientId: string; clientSecret: string | undefined };

/**
 * Registers an application as an administrator does: the console's form for "Other application (OpenID Connect)" as it is proposed, with a name, addresses, and
 * that everybody may open it.
 * @param admin signed in at the console
 * @param more what is chosen besides, such as that it has no secret
 */
export async function registerInConsole(
  { issuer }: TestServer,
  admin: Jar,
  name: string,
  more: Record<string, string>,
): Promise<Registered> {
  const page = await admin.get(`${issuer}/admin/applications/new?entry=openid-connect`);
  const { action, entries } = admin.form(page, /applications\/new/);
  const form = new URLSearchParams(entries);
  for (const [key, value] of Object.entries({ name, code: name, navigable: 'yes', ...more })) form.set(key, value);
  const answer = await admin.follow(action, { form, from: page.url });
  const clientSecret = load(answer.text)('#new-secret').text() || undefined;
  if (answer.status !== 200 || !answer.text.includes(name)) throw new Error(`${name}: ${answer.status}\n${answer.text.slice(0, 3000)}`);
  return { clientId: name, clientSecret };
}

export type Applications = { address: string; stop(): Promise<void> };

/** Starts the applications of `test/interop/clients/`, each with what the console gave. */
export async function startClients(port: number, issuer: string, clients: Record<string, Registered>): Promise<Applications> {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: clientsFolder,
    env: { PATH: process.env.PATH, SETTINGS: JSON.stringify({ port, issuer, clients }) },
    stdio: ['ignore', process.env.TEST_LOG ? 'inherit' : 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const address = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode === null) await send(`${address}/bye`);
  }, 20_000);
  if (child.exitCode !== null) throw new Error(errors);
  return {
    address,
    async stop() {
      if (child.exitCode !== null || child.signalCode) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { signedIn } from '../../test/support/server.ts';

const boundary = 'portaria-bench-boundary';

/**
 * An administrator's file of so many people, each with a temporary password, as a browser sends it: uploaded, looked at, confirmed, and followed to its end.
 * @returns seconds from the upload until the page says that all are there
 */
export async function importPeople(origin: string, administrator: { email: string; password: string }, people: number): Promise<number> {
  const jar = await signedIn(origin, administrator.email, administrator.password, 'bench');
  const { action, fields } = jar.form(await jar.get(`${origin}/bench/admin/users/import`), /import$/);
  const rows = Array.from({ length: people }, (_, i) => `Imported,Person ${i},imported${i}@bench.example`);
  const part = (name: string, value: string, more = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const file = ['firstName,lastName,email', ...rows].join('\r\n');
  const body = `${part('_csrf', fields._csrf!)}${part('activation', 'temporary-password')}${part('file', file, '; filename="people.csv"')}--${boundary}--\r\n`;
  const started = performance.now();
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const preview = await jar.follow(action, { method: 'POST', body, headers });
  let shown = await jar.submit(jar.form(preview, /import\//));
  while (shown.text.includes('data-follow')) {
    await sleep(500);
    shown = await jar.get(shown.url);
  }
  const elapsed = (performance.now() - started) / 1000;
  const added = await jar.get(`${origin}/bench/admin/users?by=email&q=imported${people - 1}@bench.example`);
  if (!added.text.includes(`Person ${people - 1}`)) throw new Error(`not imported: ${shown.text.slice(0, 2000)}`);
  return elapsed;
}

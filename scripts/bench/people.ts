// `npm run bench:people -- [USERS EVENTS GROUPS]`, a million, ten million and 5,000 unless told (a quarter of an hour): the administrator's pages on a company of so many people, beside one of 10,000; milliseconds at the server,
// 95th percentile, the browser's time not in it. Then the export of all, and the server's memory while it runs. With what each page weighs. Exits with 1 when a page takes more than 150 ms or the export more than 512 MB.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sortKeys } from '../../src/domain/people/users/index.ts';
import { openDatabase, startEmbeddedPostgres } from '../../src/platform/database/index.ts';
import type { Jar } from '../../test/support/jar.ts';
import { portaria, startServerProcess } from '../../test/support/process.ts';
import { freePort, signedIn } from '../../test/support/server.ts';
import { percentile } from './load.ts';
import { residentMegabytes } from './resident.ts';
import { type Person, type Size, seedPeople } from './seed-people.ts';

const [users = 1_000_000, events = 10_000_000, groups = 5000] = process.argv.slice(2).map(Number);
const small: Size = { users: 10_000, groups: 50, events: 100_000 };
const large: Size = { users, groups, events };
const tries = Number(process.env.BENCH_TRIES ?? 40);
const [mostMs, mostMegabytes] = [150, 512];
const password = 'a long password for the bench';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = mkdtempSync(join(tmpdir(), 'portaria-people-'));
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const env = { PORTARIA_DATA_DIR: join(folder, 'data'), PORTARIA_DEMO: 'false', PORTARIA_BASE_URL: origin };
const state = {
  contexts: ['small', 'large'].map((code) => ({
    code,
    name: code,
    users: [{ email: 'admin@bench.example', firstName: 'Ada', lastName: 'Admin', role: 'administrator', password }],
    applications: [{ code: 'payroll', name: 'Payroll', launchUrl: 'https://payroll.example/', assignedTo: { groups: ['Everyone'] } }],
  })),
};
const cleanUp: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];

try {
  const applied = portaria(['apply', '-'], env, JSON.stringify(state));
  if (applied.status !== 0) throw new Error(applied.stderr);
  const postgres = await startEmbeddedPostgres(join(folder, 'data'));
  const database = openDatabase(postgres.url, 2);
  await database.knex.raw("SET maintenance_work_mem = '512MB'");
  const people: Record<string, Person[]> = {};
  for (const [code, size] of [
    ['small', small],
    ['large', large],
  ] as const) {
    say(`# ${code}`);
    const { context_id } = (await database.knex('contexts').where({ code }).first('context_id'))!;
    people[code] = await seedPeople(database.knex, context_id, size, say);
  }
  const server = await startServerProcess(port, env);
  cleanUp.unshift(() => server.kill('SIGTERM'));
  cleanUp.unshift(async () => {
    await database.close();
    await postgres.stop();
  });
  const results: Record<string, Map<string, { ms: number; kilobytes: number }>> = {};
  for (const code of ['small', 'large']) {
    const admin = await signedIn(origin, 'admin@bench.example', password, code);
    results[code] = await measureAll(admin, code, people[code]!);
  }
  say(`\n${'page'.padEnd(44)}${String(small.users).padStart(12)}${String(large.users).padStart(12)}   growth   kB sent`);
  for (const [name, { ms, kilobytes }] of results.large!) {
    const before = results.small!.get(name)!.ms;
    say(
      `${name.padEnd(44)}${before.toFixed(1).padStart(12)}${ms.toFixed(1).padStart(12)}${(ms / before).toFixed(1).padStart(9)}${kilobytes.toFixed(1).padStart(10)}${ms > mostMs ? `  OVER ${mostMs} ms` : ''}`,
    );
    if (ms > mostMs) process.exitCode = 1;
  }
  await exportAll(await signedIn(origin, 'admin@bench.example', password, 'large'), server.child.pid!);

  /** @returns by name of the page: ms, 95th percentile, and what it weighs as it is sent, compressed */
  async function measureAll(admin: Jar, code: string, people: Person[]): Promise<Map<string, { ms: number; kilobytes: number }>> {
    const at = (path: string) => `${origin}/${code}${path}`;
    const { context_id } = (await database.knex('contexts').where({ code }).first('context_id'))!;
    const groupIds: string[] = await database.knex('groups').where({ context_id }).limit(2000).pluck('group_id');
    const { application_id: applicationId } = (await database
      .knex('applications')
      .where({ context_id, code: 'payroll' })
      .first('application_id'))!;
    const codes = await database.knex('audit_events').where({ context_id }).whereNotNull('support_code').limit(200).pluck('support_code');
    const pick = <T>(of: T[], i: number): T => of[(i * 37) % of.length]!;
    const given = (column: keyof Person) => people.flatMap((person) => person[column] ?? []);
    const [ids, emails, usernames] = [given('user_id'), given('email_key'), given('username_key')];
    const names = ['maria', 'silva', 'zilda', 'yamamoto', 'ana souza', 'krug', 'jo', 'z', 'xy', 'wagner wolff', 'nobody at all'];
    const sorts = sortKeys.flatMap((key) => [key, `-${key}`]);
    const pages: [string, (i: number) => string][] = [
      ['list', () => '/admin/users'],
      ['list, a page further on', (i) => `/admin/users?after=${cursor(pick(names, i))}`],
      ['search by name', (i) => `/admin/users?by=name&q=${encodeURIComponent(pick(names, i))}`],
      ['search by e-mail, beginning', (i) => `/admin/users?by=email&q=${encodeURIComponent(pick(emails, i).slice(0, 8))}`],
      ['search by e-mail, part', (i) => `/admin/users?by=email&q=${encodeURIComponent(pick(emails, i).slice(3, 14))}`],
      ['search by username', (i) => `/admin/users?by=username&q=${encodeURIComponent(pick(usernames, i).slice(1, 9))}`],
      ['search everywhere', (i) => `/admin/users?q=${encodeURIComponent(pick(names, i))}`],
      ['filter by status', (i) => `/admin/users?status=${pick(['activated', 'invited', 'blocked', 'deactivated'], i)}`],
      ['filter by type', (i) => `/admin/users?role=${pick(['administrator', 'regular'], i)}`],
      [
        'filter by type and status',
        (i) => `/admin/users?role=${pick(['administrator', 'regular'], i)}&status=${pick(['blocked', 'invited', 'activated'], i)}`,
      ],
      [
        'search and filter',
        (i) => `/admin/users?by=name&q=${encodeURIComponent(pick(names, i))}&status=${pick(['blocked', 'activated'], i)}`,
      ],
      ['sorted', (i) => `/admin/users?sort=${pick(sorts, i)}`],
      ['sorted, of a status', (i) => `/admin/users?status=${pick(['activated', 'blocked'], i)}&sort=${pick(sorts, i)}`],
      ['sorted, of a search', (i) => `/admin/users?q=${encodeURIComponent(pick(names, i))}&sort=${pick(sorts, i)}`],
      ['never signed in', (i) => `/admin/users?sign_in=never&sort=${pick(sorts, i)}`],
      ['without second factor', (i) => `/admin/users?factor=none&sort=${pick(sorts, i)}`],
      ['user page', (i) => `/admin/users/${pick(ids, i)}`],
      ['application page', () => `/admin/applications/${applicationId}`],
      ['application, its people', () => `/admin/applications/${applicationId}/assignments`],
      ['application, its activity', () => `/admin/applications/${applicationId}/activity`],
      ['people to choose', (i) => `/admin/find/people?q=${encodeURIComponent(pick(names, i))}`],
      ['people to choose, by e-mail', (i) => `/admin/find/people?q=${encodeURIComponent(pick(emails, i).slice(0, 8))}`],
      ['people to choose, by a letter', (i) => `/admin/find/people?q=${'abcdefghijklmnopqrstuvwxyz'[i % 26]}`],
      ['groups to choose', (i) => `/admin/find/groups?q=${i % 10}`],
      ['explain a person', (i) => `/admin/explain?person=${pick(ids, i)}&application=${applicationId}`],
      ['explain, several people fit', (i) => `/admin/explain?person=${encodeURIComponent(pick(names, i))}&application=payroll`],
      ['explain, nobody fits', () => '/admin/explain?person=nobody.at.all%40acme.example&application=payroll'],
      ['groups', () => '/admin/groups'],
      ['group page', (i) => `/admin/groups/${pick(groupIds, i)}`],
      ['audit', () => '/admin/audit'],
      ['audit of a type', (i) => `/admin/audit?type=${pick(['sign-in.failed', 'user.blocked', 'access.refused'], i)}`],
      ['audit, failures', () => '/admin/audit?outcome=failure'],
      ['audit of a person', (i) => `/admin/audit?subject=${pick(ids, i)}`],
      ['audit by a person, of a type', (i) => `/admin/audit?person=${encodeURIComponent(pick(emails, i))}&as=by&type=sign-in.failed`],
      ['audit by a person', (i) => `/admin/audit?person=${encodeURIComponent(pick(emails, i))}&as=by`],
      ['audit of an application', () => `/admin/audit?application=${applicationId}`],
      ['audit, a kind', (i) => `/admin/audit?kind=${pick(['access', 'changes', 'reads', 'everything'], i)}`],
      ['audit by support code', (i) => `/admin/audit?support_code=${pick(codes, i)}`],
      ['audit of a month', () => '/admin/audit?from=2026-03-01&until=2026-03-31'],
      ['audit of a month, of a type', () => '/admin/audit?from=2026-03-01&until=2026-03-31&type=user.blocked'],
      ['search of the console', (i) => `/admin/search/suggestions?q=${encodeURIComponent(pick(names, i))}`],
      ['search of the console, by e-mail', (i) => `/admin/search/suggestions?q=${encodeURIComponent(pick(emails, i).slice(3, 14))}`],
      ['search of the console, by a letter', (i) => `/admin/search/suggestions?q=${'abcdefghijklmnopqrstuvwxyz'[i % 26]}`],
      ['search of the console, by support code', (i) => `/admin/search/suggestions?q=${pick(codes, i)}`],
      ['search of the console, results', (i) => `/admin/search?q=${encodeURIComponent(pick(names, i))}`],
      ['home', () => '/admin'],
    ];
    const measured = new Map<string, { ms: number; kilobytes: number }>();
    for (const [name, path] of pages) {
      const times: number[] = [];
      for (let i = 0; i < tries + 2; i++) {
        const started = performance.now();
        const answer = await admin.get(at(path(i)));
        if (answer.status !== 200) throw new Error(`${name} ${path(i)}: ${answer.status}`);
        if (i >= 2) times.push(performance.now() - started); // the first reads warm the store
      }
      const { headers } = await admin.get(at(path(0)), { headers: { 'accept-encoding': 'br', 'sec-fetch-site': 'same-origin' } });
      measured.set(name, { ms: percentile(times, 0.95), kilobytes: Number(headers['content-length']) / 1000 });
    }
    return measured;
  }

  async function exportAll(admin: Jar, pid: number): Promise<void> {
    const started = performance.now();
    const begun = await admin.submit(admin.form(await admin.get(`${origin}/large/admin/users/export`), /export/));
    let [peak, shown] = [0, begun];
    for (; !shown.text.includes('/file"'); shown = await admin.get(begun.url)) {
      peak = Math.max(peak, residentMegabytes(pid));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const file = await admin.get(`${begun.url.split('?')[0]}/file`);
    peak = Math.max(peak, residentMegabytes(pid));
    const lines = file.text.split('\r\n').length - 2;
    say(`\nexport of ${lines} people: ${((performance.now() - started) / 1000).toFixed(1)} s, ${peak.toFixed(0)} MB resident at most`);
    if (peak > mostMegabytes || lines < users) process.exitCode = 1;
  }
} finally {
  for (const work of cleanUp) await work();
}

/** Where a list goes on that was read up to this name. */
function cursor(name: string): string {
  return Buffer.from(JSON.stringify([JSON.stringify(['', 0, name]), '00000000-0000-0000-0000-000000000000'])).toString('base64url');
}

// `npm run bench:simulation -- [PEOPLE [SIGN-INS]]`, 100,000 people with six sign-ins each unless told: a simulation over all of them in a job, in seconds and in memory; then the first pages of the
// administrator's map with 500 applications. Exits with 1 when a simulation takes more than 60 s, its memory grows by more than 150 MB, or a page takes more than 200 ms.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countAccess, getReach, listAccess, listApplicationAccess } from '../../src/domain/administration/access-map/index.ts';
import { type Change, findNumbers, getSimulation, simulation, startSimulation } from '../../src/domain/administration/simulations/index.ts';
import { createUser, fullName, getUser } from '../../src/domain/people/users/index.ts';
import { runOperation } from '../../src/domain/records/operations/index.ts';
import { openScope, type Scope } from '../../src/domain/scope.ts';
import { loadPolicy, rulesSchema } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { newId } from '../../src/platform/crypto/index.ts';
import { openDatabase, startEmbeddedPostgres } from '../../src/platform/database/index.ts';
import { portaria } from '../../test/support/process.ts';
import { testKeyRing } from '../../test/support/server.ts';
import { percentile } from './load.ts';
import { seedPeople } from './seed-people.ts';
import { seedSignIns } from './seed-sign-ins.ts';

const [people = 100_000, each = 6] = process.argv.slice(2).map(Number);
const groups = 200;
const [mostSeconds, mostMegabytes, mostMs] = [60, 150, 200];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const miss = (isMissed: boolean): string => {
  if (isMissed) process.exitCode = 1;
  return isMissed ? '  MISSED' : '';
};

const folder = mkdtempSync(join(tmpdir(), 'portaria-simulation-'));
const cleanUp: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
try {
  const env = { PORTARIA_DATA_DIR: join(folder, 'data'), PORTARIA_DEMO: 'false', PORTARIA_BASE_URL: 'http://127.0.0.1:9' };
  const applications = ['everyone', 'payroll', 'direct', 'navigable'].map((code) => ({
    code,
    name: code,
    launchUrl: 'https://app.example/',
  }));
  const applied = portaria(['apply', '-'], env, JSON.stringify({ contexts: [{ code: 'bench', name: 'Bench', applications }] }));
  if (applied.status !== 0) throw new Error(applied.stderr);
  const postgres = await startEmbeddedPostgres(join(folder, 'data'));
  cleanUp.unshift(() => postgres.stop());
  const database = openDatabase(postgres.url, 4);
  cleanUp.unshift(() => database.close());
  const { context_id: contextId } = (await database.knex('contexts').where({ code: 'bench' }).first('context_id'))!;
  await seedPeople(database.knex, contextId, { users: people, groups, events: 0 }, say);
  const byCode = await seedApplications();
  const events = await seedSignIns(database.knex, contextId, Object.values(byCode), each);
  say(`${events} sign-ins`);

  const parts = { database, clock: systemClock, keyRing: testKeyRing(), hasher: undefined as never };
  const system = openScope(parts, contextId, { kind: 'system', name: 'bench' });
  const administrator = await createUser(system, {
    firstName: 'Ada',
    lastName: 'Admin',
    email: 'ada@bench.example',
    role: 'administrator',
    status: 'activated',
  });
  const scope: Scope = { ...system, actor: { kind: 'person', id: administrator.userId, name: fullName(administrator) } };
  const { rules } = await loadPolicy(scope);
  const groupId = await database.knex('groups').where({ context_id: contextId, is_everyone: false }).first('group_id');
  const changes: Record<string, Change> = {
    'everybody needs a second factor': {
      rules: { ...rules, base: { ...rules.base, secondFactor: { ...rules.base.secondFactor, demand: 'required' } } },
    },
    'networks, hours and 50 overrides': { rules: await manyRules() },
    'an application loses a group': { applications: [{ applicationId: byCode.payroll!, groups: { leaving: [groupId!.group_id] } }] },
  };
  for (const [name, change] of Object.entries(changes)) await simulate(name, change);
  await measureMap();

  /** Everything of `codes`, and as many others as 500 need. */
  async function seedApplications(): Promise<Record<string, string>> {
    const db = database.knex;
    await db.raw(
      `INSERT INTO applications (context_id, application_id, code, name, name_key, created_at, updated_at)
       SELECT ?, gen_random_uuid(), 'other-' || i, 'Other ' || i, 'other ' || i, now(), now() FROM generate_series(1, 496) AS i`,
      [contextId],
    );
    await db.raw(
      `INSERT INTO application_groups (context_id, application_id, group_id) SELECT a.context_id, a.application_id, g.group_id FROM applications a JOIN groups g USING (context_id)
       WHERE a.context_id = ? AND (a.code = 'everyone' AND g.is_everyone OR a.code = 'payroll' AND g.name_key < 'group 00040' AND NOT g.is_everyone OR a.code LIKE 'other-%' AND g.name_key = 'group 00001')`,
      [contextId],
    );
    await db.raw(
      `INSERT INTO application_users (context_id, application_id, user_id) SELECT a.context_id, a.application_id, u.user_id FROM applications a JOIN (SELECT * FROM users WHERE context_id = ? ORDER BY user_id LIMIT 300) u USING (context_id) WHERE a.code = 'direct'`,
      [contextId],
    );
    await db('applications').where({ context_id: contextId, code: 'navigable' }).update({ navigable: true });
    const rows = await db('applications')
      .where('context_id', contextId)
      .whereNot('code', 'like', 'other-%')
      .select('code', 'application_id');
    return Object.fromEntries(rows.map(({ code, application_id }) => [code, application_id as string]));
  }

  async function manyRules() {
    const ids = await database.knex('groups').where({ context_id: contextId, is_everyone: false }).limit(50).pluck('group_id');
    return rulesSchema.parse({
      base: { networks: ['10.0.0.0/14'], hours: { days: [1, 2, 3, 4, 5], from: '06:00', to: '20:00', timeZone: 'America/Sao_Paulo' } },
      overrides: ids.map((id, i) => ({
        overrideId: newId(),
        for: { kind: 'group', groupId: id },
        networks: [`10.${i % 5}.0.0/16`, '10.1.0.0/16'],
        secondFactor: { demand: 'required' },
      })),
    });
  }

  async function simulate(name: string, change: Change): Promise<void> {
    const operationId = await startSimulation(scope, change, { kind: 'promotion' }, ['totp', 'passkey']);
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 50);
    const started = performance.now();
    const worked = process.cpuUsage();
    await runOperation(
      scope,
      operationId,
      async () => true,
      (inside, operation) => simulation.run(inside, operation, {}),
    );
    clearInterval(watch);
    const seconds = (performance.now() - started) / 1000;
    const { user, system: inSystem } = process.cpuUsage(worked);
    const megabytes = (peak - before) / 1024 / 1024;
    const numbers = (await findNumbers(scope, await getSimulation(scope, operationId)))!;
    say(
      `${name.padEnd(36)} ${seconds.toFixed(1).padStart(6)} s${miss(seconds > mostSeconds)} (${((user + inSystem) / 1e6).toFixed(1)} s of them its own work) ${megabytes.toFixed(0).padStart(5)} MB more${miss(megabytes > mostMegabytes)}   ${numbers.people} people, ${numbers.refused} refused, ${numbers.asked} asked`,
    );
  }

  async function measureMap(): Promise<void> {
    const reach = async (code: string) => getReach(scope, byCode[code]!);
    const pages: [string, () => Promise<unknown>][] = [];
    for (const code of Object.keys(byCode))
      for (const filter of [{}, { status: 'blocked' }, { search: 'silva' }, { way: 'group' }, { way: 'direct', status: 'activated' }])
        pages.push([
          `${code} ${JSON.stringify(filter)}`,
          async () => {
            const one = await reach(code);
            return [await listAccess(scope, one, filter), await countAccess(scope, one, filter)];
          },
        ]);
    pages.push(['what a person may open', async () => listApplicationAccess(scope, await getUser(scope, administrator.userId))]);
    for (const [name, load] of pages) {
      const times: number[] = [];
      for (let i = 0; i < 12; i++) {
        const started = performance.now();
        await load();
        if (i >= 2) times.push(performance.now() - started);
      }
      const ms = percentile(times, 0.95);
      say(`${name.padEnd(60)} ${ms.toFixed(1).padStart(7)} ms${miss(ms > mostMs)}`);
    }
  }
} finally {
  for (const work of cleanUp) await work();
}

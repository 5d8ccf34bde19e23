import { measureEndings } from '../domain/applications/expiry-warnings/index.ts';
import { measureDirectories } from '../domain/people/directories/index.ts';
import { measureDirectoryRequests } from '../domain/people/directory-requests/index.ts';
import { measureUnsealed } from '../domain/records/audit/index.ts';
import { measureCaches } from '../platform/cache/index.ts';
import type { Clock } from '../platform/clock/index.ts';
import type { Database } from '../platform/database/index.ts';
import { measureJobs } from '../platform/jobs/index.ts';
import type { Measure } from '../platform/metrics/index.ts';

type Sources = {
  databases(): Database[];
  clock: Clock;
  version: string;
  isEmbedded: boolean;
  hashesWaiting(): number;
  agents(): number;
};

const byLabel = (label: string, values: Record<string, number>) =>
  Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));

/** What is looked up when somebody reads the figures. What it costs does not grow with companies, directories or people: every statement reads by an index, or no further than a bound. */
export function measuresOf({ databases, clock, version, isEmbedded, hashesWaiting, agents }: Sources): Measure[] {
  const [database] = databases() as [Database];
  const build = { version, node: process.version, store: isEmbedded ? 'embedded' : 'postgresql' };
  return [
    { names: ['portaria_build_info'], read: () => ({ portaria_build_info: [{ labels: build, value: 1 }] }) },
    {
      names: ['portaria_password_hashes_waiting', 'portaria_directory_agents'],
      read: () => ({ portaria_password_hashes_waiting: hashesWaiting(), portaria_directory_agents: agents() }),
    },
    {
      names: ['portaria_cache_entries', 'portaria_cache_hits_total', 'portaria_cache_misses_total'],
      read() {
        const all = measureCaches();
        const each = (part: 'entries' | 'hits' | 'misses') => all.map((one) => ({ labels: { cache: one.cache }, value: one[part] }));
        return {
          portaria_cache_entries: each('entries'),
          portaria_cache_hits_total: each('hits'),
          portaria_cache_misses_total: each('misses'),
        };
      },
    },
    // of one that serves alone; a supervisor knows better
    { names: ['portaria_processes'], read: () => ({ portaria_processes: byLabel('state', { ready: 1, silent: 0, missing: 0 }) }) },
    { names: ['portaria_database_connections', 'portaria_database_waiting'], read: () => measurePools(databases()) },
    {
      names: ['portaria_store_up'],
      read: () =>
        database.run('measure store', 'SELECT 1', []).then(
          () => ({ portaria_store_up: 1 }),
          () => ({ portaria_store_up: 0 }),
        ),
    },
    {
      names: ['portaria_jobs', 'portaria_jobs_oldest_seconds', 'portaria_mails_waiting'],
      async read() {
        const { oldestSeconds, mails, ...states } = await measureJobs(database);
        return { portaria_jobs: byLabel('state', states), portaria_jobs_oldest_seconds: oldestSeconds, portaria_mails_waiting: mails };
      },
    },
    {
      names: ['portaria_next_end_seconds'],
      read: async () => ({ portaria_next_end_seconds: byLabel('of', await measureEndings(database, clock.now())) }),
    },
    {
      names: ['portaria_audit_unsealed_seconds'],
      read: async () => ({ portaria_audit_unsealed_seconds: await measureUnsealed(database, clock.now()) }),
    },
    {
      names: ['portaria_directory_requests_waiting', 'portaria_directory_requests_oldest_seconds'],
      async read() {
        const { waiting, oldestSeconds } = await measureDirectoryRequests(database);
        return { portaria_directory_requests_waiting: waiting, portaria_directory_requests_oldest_seconds: oldestSeconds };
      },
    },
    {
      names: ['portaria_directories', 'portaria_directory_reading_overdue_seconds'],
      async read() {
        const { states, overdueSeconds } = await measureDirectories(database, clock.now());
        return { portaria_directories: byLabel('state', states), portaria_directory_reading_overdue_seconds: overdueSeconds };
      },
    },
  ];
}

/** Of all databases that this process has open, together. */
function measurePools(databases: Database[]) {
  const pools = databases.flatMap((one) => one.pools());
  const sum = (name: string, part: 'busy' | 'idle' | 'waiting') =>
    pools.filter((pool) => pool.name === name).reduce((total, pool) => total + pool[part], 0);
  const names = [...new Set(pools.map(({ name }) => name))];
  return {
    portaria_database_connections: names.flatMap((pool) =>
      (['busy', 'idle'] as const).map((state) => ({ labels: { pool, state }, value: sum(pool, state) })),
    ),
    portaria_database_waiting: names.map((pool) => ({ labels: { pool }, value: sum(pool, 'waiting') })),
  };
}

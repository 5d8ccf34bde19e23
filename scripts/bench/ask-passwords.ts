// A process without an agent, such as a second server has: it checks passwords through the queue, the server with the agent, and the agent, and does nothing else.
// The bench of directories starts it with the server's environment; it prints how many checks a second.
import { openStore } from '../../src/app/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { findContextByCode } from '../../src/domain/company/contexts/index.ts';
import { listEntries } from '../../src/domain/people/directory-entries/index.ts';
import { DirectoryQueue } from '../../src/domain/people/directory-requests/index.ts';
import { openScope } from '../../src/domain/scope.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { ChangeListener, NoticedCache } from '../../src/platform/database/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { rate } from './load.ts';

const [seconds, concurrency] = process.argv.slice(2, 4).map(Number);
const password = process.argv[4]!;

const store = await openStore(loadConfig(), { migrations: false });
const listener = new ChangeListener(store.database.url);
const queue = new DirectoryQueue({
  database: store.database,
  listener,
  cache: new NoticedCache(listener, 10),
  log: createLog('error'),
});
await listener.start();
const context = (await findContextByCode(store.database.knex, 'bench'))!;
const scope = openScope({ ...store, clock: systemClock }, context.contextId, { kind: 'system', name: 'bench' });
const { items } = await listEntries(scope, { state: 'accepted', kind: 'person' }, 500);

let n = 0;
const check = async (): Promise<void> => {
  const { directoryId, entryId, dn } = items[n++ % items.length]!;
  const request = { kind: 'verify-password', body: { entry: { id: entryId, dn } } } as const;
  const answer = await queue.ask(scope, directoryId, request, { passwords: { password } });
  if (answer.outcome !== 'accepted') throw new Error(`a right password is ${JSON.stringify(answer)}`);
};
for (let i = 0; i < 50; i++) await check();
process.stdout.write(`${await rate(seconds!, concurrency!, check)}\n`);
queue.close();
await listener.close();
await store.close();

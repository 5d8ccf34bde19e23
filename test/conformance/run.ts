// `npm run conformance`: checks an OpenID provider from outside. Without a file of settings it starts a server of its own (docs/conformance.md).
import { readFileSync } from 'node:fs';
import { shareOnePostgres, stopSharedPostgres } from '../support/postgres.ts';
import { prepareStartingState } from '../support/server.ts';
import { startOwnServer } from './own-server.ts';
import { describeResults, type Result } from './suite/outcome.ts';
import { listenForLogout, runAll } from './suite/run-all.ts';
import { settingsSchema } from './suite/world.ts';

async function runOwn(): Promise<Result[]> {
  await shareOnePostgres();
  await prepareStartingState();
  const own = await startOwnServer();
  try {
    return await runAll(own.settings, own.places, own.arrivals);
  } finally {
    await own.close();
    await stopSharedPostgres();
  }
}

async function runAgainst(file: string): Promise<Result[]> {
  const settings = settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const logout = settings.back_channel_port === undefined ? undefined : await listenForLogout(settings.back_channel_port);
  try {
    return await runAll(settings, new Map(), logout?.arrivals);
  } finally {
    await logout?.close();
  }
}

const [file] = process.argv.slice(2);
try {
  const results = await (file ? runAgainst(file) : runOwn());
  process.stdout.write(`${describeResults(results)}\n`);
  process.exit(results.some(({ outcome }) => outcome === 'FAIL') ? 1 : 0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(2);
}

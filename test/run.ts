// Runs everything: types, lint, arrows, and every folder of tests. `npm test -- domain/people journeys` runs those folders only.
import { globSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { isHere } from './support/missing.ts';
import { shareOnePostgres, stopSharedPostgres } from './support/postgres.ts';
import { preparedDomain, shareDomains } from './support/samba-domain.ts';
import { prepareStartingState } from './support/server.ts';

// what is quick to say no comes first, then the long stories, and at last the many short files, which fill the gaps
const order = [
  'checks',
  'browser',
  'journeys',
  'faults',
  'conformance',
  'platform',
  'interop',
  'deploy',
  'smartsync',
  'smartsync-protocol',
  'domain',
  'migrations',
  'web',
  'app',
  'config',
];
const chosen = process.argv.slice(2);
const root = fileURLToPath(new URL('.', import.meta.url));
const wanted = chosen.length > 0 ? chosen : order;
const files = wanted
  .map((part) => part.replace(/^test\//, ''))
  .flatMap((part) =>
    globSync(part.endsWith('.ts') ? part : `${part}/**/*.test.ts`, { cwd: root, exclude: (name) => name === 'node_modules' }).sort(),
  );

/** Files at once, each in a process of its own: one more than there are processors, since they also wait for timers, browsers and the store. */
const jobs = Math.min(Number(process.env.TEST_JOBS) || availableParallelism() + 1, files.length, 4);
// generous: it ends what hangs, and nothing is measured by it
const mocha = new Mocha({ timeout: 60_000, slow: 5000, reporter: 'spec', checkLeaks: true, forbidOnly: Boolean(process.env.CI), jobs });
for (const file of files) mocha.addFile(root + file);
if (jobs > 1) mocha.parallelMode(true);
else await mocha.loadFilesAsync();
// checks read the sources only: nobody waits for a store
if (files.some((file) => !file.startsWith('checks/'))) {
  await shareOnePostgres();
  await prepareStartingState();
  shareDomains();
  // a domain takes longer to make than a test may wait; whoever asks for it hears what went wrong
  const needsDomain = files.some((file) => readFileSync(root + file, 'utf8').includes('startSamba('));
  if (needsDomain && isHere('samba')) preparedDomain('ad.example', 2).catch(() => {});
}
// the processes that follow read the same sources
flushCompileCache();

const runner = mocha.run(async (failures) => {
  await stopSharedPostgres();
  const { passes = 0, pending = 0 } = runner.stats ?? {};
  // with CI=true every package is installed first, so nothing may be skipped
  const skippedInCi = process.env.CI === 'true' ? pending : 0;
  if (skippedInCi > 0) process.stdout.write(`${skippedInCi} tests were skipped; in CI that is a failure\n`);
  const failed = failures + skippedInCi;
  process.stdout.write(`${passes} passed, ${failed} failed${pending - skippedInCi > 0 ? `, ${pending} skipped` : ''}\n`);
  process.exit(failed > 0 || passes === 0 ? 1 : 0);
});

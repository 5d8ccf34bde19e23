// Runs everything: types, lint, arrows, and every folder of tests. `npm test -- users sign-in` runs what has one of these names: folders or files, wherever they are.
// before what compiles views
import './support/kept-views.mjs';
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { chooseFiles } from './support/choose-files.ts';
import { isHere } from './support/missing.ts';
import { measurePatience } from './support/patience.ts';
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
  'command-line',
];
const words = process.argv.slice(2);
const root = fileURLToPath(new URL('.', import.meta.url));
const choice = chooseFiles(words, order, root);
if ('unknown' in choice) {
  const { unknown, similar, names } = choice;
  const there = similar.length > 0 ? `Similar: ${similar.join(', ')}` : `There are: ${names.join(', ')}`;
  process.stderr.write(`No test has the name or path ${unknown}. ${there}\n`);
  process.exit(64);
}
const { files } = choice;
if (words.length > 0) process.stdout.write(`${files.length} files:\n${files.map((file) => `  test/${file}\n`).join('')}`);

/** Files at once, each process one after the other: two more than there are processors, since they wait for timers, browsers and the store for a third of their time. */
const jobs = Math.min(Number(process.env.TEST_JOBS) || availableParallelism() + 2, files.length, 4);
process.stdout.write(`Limits are ${measurePatience()} times those of a quiet machine, and grow while it is busier (TEST_PATIENCE)\n`);
// generous: it ends what hangs, and nothing is measured by it
const mocha = new Mocha({
  timeout: 60_000,
  slow: 5000,
  reporter: 'spec',
  checkLeaks: true,
  forbidOnly: Boolean(process.env.CI),
  jobs,
  require: [`${root}support/kept-views.mjs`, `${root}support/mocha-patience.ts`],
});
// workers load it by themselves
await import('./support/mocha-patience.ts');
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

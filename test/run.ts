// Runs everything: types, lint, arrows, unit, store, web, journeys, interop, browser. `npm test -- web journeys` runs those folders only.
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { stopSharedPostgres } from './support/postgres.ts';

const order = ['checks', 'unit', 'store', 'web', 'journeys', 'interop', 'browser'];
const chosen = process.argv.slice(2);
const root = fileURLToPath(new URL('.', import.meta.url));
const wanted = chosen.length > 0 ? chosen : order;
const files = wanted.flatMap((part) =>
  globSync(part.endsWith('.ts') ? part.replace(/^test\//, '') : `${part}/**/*.test.ts`, { cwd: root }).sort(),
);

const mocha = new Mocha({ timeout: 30_000, slow: 2000, reporter: 'spec', checkLeaks: true, forbidOnly: Boolean(process.env.CI) });
for (const file of files) mocha.addFile(root + file);
await mocha.loadFilesAsync();

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

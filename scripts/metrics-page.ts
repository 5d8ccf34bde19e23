// Prints docs/metrics.md from the catalogue of figures; test/checks/docs.test.ts keeps them equal. `--write` puts it there.
import { writeFileSync } from 'node:fs';
import { catalogue, everyFigure, type Figure } from '../src/platform/metrics/index.ts';

export const page = 'docs/metrics.md';

const together: Record<NonNullable<Figure['over']>, string> = {
  sum: 'sum',
  max: 'maximum',
  min: 'minimum',
  average: 'mean',
  first: 'from the supervisor',
};

function row([name, { type, meaning, labels, buckets, over }]: [string, Figure]): string {
  const said = Object.entries(labels ?? {}).map(([label, values]) => `\`${label}\`: ${values}`);
  const bounds = buckets ? [`\`le\`: ${buckets.join(', ')}`] : [];
  return `| \`${name}\` | ${type} | ${[meaning, ...said, ...bounds].join('<br>')} | ${together[over ?? 'sum']} |`;
}

export function metricsPage(): string {
  const own = Object.entries(catalogue);
  const others = Object.entries(everyFigure).filter(([name]) => !(name in catalogue));
  return [
    '# Metrics',
    '',
    'Every metric of `/metrics`. The [operators’ guide](operators.md#metrics) describes access and the Prometheus configuration. Generated from `src/platform/metrics/catalogue.ts` by `npm run generate`.',
    '',
    'Each process counts for itself. The last column says how to combine the processes; with `PORTARIA_PROCESSES`, the server combines its own that way. Labels never contain a company, a person or a value chosen by a caller, and collecting metrics costs the same however many companies, directories and users there are. Metrics that need the store are left out while it is unavailable.',
    '',
    '| metric | type | meaning and labels | several processes |',
    '|---|---|---|---|',
    ...own.map(row),
    '',
    '## Process and Node.js',
    '',
    '| metric | type | meaning and labels | several processes |',
    '|---|---|---|---|',
    ...others.map(row),
    '',
  ].join('\n');
}

if (process.argv.includes('--write')) writeFileSync(new URL(`../${page}`, import.meta.url), metricsPage());
else if (import.meta.main) process.stdout.write(metricsPage());

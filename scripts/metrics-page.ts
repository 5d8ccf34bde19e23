// Prints docs/metrics.md from the catalogue of figures; test/checks/docs.test.ts keeps them equal. `--write` puts it there.
import { writeFileSync } from 'node:fs';
import { catalogue, everyFigure, type Figure } from '../src/platform/metrics/index.ts';

export const page = 'docs/metrics.md';

const together: Record<NonNullable<Figure['over']>, string> = {
  sum: 'add them up',
  max: 'take the largest',
  min: 'take the smallest',
  average: 'take the mean',
  first: 'of their supervisor',
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
    '# Figures of /metrics',
    '',
    'Generated from `src/platform/metrics/catalogue.ts` by `npm run generate`. Who may read them, and how Prometheus does: [operators’ guide](operators.md#figures).',
    '',
    'Counters are of the process that was asked: add up the rates of all of them. The last column says how to, and how a server of several processes (`PORTARIA_PROCESSES`) does it. No label holds a company, a person or anything that a caller chose, and what reading them costs does not grow with companies, directories or people. What could not be found out, since the store is away, is left out.',
    '',
    '| figure | type | meaning and labels | several processes |',
    '|---|---|---|---|',
    ...own.map(row),
    '',
    '## Of the process and of Node.js',
    '',
    '| figure | type | meaning and labels | several processes |',
    '|---|---|---|---|',
    ...others.map(row),
    '',
  ].join('\n');
}

if (process.argv.includes('--write')) writeFileSync(new URL(`../${page}`, import.meta.url), metricsPage());
else if (import.meta.main) process.stdout.write(metricsPage());

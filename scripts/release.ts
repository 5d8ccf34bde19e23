// Makes a release: `node scripts/release.ts 0.2.0 [--dry-run]`. Raises the version, closes the changelog's "Unreleased", commits and tags; pushing is left to people.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const version = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const unreleased = /^## Unreleased *\n([\s\S]*?)(?=^## |(?![\s\S]))/m;

/** Why there is no release, in words for whoever asked for one. */
export class Refused extends Error {}

const isGreater = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const n = left.findIndex((part, at) => part !== right[at]);
  return n >= 0 && left[n]! > right[n]!;
};

/** The changelog with an empty "Unreleased" and what stood there under the version and its day. @throws Refused when nothing stood there */
export function closeChangelog(text: string, next: string, day: string): string {
  const news = (unreleased.exec(text)?.[1] ?? '').trim();
  if (!news) throw new Refused('CHANGELOG.md has nothing under "## Unreleased": say first what people will notice.');
  return text.replace(unreleased, () => `## Unreleased\n\n## ${next} – ${day}\n\n${news}\n\n`).replace(/\n+$/, '\n');
}

/** Raises only the first `version`, so that the rest of the file keeps its form. The lock has a second one, of the root package. */
const raise = (text: string, before: string, next: string, times: number): string => {
  let done = 0;
  const raised = text.replaceAll(`"version": "${before}"`, (found) => (done++ < times ? `"version": "${next}"` : found));
  if (done < times) throw new Refused(`Version ${before} does not stand where it should in package.json or package-lock.json.`);
  return raised;
};

/** The chart and what is made from it name the version of the image. */
const deployed = ['deploy/helm/portaria/Chart.yaml', 'deploy/kubernetes/portaria.yaml'];

const raiseDeployed = (text: string, before: string, next: string): string =>
  text.replace(new RegExp(`([vV]ersion: "?|/portaria:)${before.replaceAll('.', '\\.')}(?="?$)`, 'gm'), `$1${next}`);

/**
 * @param day YYYY-MM-DD
 * @returns the files that it writes, by name
 * @throws Refused
 */
export function release(folder: string, next: string, { day, isDry }: { day: string; isDry: boolean }): Map<string, string> {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  if (!version.test(next)) throw new Refused('Give the version as three numbers, such as 0.2.0.');
  if (git('status', '--porcelain')) throw new Refused('The working tree has changes that are not committed.');
  const before = JSON.parse(read('package.json')).version as string;
  if (!isGreater(next, before)) throw new Refused(`${next} is not greater than ${before}.`);
  if (git('tag', '--list', `v${next}`)) throw new Refused(`There is a tag v${next} already.`);
  const files = new Map([
    ['package.json', raise(read('package.json'), before, next, 1)],
    ['package-lock.json', raise(read('package-lock.json'), before, next, 2)],
    ['CHANGELOG.md', closeChangelog(read('CHANGELOG.md'), next, day)],
    ...deployed
      .filter((file) => existsSync(join(folder, file)))
      .map((file): [string, string] => [file, raiseDeployed(read(file), before, next)]),
  ]);
  if (isDry) return files;
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
  git('commit', '--quiet', '--message', `Release ${next}`, '--', ...files.keys());
  git('tag', '--annotate', `v${next}`, '--message', `Portaria ${next}`);
  return files;
}

if (import.meta.main) {
  const [next = '', ...options] = process.argv.slice(2);
  const isDry = options.includes('--dry-run');
  try {
    const files = release(process.cwd(), next, { day: new Date().toISOString().slice(0, 10), isDry });
    const done = isDry ? 'Would write' : 'Wrote';
    process.stdout.write(`${done} ${[...files.keys()].join(', ')}; ${isDry ? 'would commit and tag' : 'committed and tagged'} v${next}.\n`);
    if (!isDry) process.stdout.write(`To publish: git push origin HEAD v${next}\n`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

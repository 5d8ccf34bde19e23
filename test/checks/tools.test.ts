import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));
// plain JavaScript, which types know nothing of
const { families }: { families: string[] } = await import(new URL('../../.dependency-cruiser.mjs', import.meta.url).href);
const require = createRequire(import.meta.url);
const bin = (name: string) => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));

const run = (name: string, args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [require.resolve(bin(name)), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  return { status, output: `${stdout}${stderr}` };
};

/** Slices of src/domain that reach themselves over others: files may be free of circles while their folders are not. */
function circlesOfSlices(modules: { source: string; dependencies: { resolved: string }[] }[]): string[] {
  const sliceOf = (path: string) => /^src\/domain\/([^/]+\/[^/]+)\//.exec(path)?.[1];
  const arrows = new Map<string, Set<string>>();
  for (const { source, dependencies } of modules) {
    const from = sliceOf(source);
    if (!from) continue;
    const to = dependencies
      .map(({ resolved }) => sliceOf(resolved))
      .filter((slice): slice is string => slice !== undefined && slice !== from);
    arrows.set(from, new Set([...(arrows.get(from) ?? []), ...to]));
  }
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    [...(arrows.get(from) ?? [])].some((next) => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))));
  return [...arrows.keys()].filter((slice) => reaches(slice, slice));
}

describe('checks', function () {
  this.timeout(120_000);

  // migrations are of the tables of their day, and so a program of their own, which today's tables do not type
  for (const program of ['.', 'migrations'])
    it(`types: tsc finds nothing in ${program}`, () => {
      const { status, output } = run('tsc', ['--noEmit', '-p', program]);
      expect(status, output).to.equal(0);
    });

  it('lint and format: biome finds nothing', () => {
    const { status, output } = run('biome', ['check', '--error-on-warnings', '.']);
    expect(status, output).to.equal(0);
  });

  it('web runs no SQL: biome refuses each way to reach the connection, in src/web only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portaria-lint-'));
    try {
      for (const path of ['src/web', 'src/domain', 'scripts']) mkdirSync(join(folder, path), { recursive: true });
      const { vcs: _, ...settings } = JSON.parse(readFileSync(`${root}biome.json`, 'utf8'));
      writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...settings, $schema: undefined }));
      copyFileSync(`${root}scripts/no-sql-in-web.grit`, join(folder, 'scripts/no-sql-in-web.grit'));
      const attempts = [
        "export const f = (scope: any) => scope.db('users');",
        "export const f = ({ db }: any) => db('users');",
        "export const f = ({ db: other }: any) => other('users');",
        "export const f = ({ scope: { db } }: any) => db('users');",
        "export const f = (page: any) => page.scope['db']('users');",
        'export const f = (services: any) => services.database.knex;',
        "import { inTransaction } from '../domain/scope.ts';\nexport const f = inTransaction;",
        "import { inTransaction as open } from '../domain/scope.ts';\nexport const f = open;",
        "export const f = (services: any) => services.database.run('x', 'SELECT 1', []);",
        "export const f = ({ database }: any) => database.run('x', 'SELECT 1', []);",
        "export const f = (services: any) => services['database'];",
        "import { useCase } from '../domain/scope.ts';\nexport const f = useCase(async (scope) => scope);",
        "import { inSnapshot as read } from '../domain/scope.ts';\nexport const f = read;",
      ];
      const lint = (path: string) =>
        spawnSync(process.execPath, [require.resolve(bin('biome')), 'lint', path], { cwd: folder, encoding: 'utf8' });
      for (const place of ['src/web', 'src/domain'])
        for (const [n, text] of attempts.entries()) writeFileSync(join(folder, place, `attempt${n}.ts`), `${text}\n`);
      for (const [n, text] of attempts.entries()) expect(lint(`src/web/attempt${n}.ts`).stderr, text).to.contain('web runs no SQL');
      expect(lint('src/domain').stderr).not.to.contain('web runs no SQL');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('arrows: no import crosses a boundary, and the tool saw the modules', () => {
    const { output } = run('depcruise', ['src', 'examples', '--config', '.dependency-cruiser.mjs', '--output-type', 'json']);
    const { summary, modules } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
    expect(
      summary.violations.map(({ rule, from, to }: { rule: { name: string }; from: string; to: string }) => `${rule.name}: ${from} → ${to}`),
    ).to.deep.equal([]);
    // a version that cannot read .ts reports success over nothing: every source file has to be among the modules
    const seen = modules.map(({ source }: { source: string }) => source).filter((source: string) => /^src\/.*\.ts$/.test(source));
    const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src/**/*.ts', 'src/*.ts'], {
      cwd: root,
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
    expect(seen).to.have.members(sources);
    expect(sources.length).to.be.greaterThan(100);
    expect(
      readdirSync(`${root}src/domain`, { withFileTypes: true })
        .filter((one) => one.isDirectory())
        .map((one) => one.name),
    ).to.have.members(families);
    expect(circlesOfSlices(modules)).to.deep.equal([]);
  });
});

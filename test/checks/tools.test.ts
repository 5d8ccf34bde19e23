import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));
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

describe('checks', function () {
  this.timeout(120_000);

  it('types: tsc finds nothing', () => {
    const { status, output } = run('tsc', ['--noEmit']);
    expect(status, output).to.equal(0);
  });

  it('lint and format: biome finds nothing', () => {
    const { status, output } = run('biome', ['check', '--error-on-warnings', '.']);
    expect(status, output).to.equal(0);
  });

  it('arrows: no import crosses a boundary, and the tool saw the modules', () => {
    const { output } = run('depcruise', ['src', '--config', '.dependency-cruiser.mjs', '--output-type', 'json']);
    const { summary, modules } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
    expect(
      summary.violations.map(({ rule, from, to }: { rule: { name: string }; from: string; to: string }) => `${rule.name}: ${from} → ${to}`),
    ).to.deep.equal([]);
    // a version that cannot read .ts reports success over nothing: every source file has to be among the modules
    const seen = modules.map(({ source }: { source: string }) => source).filter((source: string) => source.startsWith('src/'));
    const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src/**/*.ts', 'src/*.ts'], {
      cwd: root,
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
    expect(seen).to.have.members(sources);
    expect(sources.length).to.be.greaterThan(100);
  });
});

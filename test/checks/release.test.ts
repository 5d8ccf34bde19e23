import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const script = fileURLToPath(new URL('../../scripts/release.ts', import.meta.url));
const files = {
  'package.json': '{\n  "name": "small",\n  "version": "0.9.1",\n  "dependencies": { "other": "0.9.1" }\n}\n',
  'package-lock.json':
    '{\n  "name": "small",\n  "version": "0.9.1",\n  "packages": {\n    "": {\n      "name": "small",\n      "version": "0.9.1"\n    },\n    "node_modules/other": {\n      "version": "0.9.1"\n    }\n  }\n}\n',
  'deploy/helm/portaria/Chart.yaml': 'apiVersion: v2\nversion: 0.9.1\nappVersion: "0.9.1"\nkubeVersion: ">=0.9.1"\n',
  'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n- It costs $& and $1.\n\n## 0.9.1 – 2026-01-01\n\n- First.\n',
};

describe('releases', () => {
  let origin: string;
  let clone: string;
  // whoever commits here has a name, whatever this machine is set to
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@acme.example',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@acme.example',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const git = (folder: string, ...args: string[]): string => execFileSync('git', args, { cwd: folder, env, encoding: 'utf8' }).trim();
  const release = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { cwd: clone, env, encoding: 'utf8' });
  const read = (file: string) => readFileSync(join(clone, file), 'utf8');

  before(() => {
    origin = mkdtempSync(join(tmpdir(), 'portaria-release-'));
    git(origin, 'init', '--quiet', '--initial-branch', 'main');
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(origin, file)), { recursive: true });
      writeFileSync(join(origin, file), text);
    }
    git(origin, 'add', '.');
    git(origin, 'commit', '--quiet', '--message', 'Begin');
  });
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'portaria-release-'));
    cpSync(origin, clone, { recursive: true });
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));
  after(() => rmSync(origin, { recursive: true, force: true }));

  it('raises the version, closes the changelog, commits and tags, and touches nothing else', () => {
    expect(release('0.10.0')).to.include({ status: 0, stderr: '' });
    expect(JSON.parse(read('package.json'))).to.deep.equal({ name: 'small', version: '0.10.0', dependencies: { other: '0.9.1' } });
    const lock = JSON.parse(read('package-lock.json'));
    expect([lock.version, lock.packages[''].version, lock.packages['node_modules/other'].version]).to.deep.equal([
      '0.10.0',
      '0.10.0',
      '0.9.1',
    ]);
    expect(read('CHANGELOG.md')).to.match(
      /^# Changelog\n\n## Unreleased\n\n## 0\.10\.0 – \d{4}-\d\d-\d\d\n\n- It costs \$& and \$1\.\n\n## 0\.9\.1 – 2026-01-01\n\n- First\.\n$/,
    );
    expect(read('deploy/helm/portaria/Chart.yaml')).to.equal(
      'apiVersion: v2\nversion: 0.10.0\nappVersion: "0.10.0"\nkubeVersion: ">=0.9.1"\n',
    );
    expect(git(clone, 'status', '--porcelain')).to.equal('');
    expect(git(clone, 'log', '--format=%s')).to.equal('Release 0.10.0\nBegin');
    expect(git(clone, 'describe', '--exact-match')).to.equal('v0.10.0');
    expect(release('0.10.1')).to.include({ status: 1 });
  });

  it('a dry run says what it would do and does nothing', () => {
    const { status, stdout } = release('1.0.0', '--dry-run');
    expect([status, stdout]).to.deep.equal([
      0,
      'Would write package.json, package-lock.json, CHANGELOG.md, deploy/helm/portaria/Chart.yaml; would commit and tag v1.0.0.\n',
    ]);
    expect([git(clone, 'status', '--porcelain'), git(clone, 'tag')]).to.deep.equal(['', '']);
    expect(read('package.json')).to.equal(files['package.json']);
  });

  const refused: [what: string, sentence: string, next: string, spoil?: () => void][] = [
    ['no version', 'Give the version as three numbers, such as 0.2.0.', ''],
    ['half a version', 'Give the version as three numbers, such as 0.2.0.', '1.0'],
    ['the version there is', '0.9.1 is not greater than 0.9.1.', '0.9.1'],
    ['a lower version, though its text is greater', '0.9.0 is not greater than 0.9.1.', '0.9.0'],
    [
      'a tree with changes',
      'The working tree has changes that are not committed.',
      '1.0.0',
      () => writeFileSync(join(clone, 'new.txt'), ''),
    ],
    ['a version with a tag', 'There is a tag v1.0.0 already.', '1.0.0', () => git(clone, 'tag', 'v1.0.0')],
    [
      'a changelog without anything new',
      'CHANGELOG.md has nothing under "## Unreleased": say first what people will notice.',
      '1.0.0',
      () => {
        writeFileSync(join(clone, 'CHANGELOG.md'), files['CHANGELOG.md'].replace('- It costs $& and $1.\n\n', ''));
        git(clone, 'commit', '--quiet', '--all', '--message', 'Empty');
      },
    ],
  ];
  for (const [what, sentence, next, spoil] of refused)
    it(`refuses ${what}, in a sentence`, () => {
      spoil?.();
      const head = git(clone, 'rev-parse', 'HEAD');
      const { status, stderr } = release(next);
      expect([status, stderr]).to.deep.equal([1, `${sentence}\n`]);
      expect(git(clone, 'rev-parse', 'HEAD')).to.equal(head);
    });
});

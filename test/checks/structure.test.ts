import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { auditEventTypes } from '../../src/domain/records/audit/index.ts';
import { modules, read, root } from './sources.ts';

const foldersIn = (path: string): string[] =>
  readdirSync(root + path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => existsSync(root + file));
const architecture = read('docs/architecture.md');
const families = foldersIn('src/domain');
const slices = families.flatMap((family) => foldersIn(`src/domain/${family}`).map((slice) => `${family}/${slice}`));
const audiences = foldersIn('src/web');
const lines = modules.map(({ file }) => ({ file, count: read(file).split('\n').length - 1 })).sort((a, b) => a.count - b.count);

/** What a block of docs/architecture.md says after the word that opens its line. */
const listed = (word: string): string[] => (new RegExp(`^${word} {2,}(.+)$`, 'm').exec(architecture)?.[1] ?? '').trim().split(' ');

describe('structure', () => {
  it('docs/architecture.md lists every family with its slices, every audience, and every room of platform', () => {
    for (const family of families) expect(listed(family), family).to.have.members(foldersIn(`src/domain/${family}`));
    const ofWeb = /```\nrequest {2,}[^`]+```/.exec(architecture)![0].replaceAll('```', '');
    const named = ofWeb
      .trim()
      .split('\n')
      .flatMap((line) => line.split(/ {2,}/)[0]!.split(' '));
    expect(named).to.have.members(audiences);
    expect(/`platform` has these rooms:\n\n```\n([^`]+)\n```/.exec(architecture)![1]!.split(' ')).to.have.members(
      foldersIn('src/platform'),
    );
    const tree = /^src\/\n([\s\S]+?)\nviews\//m.exec(architecture)![1]!;
    expect([...tree.matchAll(/^ {2}([\w-]+)\//gm)].map(([, name]) => name)).to.have.members(foldersIn('src'));
  });

  it('every file and folder that docs/architecture.md names exists', () => {
    const named = [...architecture.matchAll(/`([\w.-]+\/[\w./-]*|[\w.-]+\.(?:ts|mjs|json|sql|md))`/g)].map(([, path]) => path!);
    // of other projects
    const foreign = [
      'lib/actions/authorization/',
      'server/authflow/dispatch.go',
      'bootstrap/route_coverage_test.go',
      'apperror/error.go',
      'cmd/dex/config.go',
    ];
    const places = ['', 'src/', 'docs/'];
    const anywhere = (name: string) => !name.includes('/') && tracked.some((file) => file.endsWith(`/${name}`));
    const missing = named.filter(
      (path) => !foreign.includes(path) && !places.some((place) => existsSync(root + place + path)) && !anywhere(path),
    );
    expect(missing).to.deep.equal([]);
    expect(named.length).to.be.greaterThan(40);
  });

  it('a decision that a file names exists', () => {
    const decisions = readdirSync(`${root}docs/decisions`).map((name) => name.slice(0, 4));
    const named = tracked
      .filter((file) => /\.(ts|md|pug|mjs)$/.test(file))
      .flatMap((file) => [...read(file).matchAll(/\bdecision (\d{4})/g)].map(([, number]) => number!));
    expect(named.length).to.be.greaterThan(10);
    expect([...new Set(named)].filter((number) => !decisions.includes(number))).to.deep.equal([]);
  });

  it('every slice of the domain, audience of the web and room of the platform opens with what it owns and what it does not', () => {
    const faceless = (folder: string) => {
      if (!existsSync(`${root}${folder}/index.ts`)) return true;
      const note = /^(?:\/\/.*\n)+/.exec(read(`${folder}/index.ts`))?.[0] ?? '';
      return !note.startsWith('// Owns: ') || !note.includes('Does not: ');
    };
    // credentials are folders of factors, each with a face of its own
    const folders = slices.flatMap((slice) =>
      slice === 'sign-in/credentials' && !existsSync(`${root}src/domain/${slice}/index.ts`)
        ? foldersIn(`src/domain/${slice}`).map((factor) => `src/domain/${slice}/${factor}`)
        : [`src/domain/${slice}`],
    );
    folders.push(...audiences.map((name) => `src/web/${name}`), ...foldersIn('src/platform').map((name) => `src/platform/${name}`));
    expect(folders.length).to.be.greaterThan(60);
    expect(folders.filter(faceless)).to.deep.equal([]);
  });

  it('a function that a face names in its drawing exists', () => {
    const sources = modules.map(({ file }) => read(file)).join('\n');
    for (const slice of ['domain/sign-in/authentication', 'web/oidc', 'web/saml']) {
      const note = /^(?:\/\/.*\n)+/.exec(read(`src/${slice}/index.ts`))![0];
      const drawing = note.split('\n').filter((line) => line.startsWith('//   ') || line.includes('─>'));
      expect(drawing.length, slice).to.be.within(10, 18);
      // in camel case, as only code is
      const names = [...new Set(drawing.flatMap((line) => [...line.matchAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g)].map(([name]) => name)))];
      const isDeclared = (name: string) => new RegExp(`\\b(?:function|const) ${name}\\b`).test(sources);
      expect(
        names.filter((name) => !isDeclared(name)),
        slice,
      ).to.deep.equal([]);
    }
  });

  it('files are named in kebab-case, and no folder says only that it is useful', () => {
    const names = modules.flatMap(({ file }) => file.replace(/\.ts$/, '').split('/'));
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).to.deep.equal([]);
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|services|lib|misc)\//.test(file))).to.deep.equal([]);
  });

  it('files are short: the median at most 80 lines, none over 250 but the generated tables', () => {
    const at = (share: number) => lines[Math.floor(lines.length * share)]!.count;
    expect(at(0.5)).to.be.at.most(80);
    expect(lines.filter(({ count }) => count > 250).map(({ file }) => file)).to.deep.equal(['src/domain/tables.ts']);
    const scripts = globSync('views/**/*.js', { cwd: root });
    expect(scripts.length).to.be.greaterThan(8);
    for (const file of scripts) expect(read(file).split('\n').length - 1, file).to.be.at.most(250);
  });

  it('every folder of tests is run', () => {
    const [, list = ''] = /const order = \[([^\]]*)\]/.exec(read('test/run.ts')) ?? [];
    const run = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name);
    const withTests = foldersIn('test').filter((folder) => globSync(`${root}test/${folder}/**/*.test.ts`).length > 0);
    expect(withTests.filter((folder) => !run.includes(folder))).to.deep.equal([]);
  });

  it('tests lie in the folder of what they test', () => {
    for (const family of foldersIn('test/domain')) {
      expect(families).to.include(family);
      for (const slice of foldersIn(`test/domain/${family}`)) expect(slices).to.include(`${family}/${slice}`);
    }
    for (const room of ['web', 'platform'])
      for (const folder of foldersIn(`test/${room}`)) expect(foldersIn(`src/${room}`), `test/${room}`).to.include(folder);
    const own = ['browser', 'checks', 'conformance', 'deploy', 'faults', 'fixtures', 'interop', 'journeys', 'migrations', 'support'];
    expect(foldersIn('test').filter((folder) => !own.includes(folder) && !existsSync(`${root}src/${folder}`))).to.deep.equal([]);
  });

  it('every slice of the domain has tests of its own', () => {
    const families = foldersIn('test/domain');
    const tested = families.flatMap((family) => foldersIn(`test/domain/${family}`).map((slice) => `${family}/${slice}`));
    expect(slices.filter((slice) => !tested.includes(slice))).to.deep.equal([]);
    const empty = tested.filter((slice) => !tracked.some((file) => file.startsWith(`test/domain/${slice}/`) && file.endsWith('.test.ts')));
    expect(empty, 'a folder without a test is none').to.deep.equal([]);
  });

  it('who may add people to a group without asking whether an administrator still gets in: only for people who are new', () => {
    const asking = 'src/domain/administration/group-changes/add-people.ts';
    const ofNew = [
      'administration/environments/invite-people.ts',
      'administration/user-imports/import-users.ts',
      'administration/invitations/add-person.ts',
    ];
    const own = ['applications/assignments/link-user.ts'];
    const calling = modules.filter(({ file }) => /\b(?:addMembers|linkUser)\(/.test(read(file))).map(({ file }) => file);
    expect(calling).to.have.members([asking, ...[...ofNew, ...own].map((file) => `src/domain/${file}`)]);
  });

  it('a job is queued by its value, never by a bare name', () => {
    const queueing = modules.filter(({ file }) => !file.startsWith('src/platform/jobs/') && /\benqueueJob\b/.test(read(file)));
    expect(queueing.map(({ file }) => file)).to.deep.equal(['src/domain/job.ts']);
  });

  it('jobs and job types of a slice stand in its jobs.ts', () => {
    const making = modules.filter(({ file }) => file.startsWith('src/domain/') && /\b(job|jobType)\(|: (Chore|Job)\b/.test(read(file)));
    expect(making.length).to.be.greaterThan(10);
    expect(making.map(({ file }) => file).filter((file) => !file.endsWith('/jobs.ts') && file !== 'src/domain/job.ts')).to.deep.equal([]);
  });

  it('audit events are called noun.past-tense, each once, and each is recorded somewhere', () => {
    expect(auditEventTypes.filter((type) => !/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(type))).to.deep.equal([]);
    expect(new Set(auditEventTypes).size).to.equal(auditEventTypes.length);
    const others = modules.filter(({ file }) => !file.endsWith('audit/events.ts')).map(({ file }) => read(file));
    expect(auditEventTypes.filter((type) => !others.some((source) => source.includes(`'${type}'`)))).to.deep.equal([]);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { page as abilitiesFile, withAbilities } from '../../scripts/abilities-table.ts';
import { descriptions } from '../../scripts/apply-descriptions.ts';
import { page as applyFile, applyKeys, applyPage, applySchema, schemaFile, servedSchemaFile } from '../../scripts/apply-reference.ts';
import { errorCodes, page as errorsFile, errorsPage } from '../../scripts/errors-page.ts';
import { page as metricsFile, metricsPage } from '../../scripts/metrics-page.ts';
import { page as samlOptionsFile, samlOptionsPage } from '../../scripts/saml-options-page.ts';
import { withAgentTable, withTable } from '../../scripts/settings-table.ts';
import { settings } from '../../src/config/index.ts';
import { settings as agentSettings } from '../../src/smartsync/settings/index.ts';
import { blocksOf, blocksToRun, readingOnly } from '../support/snippets.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');
const locks = ['package-lock.json', 'test/interop/clients/package-lock.json'];
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => existsSync(root + file));

describe('documents', () => {
  it('the README’s table of settings is the schema’s', () => {
    expect(read('README.md')).to.equal(withTable(read('README.md')));
    expect(read('README.md')).to.contain(settings.baseUrl.env);
  });

  it('SmartSync’s guide has the table of its settings, and names no other', () => {
    const guide = read('docs/guides/smartsync.md');
    expect(guide).to.equal(withAgentTable(guide));
    const known = new Set<string>(Object.values(agentSettings).flatMap(({ env }) => [env, `${env}_FILE`]));
    const named = tracked
      .filter((file) => file.endsWith('.md') || file.startsWith('scripts/smartsync/'))
      .flatMap((file) => [...read(file).matchAll(/\bSMARTSYNC_[A-Z_]+\b/g)].map(([name]) => name));
    expect(named.length).to.be.greaterThan(20);
    expect([...new Set(named)].filter((name) => !known.has(name))).to.deep.equal([]);
  });

  it('docs/conformance.md has what each ability of an application needs (`npm run generate`)', () => {
    expect(read(abilitiesFile)).to.equal(withAbilities(read(abilitiesFile)));
    expect(read(abilitiesFile)).to.contain('| always |').and.to.contain('| not offered |');
  });

  it('docs/saml-options.md is the list of options (`npm run generate`)', () => {
    expect(read(samlOptionsFile)).to.equal(samlOptionsPage());
  });

  it('docs/metrics.md is the catalogue of figures (`npm run generate`)', () => {
    expect(read(metricsFile)).to.equal(metricsPage());
  });

  it('docs/errors.md has every code of the sources, each with a text (`npm run generate`)', () => {
    expect(errorCodes().size).to.be.greaterThan(40);
    expect(read(errorsFile)).to.equal(errorsPage());
    expect(read(errorsFile)).not.to.contain('| no text |');
  });

  it('docs/apply.md and docs/apply.schema.json have every key of the file of `apply`, each with a text (`npm run generate`)', () => {
    expect(Object.keys(descriptions)).to.have.members(applyKeys());
    expect(applyKeys()).to.include.members(['contexts[].applications[].launchUrl', 'contexts[].applications[].oidc.jwks_uri']);
    expect(read(applyFile)).to.equal(applyPage());
    for (const file of [schemaFile, servedSchemaFile]) expect(read(file)).to.equal(applySchema());
  });

  it('every guide is in the index, and says truly whether it is tested', () => {
    const guides = tracked.filter((file) => file.startsWith('docs/guides/'));
    expect(guides.length).to.be.greaterThan(15);
    const tests = tracked.filter((file) => file.startsWith('test/interop/guides/')).map(read);
    for (const file of guides) {
      const name = file.slice('docs/guides/'.length);
      expect(read('docs/developers.md'), name).to.contain(`](guides/${name})`);
      const isTried = tests.some((test) => test.includes(`'${name}'`));
      expect(/^_Tested as printed,.*_$/m.test(read(file)), `${name} is tested`).to.equal(isTried);
      expect(/^_Based on .* documentation; not run in our tests\..*_$/m.test(read(file)), `${name} is not tested`).to.equal(!isTried);
      const line = read('docs/developers.md')
        .split('\n')
        .find((one) => one.includes(`](guides/${name})`))!;
      expect(new RegExp(`guides/${name}\\)[^;\\[]*tested`).test(line), `${name} in the index`).to.equal(isTried);
    }
  });

  it('every block of code is run by a test as it is printed, or says why it is for reading only', () => {
    const tests = globSync('test/**/*.test.ts', { cwd: root }).map(read);
    const documents = tracked.filter((file) => file.endsWith('.md'));
    for (const document of documents) {
      // of the guides that are not run, what they register is
      const left = blocksToRun(document).slice(document.startsWith('docs/guides/') ? 1 : 0);
      const name = document.replace(/^docs\/guides\//, '');
      const isRun = tests.some((test) =>
        new RegExp(`everySnippetRuns\\([^)]*'${name}'|'${name}'[^]*everySnippetRuns\\(guide\\)`).test(test),
      );
      if (left.length > 0) expect(isRun, `${left[0]!.key}\n${left[0]!.text}`).to.equal(true);
      // a block that says no language is seen by nobody
      expect(read(document), document).not.to.match(/^(?: {4,}|(?:```|~~~)\n)(?:(?:npm|npx|node|curl|openssl|portaria) |[A-Z_]+=)/m);
    }
    for (const [document, blocks] of Object.entries(readingOnly)) {
      const begins = blocksOf(document).map(({ text }) => text.slice(0, text.indexOf('\n')));
      for (const [begin, why] of Object.entries(blocks)) {
        expect(begins, document).to.include(begin);
        expect(why.split(' ').length, `why ${begin} is not run`).to.be.greaterThan(3);
      }
    }
  });

  it('every link between documents leads somewhere', () => {
    const broken = [];
    for (const file of tracked.filter((name) => name.endsWith('.md'))) {
      const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
      for (const [, target = ''] of read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (!/^https?:/.test(target) && !existsSync(root + folder + target)) broken.push(`${file}: ${target}`);
      }
    }
    expect(broken).to.deep.equal([]);
  });

  it('the reading order is eight files that exist', () => {
    const files = [...read('docs/reading-order.md').matchAll(/^\d\. \[([^\]]+)\]\(\.\.\/([^)]+)\): /gm)].map(([, name, target]) => [
      name,
      target,
    ]);
    expect(files).to.have.length(8);
    for (const [name, target] of files) {
      expect(name).to.equal(target);
      expect(existsSync(root + name), name).to.equal(true);
    }
  });

  it('settings that the documents name exist', () => {
    const known = new Set<string>(Object.values(settings).map(({ env }) => env));
    const unknown = [];
    for (const file of tracked.filter((name) => /^(docs\/.*|README)\.md$|^compose\.yaml$|^Dockerfile$/.test(name))) {
      for (const [name] of read(file).matchAll(/\bPORTARIA_[A-Z_]+\b/g))
        if (!known.has(name.replace(/_FILE$/, '')) && name !== 'PORTARIA_CLIENT_SECRET') unknown.push(`${file}: ${name}`);
    }
    expect(unknown).to.deep.equal([]);
  });

  it('no secret has a default, and the lock files name no address but the folders of examples/', () => {
    const defaults = JSON.parse(read('config/default.json'));
    for (const [name, setting] of Object.entries(settings))
      if ('secret' in setting && setting.secret) expect(defaults, name).not.to.have.property(name);
    const resolved = [
      ...locks
        .map(read)
        .join('')
        .matchAll(/"resolved": "([^"]*)"/g),
    ].map(([, address]) => address);
    expect(resolved.filter((address) => !existsSync(`${root}${address}/package.json`))).to.deep.equal([]);
  });

  // npm leaves out what its registry could not tell when the lock was made, and then npm ci refuses the whole file
  it('the lock files have an entry for every package that another names', () => {
    const missing = [];
    for (const lock of locks) {
      const { packages } = JSON.parse(read(lock)) as {
        packages: Record<string, { dependencies?: object; optionalDependencies?: object }>;
      };
      for (const [path, { dependencies, optionalDependencies }] of Object.entries(packages)) {
        for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
          const found = Object.keys(packages).some((other) => other.endsWith(`node_modules/${name}`));
          if (!found) missing.push(`${lock}, ${path || 'package.json'}: ${name}`);
        }
      }
    }
    expect(missing).to.deep.equal([]);
  });
});

import { accessSync, constants, globSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { software } from '../support/missing.ts';
import { read, root } from './sources.ts';

type Step = { uses?: string; run?: string };

describe('continuous integration', () => {
  it('runs .ci/run on pull requests and pushes, with actions pinned by major version and no right to write', () => {
    const { on, permissions, jobs } = parse(read('.github/workflows/ci.yml'));
    expect(on).to.have.all.keys('push', 'pull_request');
    expect(permissions).to.deep.equal({ contents: 'read' });
    const steps = Object.values(jobs as Record<string, { steps: Step[] }>).flatMap((job) => job.steps);
    expect(steps.map(({ run }) => run)).to.include('.ci/run');
    accessSync(`${root}.ci/run`, constants.X_OK);
    const uses = steps.flatMap((step) => step.uses ?? []);
    expect(uses.length).to.be.greaterThan(1);
    expect(uses.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).to.deep.equal([]);
  });

  it('.ci/run installs what tests ask for, and nothing else; nothing is skipped but by `needSoftware`', () => {
    const [, installed] = /apt-get install -y -qq --no-install-recommends ([^>]*)>/.exec(read('.ci/run'))!;
    const packages = Object.values(software).flatMap((one): string[] => one.packages);
    expect(installed!.split(/[\s\\]+/).filter(Boolean)).to.have.members([...new Set(packages)]);
    const tests = globSync('test/**/*.ts', { cwd: root, exclude: (name) => name === 'node_modules' });
    for (const name of Object.keys(software)) {
      const asks = new RegExp(`(needSoftware|isHere)\\([^;]*'${name}'|: (Software\\[\\] = )?\\[[^;\\]]*'${name}'`);
      expect(
        tests.some((file) => asks.test(read(file))),
        `${name} is asked for`,
      ).to.equal(true);
    }
    const skips = tests.filter((file) => /\.skip\(|\bpending\(/.test(read(file)));
    expect(skips).to.deep.equal(['test/support/missing.ts']);
  });

  it('every file of settings for the forge can be read', () => {
    const files = globSync('.github/**/*.yml', { cwd: root });
    expect(files.length).to.be.at.least(3);
    for (const file of files) expect(parse(read(file)), file).to.be.an('object');
    const { updates } = parse(read('.github/dependabot.yml'));
    expect(updates[0])
      .to.deep.include({ 'package-ecosystem': 'npm', schedule: { interval: 'weekly' } })
      .and.have.property('groups');
  });
});

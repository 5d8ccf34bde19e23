import { expect } from 'chai';
import { type Choice, chooseFiles } from '../support/choose-files.ts';
import { read, root } from './sources.ts';

const [, list = ''] = /const order = \[([^\]]*)\]/.exec(read('test/run.ts')) ?? [];
const order = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name!);
const choose = (...words: string[]): Choice => chooseFiles(words, order, `${root}test/`);
const filesOf = (...words: string[]): string[] => {
  const choice = choose(...words);
  if ('unknown' in choice) throw new Error(`nothing is called ${choice.unknown}`);
  return choice.files;
};

describe('which tests run', () => {
  const all = filesOf();

  it('without a word all, checks first, and each that is said to take long exists', () => {
    expect(all.length).to.be.greaterThan(300);
    const checks = all.filter((file) => file.startsWith('checks/'));
    expect(all.slice(0, checks.length)).to.deep.equal(checks);
    const [, longest = ''] = /const longest = \[([^\]]*)\]/.exec(read('test/support/choose-files.ts')) ?? [];
    const named = [...longest.matchAll(/'([^']+)'/g)].map(([, name]) => `${name}.test.ts`);
    expect(all.slice(checks.length, checks.length + named.length)).to.deep.equal(named);
  });

  it('a word is the name of a slice, a folder or a file, wherever it is; several choose more', () => {
    const users = filesOf('users');
    expect(users.every((file) => /(^|\/)users(\/|\.test\.ts$)/.test(file))).to.equal(true);
    for (const folder of ['domain/people/users/', 'web/admin-console/users/'])
      expect(
        users.some((file) => file.startsWith(folder)),
        folder,
      ).to.equal(true);
    expect(filesOf('people/users').every((file) => file.startsWith('domain/people/users/'))).to.equal(true);
    expect(filesOf('users', 'kill')).to.have.members([...users, ...filesOf('kill')]);
  });

  it('every slice of the domain has tests by its name', () => {
    const slices = new Set(all.flatMap((file) => /^domain\/[^/]+\/([^/]+)\//.exec(file)?.[1] ?? []));
    expect(slices.size).to.be.greaterThan(40);
    for (const slice of slices) expect(filesOf(slice), slice).to.not.deep.equal([]);
  });

  it('a word is a path, too', () => {
    const one = 'journeys/adversary.test.ts';
    for (const path of [one, `test/${one}`, `./test/${one}`]) expect(filesOf(path), path).to.deep.equal([one]);
    expect(filesOf('test/migrations/')).to.deep.equal(all.filter((file) => file.startsWith('migrations/')));
    // a folder at the top is itself, and not what has its name elsewhere
    expect(filesOf('smartsync').every((file) => file.startsWith('smartsync/'))).to.equal(true);
  });

  it('a word that nothing has is answered with what there is', () => {
    const choice = choose('users', 'userss');
    expect(choice).to.deep.include({ unknown: 'userss' }).and.have.property('names').that.includes('adversary');
    expect(choice).to.have.property('similar').that.includes('users');
  });
});

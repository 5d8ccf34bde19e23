import { expect } from 'chai';
import { createPasswordHasher, readPassword } from '../../../src/platform/crypto/index.ts';
import { engineLoaders, loadPasswordEngine, type PasswordEngine } from '../../../src/platform/crypto/password-engine.ts';

const names = ['@node-rs/argon2', 'argon2'];
const only = (name: string): Promise<PasswordEngine> => loadPasswordEngine({ [name]: engineLoaders[name]! });
const missing = async (): Promise<never> => {
  throw new Error('no binary for this platform\nand a second line');
};

describe('the engine of passwords', () => {
  const engines = new Map<string, PasswordEngine>();
  before(async () => {
    for (const name of names) engines.set(name, await only(name));
  });

  it('is the faster one where it loads, the portable one elsewhere, and says so when there is none', async () => {
    expect(Object.keys(engineLoaders)).to.deep.equal(names);
    expect(await loadPasswordEngine()).to.deep.include({ name: '@node-rs/argon2', faults: [] });
    const portable = await loadPasswordEngine({ ...engineLoaders, '@node-rs/argon2': missing });
    expect(portable).to.deep.include({ name: 'argon2', faults: ['@node-rs/argon2: no binary for this platform'] });
    const none = await loadPasswordEngine({ '@node-rs/argon2': missing, argon2: missing }).catch((error: Error) => error.message);
    expect(none)
      .to.contain('npm ci')
      .and.contain('@node-rs/argon2: no binary')
      .and.contain('argon2: no binary')
      .and.not.contain('second line');
  });

  for (const [writer, reader] of [names, names.toReversed()] as [string, string][]) {
    it(`${reader} verifies what ${writer} wrote`, async () => {
      for (const parameters of [
        { memoryCost: 19_456, timeCost: 2, parallelism: 1 },
        { memoryCost: 4096, timeCost: 3, parallelism: 1 },
        { memoryCost: 8192, timeCost: 1, parallelism: 4 },
        { memoryCost: 65_536, timeCost: 3, parallelism: 2 },
      ]) {
        for (const password of ['a long password', 'contraseña ñandú 日本', 'x'.repeat(1000)]) {
          const stored = await engines.get(writer)!.hash(password, parameters);
          expect(stored).to.match(/^\$argon2id\$v=19\$/);
          expect(await engines.get(reader)!.verify(stored, password), stored).to.equal(true);
          expect(await engines.get(reader)!.verify(stored, `${password}.`), stored).to.equal(false);
        }
      }
    });
  }

  for (const name of names) {
    it(`the hasher on ${name}: hashes, verifies, and renews by parameters`, async () => {
      const hasher = createPasswordHasher(1, 10, engines.get(name)!);
      const stored = await hasher.hash(readPassword('a long password'));
      expect(await hasher.verify(readPassword('a long password'), stored)).to.deep.equal(readPassword('a long password'));
      expect(await hasher.verify(readPassword('another password'), stored)).to.equal(undefined);
      expect(await hasher.verify(readPassword('no person has this password'), undefined)).to.equal(undefined);
      expect(hasher.needsRehash(stored), stored).to.equal(false);
    });
  }

  it('a hash is renewed when its algorithm, version or costs differ, whatever their order', () => {
    const { needsRehash } = createPasswordHasher(1, 10, engines.get('argon2')!);
    const table: [string, boolean][] = [
      ['$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', false],
      ['$argon2id$v=19$m=19456,p=1,t=2$c2FsdHNhbHQ$aGFzaA', false],
      ['$argon2id$v=19$t=2,p=1,m=19456$c2FsdHNhbHQ$aGFzaA', false],
      ['$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2d$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=19456,t=3,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=19456,t=2,p=4$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=2,t=1,p=19456$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=19456,t=2$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=19456,t=2,p=1,keyid=a2V5$c2FsdHNhbHQ$aGFzaA', true],
      ['$argon2id$v=19$m=194560,t=2,p=1$c2FsdHNhbHQ$aGFzaA', true],
      ['$2b$12$somethingofbcrypt', true],
      ['', true],
    ];
    for (const [stored, expected] of table) expect(needsRehash(stored), stored).to.equal(expected);
  });
});

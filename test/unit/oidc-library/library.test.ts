import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { changeLibrary } from '../../../src/web/oidc/library/index.ts';
import { replaceMethod } from '../../../src/web/oidc/library/replace-method.ts';
import { type LibrarySession, newLibrary } from '../../support/oidc-library.ts';
import { testKeyRing } from '../../support/server.ts';

const keyRing = testKeyRing();
const clock = { now: () => new Date() };

describe('web/oidc/library: oidc-provider is the one that was read', () => {
  it('package.json names exactly the version that is installed', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
    const { version } = read('node_modules/oidc-provider/package.json');
    expect(read('package.json').dependencies['oidc-provider']).to.equal(version);
    expect(read('package-lock.json').packages[''].dependencies['oidc-provider']).to.equal(version);
  });

  // A new version that changes one of these fails here: read what changed, look at the file in web/oidc/library again, and only then write the new digest.
  for (const [model, isStatic, signature, digest] of [
    ['Client', false, 'compareClientSecret(actual)', 'e9950d6443595167'],
    ['Client', false, 'checkClientSecretExpiration(message, errorOverride)', 'd415e0d8a6348d16'],
    ['Client', false, 'async backchannelLogout(sub, sid)', 'e6be45d175e819b1'],
    ['Client', true, 'async find(id)', '91a7a069a2e3fa8f'],
    ['Session', true, 'async get(ctx)', 'b3511b6f262d4ea4'],
    ['Session', false, 'resetIdentifier()', 'd5568bec55e4dd5e'],
    ['Session', false, 'async persist()', 'ef28e7b30f2a2efd'],
  ] as const)
    it(`${model}: ${signature}`, () => {
      const { provider } = newLibrary();
      const owner = isStatic ? provider[model] : provider[model].prototype;
      const name = /(\w+)\(/.exec(signature)![1]!;
      const source = String(Object.getOwnPropertyDescriptor(owner, name)?.value);
      expect(source.split(' {')[0]).to.equal(signature);
      expect(createHash('sha256').update(source.replace(/\s+/g, ' ')).digest('hex').slice(0, 16), source).to.equal(digest);
    });

  it('a method that is gone stops the server from starting', () => {
    const { provider } = newLibrary();
    delete (provider.Session.prototype as Partial<LibrarySession>).persist;
    const change = () => changeLibrary(provider, { keyRing, clock, sessionSeconds: 60, findOwn: async () => undefined });
    expect(change).to.throw('oidc-provider has no method persist');
  });

  it('a method that is only inherited is not the library’s own', () => {
    class Model {
      save() {}
    }
    class Session extends Model {}
    expect(() => replaceMethod(Session.prototype, 'save', (own) => own)).to.throw('no method save');
  });
});

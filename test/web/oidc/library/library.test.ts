import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Provider } from 'oidc-provider';
import { changeLibrary } from '../../../../src/web/oidc/library/index.ts';
import { replaceMethod } from '../../../../src/web/oidc/library/replace-method.ts';
import type { ResponseMode } from '../../../../src/web/oidc/library/response-modes.ts';
import { type LibrarySession, newLibrary } from '../../../support/oidc-library.ts';
import { testKeyRing } from '../../../support/server.ts';

const keyRing = testKeyRing();
const clock = { now: () => new Date() };
const digestOf = (source: unknown) => createHash('sha256').update(String(source).replace(/\s+/g, ' ')).digest('hex').slice(0, 16);
const change = (provider: Provider) =>
  changeLibrary(provider, {
    keyRing,
    clock,
    noteSecretUse: () => {},
    takesPatterns: () => false,
    kept: { clients: new Map(), keyOf: (id) => id, isOwn: () => true },
    sessionSeconds: 60,
    findOwn: async () => undefined,
    mayRepeat: async () => false,
    limitUserCodes: (_ctx, find) => find(),
    limitSecrets: async () => undefined,
  });

describe('web/oidc/library: oidc-provider is the one that was read', () => {
  it('package.json names exactly the version that is installed', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8'));
    const { version } = read('node_modules/oidc-provider/package.json');
    expect(read('package.json').dependencies['oidc-provider']).to.equal(version);
    expect(read('package-lock.json').packages[''].dependencies['oidc-provider']).to.equal(version);
  });

  const root = new URL('../../../../node_modules/oidc-provider/lib/', import.meta.url);
  const sources = globSync('**/*.js', { cwd: root }).map((file) => readFileSync(new URL(file, root), 'utf8'));
  const methodOf = (provider: Provider, model: 'Client' | 'DeviceCode' | 'RefreshToken' | 'Session', name: string): unknown =>
    [provider[model], provider[model].prototype].map((owner) => Object.getOwnPropertyDescriptor(owner, name)?.value).find(Boolean);

  // A new version that changes one of these fails here: read what changed, look at the file in web/oidc/library again, and only then write the new digest.
  for (const [model, signature, call, digest] of [
    ['Client', 'compareClientSecret(actual)', 'client.compareClientSecret(', 'e9950d6443595167'],
    ['Client', 'checkClientSecretExpiration(message, errorOverride)', 'client.checkClientSecretExpiration(', 'd415e0d8a6348d16'],
    ['Client', 'async backchannelLogout(sub, sid)', 'client.backchannelLogout(', 'e6be45d175e819b1'],
    ['Client', 'async find(id)', 'Client.find(', '91a7a069a2e3fa8f'],
    ['RefreshToken', 'async find(...args)', 'RefreshToken.find(refreshTokenValue, { ignoreExpiration: true })', '9682e8cb8ee63931'],
    ['DeviceCode', 'async findByUserCode(userCode,', 'DeviceCode.findByUserCode(', 'efd562d557c2c389'],
    ['Session', 'async get(ctx)', 'Session.get(', 'b3511b6f262d4ea4'],
    ['Session', 'resetIdentifier()', 'session.resetIdentifier(', 'd5568bec55e4dd5e'],
    ['Session', 'async persist()', 'session.persist(', 'ef28e7b30f2a2efd'],
  ] as const)
    it(`${model}: ${signature} is what was read, is called, and is replaced`, () => {
      const { provider } = newLibrary();
      const name = /(\w+)\(/.exec(signature)![1]!;
      const own = methodOf(provider, model, name);
      const source = String(own);
      expect(source.split(' {')[0]).to.equal(signature);
      expect(digestOf(source), source).to.equal(digest);
      expect(sources.filter((text) => text.includes(call)).length, `files with ${call}`).to.be.greaterThan(0);
      change(provider);
      expect(methodOf(provider, model, name))
        .to.be.a('function')
        .that.does.not.equal(own);
    });

  it('registerResponseMode is called while a provider is made, and the first of a name stays', () => {
    const asked: string[] = [];
    newLibrary({
      Library: class extends Provider {
        override registerResponseMode(name: string, mode: ResponseMode): void {
          asked.push(name);
          super.registerResponseMode(name, mode);
        }
      },
    });
    expect(asked).to.deep.equal(['query', 'fragment', 'form_post']);
    expect(digestOf(Provider.prototype.registerResponseMode), String(Provider.prototype.registerResponseMode)).to.equal('2c838d0db180a585');
  });

  it('without one of them no provider is made', () => {
    const { provider } = newLibrary();
    delete (provider.Session.prototype as Partial<LibrarySession>).persist;
    expect(() => change(provider)).to.throw('oidc-provider has no method persist');
  });

  it('a method that is only inherited is not the library’s own', () => {
    class Model {
      save() {}
    }
    class Session extends Model {}
    expect(() => replaceMethod(Session.prototype, 'save', (own) => own)).to.throw('no method save');
  });
});

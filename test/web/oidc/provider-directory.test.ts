import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { ChangeListener } from '../../../src/platform/database/index.ts';
import { createOidcEndpoint, ProviderDirectory } from '../../../src/web/oidc/index.ts';
import type { ResolvedContext } from '../../../src/web/request/index.ts';
import { send } from '../../support/jar.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const cacheSize = 3;
const codes = Array.from({ length: 3 * cacheSize }, (_, n) => `company-${n}`);

describe('web/oidc: the providers of many companies', () => {
  let server: TestServer;
  let door: Server;
  let providers: ProviderDirectory;
  let contexts: Map<string, ResolvedContext>;
  const handlers: ((subject: string) => void)[] = [];
  /** As the directory of companies does, which gives another edition to what it reads after a change. */
  const tell = (subject: string) => {
    for (const handler of handlers) handler(subject);
    for (const [code, context] of contexts)
      if (context.contextId === subject) contexts.set(code, { ...context, edition: context.edition + 1000 });
  };
  before(async () => {
    server = await startTestServer();
    await server.apply({ contexts: codes.map((code) => ({ code, name: code })) });
    const { services } = server.app;
    contexts = new Map();
    for (const code of codes) contexts.set(code, (await services.contexts.byId((await server.scope(code)).contextId))!);
    const listener = { isTrusted: true, onChange: (handler: typeof tell) => handlers.push(handler) };
    providers = new ProviderDirectory(services, listener as unknown as ChangeListener, cacheSize);
    const endpoint = createOidcEndpoint(services, providers);
    door = createServer((request, response) => {
      const [, code = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url!)!;
      void endpoint(request, response, contexts.get(code)!, path);
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    await new Promise((resolve) => door.close(resolve));
    await server.close();
  });

  const get = (code: string, path: string, method = 'GET') =>
    send(`http://127.0.0.1:${(door.address() as AddressInfo).port}/${code}${path}`, { method });
  const paths = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/oidc/jwks'];

  it('a request that began before an address changed leaves its provider to nobody', async () => {
    const now = contexts.get(codes[0]!)!;
    const before = await providers.get({ ...now, url: 'http://old.example', edition: now.edition - 1 });
    const after = await providers.get(now);
    expect(after).not.to.equal(before);
    expect(after.run(() => after.provider.issuer)).to.equal(now.url);
    expect(await providers.get(now)).to.equal(after);
  });

  it('only as many are alive as the cache holds, after every company’s documents were read', async () => {
    const alive: WeakRef<object>[] = [];
    for (const code of codes) {
      for (const path of paths) expect((await get(code, path)).status, `${code}${path}`).to.equal(200);
      const op = await providers.get(contexts.get(code)!);
      alive.push(new WeakRef(op));
    }
    const count = () => alive.filter((one) => one.deref() !== undefined).length;
    for (let turn = 0; turn < 50 && count() > cacheSize; turn++) {
      await nextTurn(); // a WeakRef that was looked at holds its object until the turn ends
      collectGarbage();
    }
    expect(count()).to.equal(cacheSize);
  });

  it('a document is rendered once, and its bytes are the same afterwards for every method and path', async () => {
    const { contextId } = contexts.get('company-0')!;
    tell(contextId);
    const [first, again, other] = [await get('company-0', paths[0]!), await get('company-0', paths[0]!), await get('company-0', paths[1]!)];
    expect(JSON.parse(first.text).issuer).to.equal(`${server.baseUrl}/company-0`);
    expect([again.text, other.text]).to.deep.equal([first.text, first.text]);
    const head = await get('company-0', paths[0]!, 'HEAD');
    expect([head.status, head.text, head.headers['content-length']]).to.deep.equal([200, '', String(Buffer.byteLength(first.text))]);
    const op = await providers.get(contexts.get('company-0')!);
    expect(op.caches.documents.peek(op.keyOf('discovery'))?.toString()).to.equal(first.text);
    expect((await get('company-0', '/oidc/jwks')).text).not.to.contain('"d":');
    expect(JSON.parse((await get('company-0', '/oidc/jwks')).text).keys[0]).to.include.keys('kid', 'kty', 'use');
    tell(contextId);
    const changed = await providers.get(contexts.get('company-0')!);
    expect(changed.caches.documents.peek(changed.keyOf('discovery')), 'after a change there are no documents yet').to.equal(undefined);
  });
});

import { expect } from 'chai';
import { send } from '../../support/jar.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: discovery and keys answer alike from the first answer on', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());

  const paths = ['/acme/.well-known/openid-configuration', '/acme/.well-known/oauth-authorization-server', '/acme/oidc/jwks'];
  const volatile = new Set(['date', 'connection', 'keep-alive', 'x-request-id']);
  const read = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const { status, headers: all, text } = await send(`${server.baseUrl}${path}`, { method, headers });
    return { status, headers: Object.fromEntries(Object.entries(all).filter(([name]) => !volatile.has(name))), text };
  };

  for (const path of paths)
    for (const headers of [{}, { origin: 'https://spa.example' }, { accept: 'text/html' }] as Record<string, string>[])
      it(`${path} with ${JSON.stringify(headers)}`, async () => {
        const answers = [await read(path, headers), await read(path, headers), await read(path, headers)];
        expect(answers[1]).to.deep.equal(answers[0]);
        expect(answers[2]).to.deep.equal(answers[0]);
        expect(answers[0]!.headers).to.include({
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'public, max-age=300',
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
        });
      });

  it('HEAD first says what GET says, without the body', async () => {
    for (const path of paths) {
      const head = await read(path, {}, 'HEAD');
      const { headers, text } = await read(path);
      expect([head.headers, head.text]).to.deep.equal([headers, '']);
      expect(Number(headers['content-length'])).to.equal(Buffer.byteLength(text));
    }
  });

  it('whoever has it already hears 304, the first time as well (RFC 9110 §13.1.2)', async () => {
    for (const path of paths) {
      expect((await read(path, { 'if-none-match': '*' })).status).to.equal(304);
      const { etag } = (await read(path)).headers;
      for (const known of [etag!, `W/${etag}`, `"other", ${etag}`]) {
        const answer = await read(path, { 'if-none-match': String(known) });
        expect([answer.status, answer.text, answer.headers.etag]).to.deep.equal([304, '', etag]);
      }
      expect((await read(path, { 'if-none-match': '"other"' })).status).to.equal(200);
    }
  });

  it('many first readers at once, and one after a change, are answered alike', async () => {
    const many = await Promise.all(Array.from({ length: 8 }, () => read(paths[0]!)));
    for (const one of many) expect(one).to.deep.equal(many[0]);
    const { contextId } = await server.scope();
    server.app.services.forgetCached(contextId);
    expect(await read(paths[0]!)).to.deep.equal(many[0]);
  });
});

import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/request: pages are compressed (decision 0029)', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const cookie = () => [...ana.cookies.get(new URL(server.baseUrl).host)!].map(([name, value]) => `${name}=${value}`).join('; ');
  function ask(path: string, headers: Record<string, string>, method = 'GET') {
    return new Promise<{ status: number; encoding: string; vary: string; type: string; bytes: Buffer }>((done, fail) => {
      const asked = request(`${server.issuer}${path}`, { method, headers }, async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const { vary = '', 'content-encoding': encoding = '', 'content-type': type = '' } = answer.headers;
        done({ status: answer.statusCode!, encoding, vary, type, bytes: Buffer.concat(chunks) });
      });
      asked.on('error', fail).end();
    });
  }

  it('by what the browser takes, and says that it depends on that', async () => {
    const plain = await ask('/admin/policy', { cookie: cookie() });
    expect([plain.status, plain.encoding]).to.deep.equal([200, '']);
    for (const [accepted, encoding, unpack] of [
      ['gzip, deflate', 'gzip', gunzipSync],
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ] as const) {
      const answer = await ask('/admin/policy', { cookie: cookie(), 'accept-encoding': accepted });
      expect([answer.status, answer.encoding]).to.deep.equal([200, encoding]);
      expect(answer.vary.toLowerCase()).to.contain('accept-encoding').and.to.contain('cookie');
      expect(answer.type).to.equal('text/html; charset=utf-8');
      expect(unpack(answer.bytes).toString()).to.contain('</html>');
      expect(answer.bytes.length).to.be.below(plain.bytes.length / 4);
    }
    expect((await ask('/admin/policy', { cookie: cookie(), 'accept-encoding': 'gzip;q=0, identity' })).encoding).to.equal('');
    expect((await ask('/admin/policy', { cookie: cookie(), 'accept-encoding': 'gzip' }, 'HEAD')).status).to.equal(200);
  });

  it('what another site asks for, signed in, is not', async () => {
    const encodingFor = async (path: string, site: string, more = {}) =>
      (await ask(path, { 'accept-encoding': 'br', 'sec-fetch-site': site, ...more })).encoding;
    for (const path of ['/admin/users?q=guess', '/launchpad?q=guess', '/nothing']) {
      for (const site of ['cross-site', 'same-site'])
        expect(await encodingFor(path, site, { cookie: cookie() }), `${site} ${path}`).to.equal('');
      for (const site of ['same-origin', 'none'])
        expect(await encodingFor(path, site, { cookie: cookie() }), `${site} ${path}`).to.equal('br');
    }
    expect(await encodingFor('/recovery', 'cross-site'), 'nobody is signed in').to.equal('br');
  });

  it('no redirect and no small answer is', async () => {
    const redirect = await ask('/language?locale=es&to=/launchpad', { 'accept-encoding': 'br' });
    expect([redirect.status, redirect.encoding]).to.deep.equal([302, '']);
    expect((await ask('/.well-known/openid-configuration', { 'accept-encoding': 'br' })).encoding).to.equal('');
  });
});

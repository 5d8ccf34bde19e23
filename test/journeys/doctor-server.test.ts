import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkServer } from '../../src/command-line/check-server.ts';
import type { Finding } from '../../src/command-line/finding.ts';
import { type Config, loadConfig } from '../../src/config/index.ts';
import { needSoftware } from '../support/missing.ts';
import { onDatabase, portaria } from '../support/process.ts';
import { freePort, startTestServer, type TestServer, testMasterKeys } from '../support/server.ts';

const metricsToken = 'metrics-token-of-tests';
type Proxied = {
  headers?: Record<string, string>;
  answer?: (path: string, headers: Record<string, string | string[] | undefined>, text: string) => string;
};

describe('portaria doctor --server', () => {
  let server: TestServer;
  let config: Config;
  let proxy: Server;
  let proxyUrl: string;
  let behaves: Proxied = {};
  before(async () => {
    proxy = createServer((incoming, outgoing) => {
      const headers = { ...incoming.headers, ...behaves.headers };
      request(`http://127.0.0.1:${server.port}${incoming.url}`, { headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const { 'content-length': _, ...kept } = answer.headers;
          const changed = behaves.answer?.(incoming.url ?? '', kept, text) ?? text;
          outgoing.writeHead(Number(kept['x-status'] ?? answer.statusCode), kept).end(changed);
        });
      }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    server = await startTestServer({ config: { metricsToken, baseUrl: proxyUrl } });
    config = {
      ...loadConfig({ DATABASE_URL: server.databaseUrl, PORTARIA_MASTER_KEYS: testMasterKeys, PORTARIA_BASE_URL: proxyUrl }),
      metricsToken,
    };
  });
  beforeEach(() => {
    behaves = {};
  });
  after(async () => {
    await server.close();
    proxy.closeAllConnections();
    proxy.close();
  });

  const direct = () => `http://127.0.0.1:${server.port}`;
  const doctor = async (more: Partial<Config> = {}, url = direct()) => checkServer({ ...config, ...more }, url);
  const of = (findings: Finding[], check: string) => findings.filter((one) => one.check === check);

  it('finds nothing wrong with a server that is well', async () => {
    const findings = await doctor();
    expect(findings.filter(({ level }) => level !== 'ok')).to.deep.equal([]);
    expect(findings.map(({ check }) => check)).to.include.members([
      'server',
      'ready',
      'clock',
      'figures',
      'version',
      'discovery',
      'proxies',
    ]);
    expect(of(findings, 'discovery').map(({ message }) => message)).to.have.members([`${proxyUrl}/acme`, `${proxyUrl}/other`]);
  });

  it('as a command: words, JSON and exit codes', async () => {
    const env = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: direct(), PORTARIA_METRICS_TOKEN: metricsToken };
    const nobody = portaria(['doctor', '--server', `http://127.0.0.1:${await freePort()}`], env);
    expect(nobody.status).to.equal(2);
    expect(nobody.stdout).to.match(/PROBLEM {2}server .*nobody listens there\n +→ Start it/);
  });

  it('tells a server from another program, and a wrong address from both', async () => {
    expect((await doctor({}, 'no address'))[0]).to.include({ level: 'problem' });
    behaves = { answer: (path, _headers, text) => (path === '/healthz' ? 'hello' : text) };
    expect((await doctor({}, proxyUrl))[0]!.message).to.contain('is not Portaria');
  });

  it('says why it takes no requests, and that its clock differs', async () => {
    behaves = {
      answer(path, headers, text) {
        headers.date = new Date(Date.now() + 60_000).toUTCString();
        if (path !== '/readyz') return text;
        headers['x-status'] = '503';
        return 'the store takes no writes\n';
      },
    };
    const findings = await doctor({}, proxyUrl);
    expect(of(findings, 'ready')[0]).to.include({ level: 'problem', message: 'takes no requests: the store takes no writes' });
    expect(of(findings, 'clock')[0]!.message).to.match(/^is (59|60|61) seconds ahead/);
  });

  it('figures: none, another token, another version', async () => {
    expect(of(await doctor({ metricsToken: undefined }), 'figures')[0]).to.include({ level: 'warning' });
    expect(of(await doctor({ metricsToken: 'another token than its' }), 'figures')[0]!.message).to.contain('token is not');
    behaves = { answer: (_path, _headers, text) => text.replace(/(portaria_build_info\{[^}]*version=")[^"]*/, '$10.1.0') };
    expect(of(await doctor({}, proxyUrl), 'version')[0]).to.include({ level: 'warning' });
  });

  it('figures from elsewhere: by the token and not in the clear, since the port of their own is on the loopback address', async () => {
    const port = await freePort(); // where nobody listens: it is not asked
    const elsewhere = `http://0.0.0.0:${server.port}`; // this machine, by an address that is not loopback
    const [clear] = of(await doctor({ metricsPort: port }, elsewhere), 'figures');
    expect(clear).to.include({ level: 'warning', message: 'not asked: on the way to 0.0.0.0 by http everybody could read the token' });
    expect(of(await doctor({ metricsPort: 0 }), 'figures')[0], 'by the token').to.include({ level: 'ok' });
    const [without] = of(await doctor({ metricsPort: port, metricsToken: undefined }, elsewhere), 'figures');
    expect(without).to.include({ level: 'warning', message: 'PORTARIA_METRICS_PORT answers on the machine of 0.0.0.0 only' });
    for (const here of [direct(), `http://localhost:${server.port}`])
      expect(of(await doctor({ metricsPort: port }, here), 'figures')[0], here).to.include({
        level: 'problem',
        message: 'nobody listens there',
      });
  });

  it('the token is not sent to the public address in the clear, but to this machine', async () => {
    const tokens: unknown[] = [];
    const { port } = proxy.address() as AddressInfo;
    const listen = ({ headers }: IncomingMessage) => void tokens.push(headers.authorization);
    proxy.on('request', listen);
    try {
      const [refused] = of(await doctor({ baseUrl: `http://0.0.0.0:${port}` }), 'proxies');
      expect(refused).to.include({ level: 'problem' });
      expect(refused!.message).to.equal(`not asked: on the way to http://0.0.0.0:${port} everybody could read the token`);
      expect(tokens.filter(Boolean)).to.deep.equal([]);
      for (const host of ['127.0.0.1', 'localhost'])
        expect(of(await doctor({ baseUrl: `http://${host}:${port}` }), 'proxies')[0]!.message, host).to.match(/^this machine is seen/);
      expect(tokens.filter(Boolean)).to.have.length(2);
    } finally {
      proxy.off('request', listen);
    }
  });

  it('discovery: another issuer, nothing there, nobody there', async () => {
    behaves = { answer: (_path, _headers, text) => text.replaceAll('/acme"', '/elsewhere"') };
    const findings = of(await doctor(), 'discovery');
    expect(findings.map(({ level }) => level)).to.have.members(['problem', 'ok']);
    expect(findings.find(({ level }) => level === 'problem')!.message).to.contain('/elsewhere');
    const away = of(await doctor({ baseUrl: `http://127.0.0.1:${await freePort()}` }), 'discovery');
    expect(away.map(({ message }) => message.endsWith('nobody listens there'))).to.deep.equal([true, true]);
  });

  it('proxies: one that is not trusted, and one that believes callers', async () => {
    behaves = { headers: { 'x-forwarded-for': '198.51.100.7' } };
    expect(of(await doctor(), 'proxies')[0]!.message).to.match(/^the proxy 127\.0\.0\.1 is not trusted/);
    behaves = {};
    const trusting = await startTestServer({ config: { metricsToken, trustedProxies: ['127.0.0.1'] } });
    expect(of(await doctor({ baseUrl: trusting.baseUrl }), 'proxies')[0]!.message).to.contain('believe what a caller says');
    await trusting.close();
  });

  it('how a request arrives is told to nobody without the token', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong'])
      expect((await fetch(`${direct()}/.well-known/portaria-arrival`, { headers: { authorization } })).status).to.equal(401);
  });

  it('certificate: how long it lasts, also where it is not believed', async function () {
    needSoftware(this, 'openssl');
    const folder = mkdtempSync(join(tmpdir(), 'portaria-certificate-'));
    const days = async (count: number) => {
      const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost'];
      execFileSync('openssl', [...args, '-days', String(count), '-keyout', `${folder}/key`, '-out', `${folder}/cert`], { stdio: 'ignore' });
      const tls = createTlsServer({ key: readFileSync(`${folder}/key`), cert: readFileSync(`${folder}/cert`) }).listen(0, '127.0.0.1');
      await new Promise((resolve) => tls.once('listening', resolve));
      const findings = await doctor({ baseUrl: `https://127.0.0.1:${(tls.address() as AddressInfo).port}` });
      tls.closeAllConnections();
      tls.close();
      return findings;
    };
    const soon = await days(5);
    expect(of(soon, 'certificate')[0]).to.include({ level: 'warning' });
    expect(of(soon, 'certificate')[0]!.message).to.match(/ends in [45] days$/);
    expect(of(soon, 'discovery')[0]!.message).to.match(/signed by itself|authority that is not known/);
    expect(of(await days(90), 'certificate')[0]).to.include({ level: 'ok' });
    rmSync(folder, { recursive: true });
  });
});

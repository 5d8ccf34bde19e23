import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** TLS on port 443 of names that only this test knows, as a reverse proxy before what listens on loopback. */
export type Front = {
  /** Arguments by which Chromium finds the names and trusts their certificate. */
  chromium: string[];
  /** PEM file of the certificate's authority, for programs. */
  authority: string;
  /** Of TLS, on the loopback address. */
  port: number;
  /** A proxy by CONNECT, for programs: host:port. */
  proxy: string;
  /** What a Node program needs to find the names and trust their certificate. */
  env: Record<string, string>;
  /** Sends requests for a name to a port on loopback. */
  route(host: string, port: number): void;
  portOf(host: string): number | undefined;
  close(): Promise<void>;
};

/** @param hosts all names of the certificate */
export async function startFront(hosts: string[]): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-front-'));
  chmodSync(folder, 0o755);
  const [authority, certificate] = makeCertificates(folder, hosts);
  const ports = new Map<string, number>();
  const sockets = new Set<Socket>();

  const tls = createHttpsServer({ key: readFileSync(`${folder}/front.key`), cert: certificate }, (incoming, outgoing) => {
    const host = incoming.headers.host ?? '';
    const headers = {
      ...incoming.headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-forwarded-for': incoming.socket.remoteAddress,
    };
    const onward = request({ host: '127.0.0.1', port: ports.get(host), method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on('error', (error) => outgoing.headersSent || outgoing.writeHead(502).end(`${host}: ${error.message}`));
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(tls, 'listening');
  const tlsPort = (tls.address() as AddressInfo).port;

  const tunnel = createHttpServer().listen(0, '127.0.0.1');
  tunnel.on('connect', ({ url = '' }, client: Socket) => {
    const [host = '', port] = url.split(':');
    const target = hosts.includes(host) ? connect(tlsPort, '127.0.0.1') : connect(Number(port), host);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    client.pipe(target).pipe(client);
    for (const one of [client, target]) one.on('error', () => [client, target].map((end) => end.destroy()));
  });
  await once(tunnel, 'listening');
  const proxy = `127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
  for (const server of [tls, tunnel])
    server.on('connection', (socket: Socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));

  return {
    chromium: [
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1:${tlsPort}`).join(', ')}`,
      `--ignore-certificate-errors-spki-list=${publicKeyHash(certificate)}`,
    ],
    authority,
    port: tlsPort,
    proxy,
    env: {
      NODE_EXTRA_CA_CERTS: authority,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: `http://${proxy}`,
      NO_PROXY: 'localhost,127.0.0.1',
    },
    route: (host, port) => void ports.set(host, port),
    portOf: (host) => ports.get(host),
    async close() {
      const closed = [tls, tunnel].map((server) => new Promise((resolve) => server.close(resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificates(folder: string, hosts: string[]): [authority: string, certificate: string] {
  const make = (name: string, ...more: string[]) =>
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        ...more,
      ],
      { cwd: folder, stdio: 'pipe' },
    );
  make('ca', '-subj', '/CN=Authority of a test');
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  make(
    'front',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-subj',
    `/CN=${hosts[0]}`,
    '-addext',
    `subjectAltName=${names}`,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  );
  return [`${folder}/ca.pem`, readFileSync(`${folder}/front.pem`, 'utf8')];
}

const publicKeyHash = (pem: string): string =>
  createHash('sha256')
    .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');

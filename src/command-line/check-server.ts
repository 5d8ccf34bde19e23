import manifest from '../../package.json' with { type: 'json' };
import { openStore } from '../app/open-store.ts';
import type { Config } from '../config/index.ts';
import { contextAddress, listContexts } from '../domain/company/contexts/index.ts';
import { addressMatcher } from '../platform/net/index.ts';
import { ask, findCertificateEnd, type Reply } from './ask-server.ts';
import type { Finding } from './finding.ts';

/** Asks a running server, and its public address, what the files of the configuration cannot tell. @param url where it listens, behind every proxy */
export async function checkServer(config: Config, url: string): Promise<Finding[]> {
  const inside = url.replace(/\/+$/, '');
  if (!URL.canParse(inside) || !/^https?:$/.test(new URL(inside).protocol))
    return [problem('server', `${url} is no address`, 'Give one such as http://127.0.0.1:3000.')];
  const [health, ready] = [await ask(`${inside}/healthz`), await ask(`${inside}/readyz`)];
  if ('fault' in health)
    return [problem('server', `${inside}: ${health.fault}`, 'Start it, or give the address where it listens: doctor --server URL.')];
  if (health.status !== 200 || health.text !== 'ok\n')
    return [problem('server', `what answers at ${inside} is not Portaria (${health.status})`, 'Give the address where it listens.')];
  return [
    ok('server', `${inside} lives`),
    checkReady(ready),
    checkClock(health),
    ...(await checkFigures(config, inside)),
    ...(await checkCertificate(config)),
    ...(await checkPublicAddress(config)),
    ...(await checkProxies(config)),
  ];
}

const ok = (check: string, message: string): Finding => ({ check, level: 'ok', message });
const warning = (check: string, message: string, remedy: string): Finding => ({ check, level: 'warning', message, remedy });
const problem = (check: string, message: string, remedy: string): Finding => ({ check, level: 'problem', message, remedy });

function checkReady(reply: Reply): Finding {
  if ('fault' in reply) return problem('ready', reply.fault, 'See its log.');
  if (reply.status === 200) return ok('ready', 'a sign-in could be done');
  return problem('ready', `takes no requests: ${reply.text.trim()}`, 'See its log; "portaria doctor" examines the store.');
}

function checkClock(reply: Reply): Finding {
  const seconds = 'clockMs' in reply && reply.clockMs !== undefined ? Math.round(reply.clockMs / 1000) : 0;
  if (Math.abs(seconds) < 3) return ok('clock', 'agrees with this machine’s');
  return problem(
    'clock',
    `is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} this machine’s: codes and assertions may be refused`,
    'Synchronise both by NTP (systemd-timesyncd, chrony).',
  );
}

const isLoopbackAddress = addressMatcher(['127.0.0.0/8', '::1']);
/** This machine: nobody else can read what is sent there. */
const isHere = ({ hostname }: URL): boolean => hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));

/** The figures, and the version, which stands among them. */
async function checkFigures({ metricsPort, metricsToken }: Config, inside: string): Promise<Finding[]> {
  if (!metricsPort && !metricsToken)
    return [warning('figures', 'nobody can read /metrics', 'Set PORTARIA_METRICS_TOKEN or PORTARIA_METRICS_PORT; alerts need it.')];
  const url = new URL(inside);
  // the port of its own is on the loopback address
  const isPortSeen = metricsPort > 0 && isHere(url);
  if (!isPortSeen && !metricsToken)
    return [
      warning(
        'figures',
        `PORTARIA_METRICS_PORT answers on the machine of ${url.hostname} only`,
        'Run this command there, or set PORTARIA_METRICS_TOKEN, also for the server.',
      ),
    ];
  if (!isPortSeen && url.protocol === 'http:' && !isHere(url))
    return [
      warning(
        'figures',
        `not asked: on the way to ${url.hostname} by http everybody could read the token`,
        'Run this command on that machine, or give its https address.',
      ),
    ];
  const reply = isPortSeen
    ? await ask(`http://127.0.0.1:${metricsPort}/metrics`)
    : await ask(`${inside}/metrics`, { authorization: `Bearer ${metricsToken}` });
  if ('fault' in reply || reply.status !== 200)
    return [
      problem(
        'figures',
        'fault' in reply ? reply.fault : reply.status === 401 ? 'the token is not the server’s' : `answered with ${reply.status}`,
        'Give this command the settings that the server has.',
      ),
    ];
  const version = /^portaria_build_info\{[^}]*version="([^"]*)"/m.exec(reply.text)?.[1];
  const figures = new Set([...reply.text.matchAll(/^# TYPE (portaria_\w+)/gm)].map(([, name]) => name)).size;
  if (figures === 0) return [problem('figures', 'what answers there is not Portaria', 'Look at the address that you gave.')];
  return [
    ok('figures', `${figures} of Portaria can be read`),
    version === manifest.version
      ? ok('version', version)
      : warning('version', `the server is ${version ?? 'unknown'}, this command ${manifest.version}`, 'Upgrade the one that is behind.'),
  ];
}

const dayMs = 86_400_000;

async function checkCertificate({ baseUrl }: Config): Promise<Finding[]> {
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:') return [];
  const end = await findCertificateEnd(url);
  if (!(end instanceof Date))
    return [problem('certificate', `${url.host}: ${end.fault}`, 'See whether the balancer runs, and speaks TLS.')];
  const days = Math.floor((end.getTime() - Date.now()) / dayMs);
  const message = days < 0 ? 'has ended' : `ends in ${days} days`;
  if (days >= 14) return [ok('certificate', `of ${url.host} ${message}`)];
  return [(days < 0 ? problem : warning)('certificate', `of ${url.host} ${message}`, 'Renew it at the balancer.')];
}

/** What applications do first: read the discovery document at the address that people know. */
async function checkPublicAddress(config: Config): Promise<Finding[]> {
  const addresses = await findAddresses(config).catch(() => undefined);
  if (!addresses) return [warning('discovery', 'the companies are not known here', 'Run this where the server’s settings are.')];
  if (addresses.length === 0) return [warning('discovery', 'there is no company yet', 'portaria context create CODE --name NAME')];
  return Promise.all(addresses.map(checkDiscovery));
}

async function findAddresses(config: Config): Promise<string[]> {
  const store = await openStore({ ...config, databasePoolSize: 2 }, { say: () => {}, migrations: false, mayMake: false });
  try {
    return (await listContexts(store.database.knex)).slice(0, 5).map((context) => contextAddress(context, config.baseUrl));
  } finally {
    await store.close();
  }
}

async function checkDiscovery(address: string): Promise<Finding> {
  const reply = await ask(`${address}/.well-known/openid-configuration`);
  const hint = 'See whether the balancer sends this address to Portaria, with the Host header that it got.';
  if ('fault' in reply) return problem('discovery', `${address}: ${reply.fault}`, hint);
  if (reply.status !== 200) return problem('discovery', `${address} answered with ${reply.status}`, hint);
  const issuer = issuerIn(reply.text);
  if (issuer === address) return ok('discovery', address);
  return problem(
    'discovery',
    `${address} says it is ${issuer ?? 'something else'}`,
    'Set PORTARIA_BASE_URL to the address that people use.',
  );
}

function issuerIn(text: string): string | undefined {
  try {
    return JSON.parse(text).issuer;
  } catch {
    return undefined;
  }
}

/** An address that nobody has (RFC 5737): a server that accepts it from us accepts it from everybody. */
const pretended = '203.0.113.99';

async function checkProxies({ baseUrl, metricsToken }: Config): Promise<Finding[]> {
  if (!metricsToken)
    return [
      warning('proxies', 'how requests arrive is told to who has the token only', 'Set PORTARIA_METRICS_TOKEN, also for the server.'),
    ];
  const url = new URL(baseUrl);
  if (url.protocol === 'http:' && !isHere(url))
    return [
      problem(
        'proxies',
        `not asked: on the way to ${url.origin} everybody could read the token`,
        'Let the balancer speak TLS, and set PORTARIA_BASE_URL to its https address.',
      ),
    ];
  const headers = { authorization: `Bearer ${metricsToken}`, 'x-forwarded-for': pretended, forwarded: `for=${pretended}` };
  const reply = await ask(`${baseUrl}/.well-known/portaria-arrival`, headers);
  if ('fault' in reply || reply.status !== 200)
    return [problem('proxies', 'fault' in reply ? reply.fault : `answered with ${reply.status}`, 'See whether the balancer sends it on.')];
  const { peer, client, forwardedFor, forwarded } = JSON.parse(reply.text) as Record<string, string | null>;
  if (client === pretended)
    return [
      problem(
        'proxies',
        'believe what a caller says of its own address: limits and the audit can be led astray',
        'Let the outermost proxy replace X-Forwarded-For and Forwarded, and set PORTARIA_FORWARDED_HEADER to the one that it writes.',
      ),
    ];
  const says = [forwardedFor, forwarded].filter((one) => one && one !== pretended && one !== `for=${pretended}`);
  if (says.length > 0 && client === peer)
    return [
      problem(
        'proxies',
        `the proxy ${peer} is not trusted: everybody seems to come from there`,
        `Add ${peer} to PORTARIA_TRUSTED_PROXIES.`,
      ),
    ];
  return [ok('proxies', `this machine is seen as ${client}${client === peer ? '' : `, by way of ${peer}`}`)];
}

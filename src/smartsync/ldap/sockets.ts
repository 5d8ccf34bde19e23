import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import tls, { type SecureContext, type TLSSocket } from 'node:tls';
import { Client } from 'ldapts';
import { ConnectionFailure, codeOf, messageOf } from './failure.ts';
import type { Fault, ServerCertificate } from './report.ts';
import type { DirectorySettings } from './settings.ts';

export type Address = { host: string; port: number; isTls: boolean };

/** ldap:// or ldaps://, a name or an address, and perhaps a port. @throws ConnectionFailure `address-invalid` */
export function readAddress(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.hostname || !['ldap:', 'ldaps:'].includes(parsed.protocol))
    throw new ConnectionFailure('address-invalid', `${url} is not an address such as ldaps://dc1.example.com`);
  const isTls = parsed.protocol === 'ldaps:';
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port) || (isTls ? 636 : 389), isTls };
}

const systemFaults: Record<string, Fault> = {
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'no-answer',
  EHOSTUNREACH: 'no-answer',
  ENETUNREACH: 'no-answer',
};

const trustFaults: Record<string, Fault> = { ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name', CERT_HAS_EXPIRED: 'tls-expired' };

const systemFault = (error: unknown, otherwise: Fault): Fault => systemFaults[(error as NodeJS.ErrnoException)?.code ?? ''] ?? otherwise;

/**
 * Opens a connection, encrypted by the address (ldaps) or the settings (StartTLS, RFC 4511 §4.14). What it returns is trusted as the settings say.
 * @throws ConnectionFailure with the certificate that was shown, where trust is the fault
 */
export async function openSocket(settings: DirectorySettings, url: string, timeoutMs: number): Promise<Socket> {
  const address = readAddress(url);
  const deadline = AbortSignal.timeout(timeoutMs);
  const socket = connectTcp({ host: address.host, port: address.port, keepAlive: true, noDelay: true });
  try {
    await once(socket, 'connect', { signal: deadline }).catch((error) => fail(error, 'refused'));
    if (!address.isTls && !settings.startTls) return socket;
    if (!address.isTls) await askForTls(socket, timeoutMs);
    return await encrypt(settings, address, socket, deadline);
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw deadline.aborted ? new ConnectionFailure('no-answer', `${url} did not answer in ${timeoutMs / 1000} s`) : error;
  }
}

function fail(error: unknown, otherwise: Fault): never {
  if (error instanceof ConnectionFailure) throw error;
  throw new ConnectionFailure(systemFault(error, otherwise), messageOf(error));
}

/** A client of its own for one exchange, which leaves the socket bare: `startTLS` of ldapts has no time-out and writes into its options. */
async function askForTls(socket: Socket, timeoutMs: number): Promise<void> {
  const client = new Client({ url: 'ldap://directory', timeout: timeoutMs, createConnection: () => socket });
  await client.exop('1.3.6.1.4.1.1466.20037').catch((error) => {
    throw new ConnectionFailure(codeOf(error) === undefined ? 'not-ldap' : 'tls-not-offered', messageOf(error));
  });
  socket.removeAllListeners();
}

async function encrypt(settings: DirectorySettings, { host }: Address, socket: Socket, signal: AbortSignal): Promise<TLSSocket> {
  const secure = tls.connect({
    socket,
    host,
    ...(isIP(host) ? {} : { servername: host }),
    secureContext: trusted(settings),
    // trust is decided below, where the certificate can be shown
    rejectUnauthorized: false,
  });
  await once(secure, 'secureConnect', { signal }).catch((error) => fail(error, 'tls-failed'));
  const certificate = certificateOf(secure);
  const pinned = settings.pinnedFingerprints?.map((one) => one.replaceAll(':', '').toLowerCase()) ?? [];
  if (secure.authorized || pinned.includes(certificate.fingerprint)) return secure;
  if (pinned.length > 0) throw new ConnectionFailure('tls-pin', `the certificate is ${certificate.fingerprint}`, certificate);
  const why = secure.authorizationError as Error | string | undefined;
  const reason = String((why as NodeJS.ErrnoException)?.code ?? why);
  throw new ConnectionFailure(trustFaults[reason] ?? 'tls-untrusted', reason, certificate);
}

let systemTrust: SecureContext | undefined;

/** A CA that was given replaces all others; else those of Node and, where Node can tell (22.15), of the system. */
function trusted({ ca }: DirectorySettings): SecureContext {
  if (ca) return tls.createSecureContext({ ca, minVersion: 'TLSv1.2' });
  // Node 20 has no such function
  const listed = tls.getCACertificates as typeof tls.getCACertificates | undefined;
  systemTrust ??= tls.createSecureContext({
    minVersion: 'TLSv1.2',
    ...(listed ? { ca: [...listed('default'), ...listed('system')] } : {}),
  });
  return systemTrust;
}

function certificateOf(socket: TLSSocket): ServerCertificate {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) throw new ConnectionFailure('tls-failed', 'no certificate was shown');
  return {
    subject: certificate.subject?.replaceAll('\n', ', ') ?? '',
    issuer: certificate.issuer?.replaceAll('\n', ', ') ?? '',
    names: (certificate.subjectAltName ?? '').split(', ').filter(Boolean),
    validUntil: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

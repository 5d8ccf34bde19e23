import { isIP } from 'node:net';
import { connect } from 'node:tls';

/** What came back, or why nothing did, in words. `clockMs`: how far the server's clock is ahead, as far as its seconds tell. */
export type Reply = { status: number; text: string; clockMs?: number } | { fault: string };

const waitMs = 5000;

const faults: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'the machine is not reached',
  ENETUNREACH: 'the network is not reached',
  ENOTFOUND: 'the name is not known here',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'nobody answers',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answers',
  CERT_HAS_EXPIRED: 'the certificate has ended',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is from an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is from an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the certificates between its own and the authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
};

export function faultOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  const code = cause?.code ?? (error as NodeJS.ErrnoException).code ?? '';
  if (name === 'TimeoutError') return `no answer within ${waitMs / 1000} seconds`;
  return faults[code] ?? `${code || cause?.message || message}`;
}

export async function ask(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  const begun = Date.now();
  try {
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(waitMs) });
    const arrived = Date.now();
    const date = Date.parse(answer.headers.get('date') ?? '');
    // said in whole seconds, somewhere between question and answer
    const clockMs = Number.isNaN(date) ? undefined : Math.round(date + 500 - (begun + arrived) / 2);
    return { status: answer.status, text: await answer.text(), clockMs };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** When the certificate at an https address ends, whether or not it is to be believed. */
export function findCertificateEnd(url: URL): Promise<Date | { fault: string }> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
      timeout: waitMs,
    });
    const end = (found: Date | { fault: string }) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('secureConnect', () => end(new Date(socket.getPeerCertificate().valid_to)));
    socket.once('timeout', () => end({ fault: 'nobody answers' }));
    socket.once('error', (error) => end({ fault: faultOf(error) }));
  });
}

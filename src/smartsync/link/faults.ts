/** Why there is no connection to the server, for the local page and the log. */
export const linkFaults = [
  'name-not-found',
  'refused',
  'no-answer',
  'tls-untrusted',
  'tls-name',
  'tls-expired',
  'tls-failed',
  'proxy',
  'not-portaria',
  'server-busy',
  'token-refused',
  'token-expired',
  'agents-full',
  'replaced',
  'lost',
  'unknown-agent',
  'revoked',
  'wrong-proof',
  'incompatible',
] as const;
export type LinkFault = (typeof linkFaults)[number];

/** `detail`: what the network or the other side said. */
export class LinkError extends Error {
  readonly fault: LinkFault;
  readonly detail: string | undefined;
  constructor(fault: LinkFault, detail?: string) {
    super(detail ? `${fault}: ${detail}` : fault);
    this.fault = fault;
    this.detail = detail;
  }
}

const byCode: Record<string, LinkFault> = {
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'no-answer',
  EHOSTUNREACH: 'no-answer',
  ENETUNREACH: 'no-answer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  EPROTO: 'tls-failed',
};

/** What an error of Node's network means. */
export function linkErrorOf(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  const { code = '', message = '', errors } = error as { code?: string; message?: string; errors?: unknown[] };
  // of a name with several addresses, the first says why
  if (errors?.[0]) return linkErrorOf(errors[0]);
  if (/timeout|timed out/i.test(message)) return new LinkError('no-answer', message);
  return new LinkError(byCode[code] ?? (code.startsWith('ERR_SSL') ? 'tls-failed' : 'lost'), message);
}

/** How a connection ended that had been made (RFC 6455 §7.4). 4000: the same identity connected again, from another place or before the old connection was noticed to be dead. */
export const linkErrorOfClose = (code: number, reason: string): LinkError =>
  new LinkError(code === 4000 ? 'replaced' : 'lost', `closed with ${code}${reason && `: ${reason}`}`);

/** An answer of HTTP that is not what was asked for. `said`: what the proxy or the server wrote. */
export function linkErrorOfStatus(status: number, said = ''): LinkError {
  const detail = `HTTP ${status}${said ? `: ${said.slice(0, 300)}` : ''}`;
  if (status === 407) return new LinkError('proxy', detail);
  if (status === 408 || status === 425 || status === 429 || status >= 500) return new LinkError('server-busy', detail);
  return new LinkError('not-portaria', detail);
}

import type { IncomingMessage } from 'node:http';

/** What stands for the whole server in `OPTIONS *` (RFC 9112 §3.2.4). */
export const wholeServer = '*';

/** uri-host and port (RFC 9110 §7.2, RFC 3986 §3.2.2); of HTTP/1.0 there may be none. */
const hostPattern = /^([a-z0-9._~!$&'()*+,;=%-]*|\[[0-9a-f:.]+\])(:\d*)?$/i;

/**
 * Reads where a request goes (RFC 9112 §3.2). An absolute-form target is rewritten to its path, and its authority replaces the Host field (§3.2.2).
 * @returns the path as it was sent, `*` for the whole server, or undefined when it is no target that could be answered
 */
export function readTarget(request: IncomingMessage): string | undefined {
  // which of two hosts was meant nobody can know, and a proxy may have believed the other (RFC 9112 §3.2)
  if ((request.headersDistinct.host?.length ?? 0) > 1) return undefined;
  if (!hostPattern.test(request.headers.host ?? '')) return undefined;
  const target = request.url ?? '/';
  if (target === wholeServer) return request.method === 'OPTIONS' ? wholeServer : undefined;
  if (!target.startsWith('/') && !readAbsoluteForm(request, target)) return undefined;
  const path = request.url!.split('?', 1)[0]!;
  if (path === wholeServer) return path;
  // a browser takes a backslash for a slash
  if (request.url!.includes('\\')) return undefined;
  try {
    if (path.includes('%')) decodeURIComponent(path);
    return path;
  } catch {
    return undefined;
  }
}

/** @returns false when it is none: another scheme, a user name before the host (RFC 9110 §4.2.4), no host */
function readAbsoluteForm(request: IncomingMessage, target: string): boolean {
  const [, origin = '', authority = '', rest = ''] = /^(https?:\/\/([^/?#\\@\s]+))((?:[/?].*)?)$/i.exec(target) ?? [];
  if (!authority || !URL.canParse(origin)) return false;
  request.headers.host = new URL(origin).host;
  request.url = rest.startsWith('/') ? rest : rest === '' && request.method === 'OPTIONS' ? wholeServer : `/${rest}`;
  return true;
}

/** What a path with doubled slashes, or one at its end, may have meant. None of them begins with two slashes: that would be another host. */
export function tidyPaths(path: string): string[] {
  const single = path.replace(/\/{2,}/g, '/');
  const candidates = single.length > 1 && single.endsWith('/') ? [single, single.slice(0, -1)] : [single];
  return candidates.filter((candidate) => candidate !== path);
}

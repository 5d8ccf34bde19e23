/** The value of a cookie in a Cookie header (RFC 6265 §5.4); the first when a name comes twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** @param value undefined removes it. HttpOnly, SameSite=Lax, path / always (what a __Host- cookie needs, RFC 6265bis §4.1.3.2). */
export function serializeCookie(
  name: string,
  value: string | undefined,
  { secure, maxAgeSeconds }: { secure: boolean; maxAgeSeconds?: number },
): string {
  const life = value === undefined ? '; Max-Age=0' : maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  return `${name}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}${life}`;
}

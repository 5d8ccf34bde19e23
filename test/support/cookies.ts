import { isIP } from 'node:net';

/** What a browser minds of a cookie besides its value (RFC 6265bis §5.7). */
type Rule = { path: string; isSecure: boolean; sameSite: 'strict' | 'lax' | 'none' | undefined; domain: string | undefined };

/** Values by name, and by `name;path` where the path is not `/`. */
type Values = Map<string, string>;

const isLoopback = (hostname: string): boolean => /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(hostname);
/** Secure cookies are for https, and for this machine (as Chromium has it). */
const isTrusted = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || isLoopback(hostname);
const isWithin = (hostname: string, domain: string): boolean => hostname === domain || hostname.endsWith(`.${domain}`);

/** Scheme and registrable name: the port does not count. Names here have one label above it. */
function siteOf({ protocol, hostname }: URL): string {
  const isName = isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
  return `${protocol}//${isName ? hostname.split('.').slice(-2).join('.') : hostname}`;
}

const pathMatches = (path: string, wanted: string): boolean =>
  path === wanted || (path.startsWith(wanted) && (wanted.endsWith('/') || path[wanted.length] === '/'));

/**
 * Takes and gives cookies as Chromium does; a test compares the two. One thing differs: hosts are told apart by their port too, because in tests every
 * server is on the loopback address.
 */
export class Cookies {
  /** By host, or by `.domain` of those that go to all names within one. */
  readonly values = new Map<string, Values>();
  readonly #rules = new Map<string, Rule>();

  of(host: string): Values {
    const own = this.values.get(host) ?? new Map<string, string>();
    this.values.set(host, own);
    return own;
  }

  /** @param line of a Set-Cookie header that `from` answered with */
  take(line: string, from: URL): void {
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', ...rest] = pair.split('=');
    const said = new Map(attributes.map((one) => one.split('=')).map(([key = '', value = '']) => [key.trim().toLowerCase(), value.trim()]));
    const domain = said.get('domain')?.replace(/^\./, '').toLowerCase() || undefined;
    const ownPath = from.pathname.replace(/\/[^/]*$/, '') || '/';
    const sameSite = said.get('samesite')?.toLowerCase();
    const rule: Rule = {
      path: said.get('path')?.startsWith('/') ? said.get('path')! : ownPath,
      isSecure: said.has('secure'),
      sameSite: sameSite === 'strict' || sameSite === 'lax' || sameSite === 'none' ? sameSite : undefined,
      domain: domain === from.hostname && isIP(from.hostname) ? undefined : domain,
    };
    if (isRefused(name, rule, from, said.get('path'))) return;
    const host = rule.domain ? `.${rule.domain}` : from.host;
    const key = rule.path === '/' ? name : `${name};${rule.path}`;
    if (/max-age=0|expires=Thu, 01.Jan.1970/i.test(line) || rest.join('=') === '') this.of(host).delete(key);
    else this.of(host).set(key, rest.join('='));
    this.#rules.set(`${host} ${key}`, rule);
  }

  /**
   * What goes along with a navigation, as a Cookie header.
   * @param initiator the page that led here; undefined is the address bar
   */
  give(to: URL, method: string, initiator: string | undefined): string {
    const isSameSite = initiator === undefined || siteOf(new URL(initiator)) === siteOf(to);
    const hosts = [...this.values.keys()].filter(
      (host) => host === to.host || (host.startsWith('.') && isWithin(to.hostname, host.slice(1))),
    );
    const sent: string[] = [];
    for (const host of hosts) {
      for (const [key, value] of this.of(host)) {
        const rule = this.#rules.get(`${host} ${key}`);
        // without SameSite it is lax, but for two minutes after it was set a POST has it too; tests are quicker
        const isSent = isSameSite || rule?.sameSite === 'none' || !rule?.sameSite || (rule.sameSite === 'lax' && method === 'GET');
        if (!isSent || (rule && (!pathMatches(to.pathname, rule.path) || (rule.isSecure && !isTrusted(to))))) continue;
        sent.push(`${key.split(';')[0]}=${value}`);
      }
    }
    return sent.join('; ');
  }
}

function isRefused(name: string, { isSecure, sameSite, domain }: Rule, from: URL, path: string | undefined): boolean {
  if (isSecure && !isTrusted(from)) return true;
  if (sameSite === 'none' && !isSecure) return true;
  if (domain !== undefined && !(isWithin(from.hostname, domain) && domain.includes('.'))) return true;
  if (name.startsWith('__Secure-')) return !isSecure;
  return name.startsWith('__Host-') && (!isSecure || domain !== undefined || path !== '/');
}

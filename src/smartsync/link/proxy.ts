import type { Agent } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { LinkError } from './faults.ts';

/** The settings of the proxy as programs share them: curl's meaning of NO_PROXY (names with all below them, `*`, a port of their own). */
type ProxySettings = { proxy: string | undefined; httpsProxy: string | undefined; noProxy: string | undefined };

export const proxyFromEnvironment = (env: NodeJS.ProcessEnv) => ({
  httpsProxy: env.HTTPS_PROXY || env.https_proxy,
  noProxy: env.NO_PROXY || env.no_proxy,
});

const isExcepted = (url: URL, noProxy: string): boolean =>
  noProxy
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', port] = /^\*?\.?(.+?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (port && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false;
      return url.hostname === name || url.hostname.endsWith(`.${name}`);
    });

/** The proxy on the way to an address, if there is one: ours goes before the one that programs share, to which NO_PROXY belongs. */
export function proxyFor(address: string, { proxy, httpsProxy, noProxy }: ProxySettings): string | undefined {
  if (proxy) return proxy;
  const url = new URL(address);
  return httpsProxy && url.protocol === 'https:' && !isExcepted(url, noProxy ?? '') ? httpsProxy : undefined;
}

/** How to get to the server: through the proxy by CONNECT, so that it sees nothing but the server's name (RFC 9110 §9.3.6), or directly. */
export class Way {
  readonly agent: Agent | undefined;
  /** What the proxy said; undefined before it said anything. */
  #status: number | undefined;

  constructor(proxy: string | undefined) {
    const agent = proxy ? new HttpsProxyAgent(proxy) : undefined;
    agent?.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      this.#status = statusCode;
    });
    this.agent = agent;
  }

  /** Who is to blame for what went wrong before a connection was made: the proxy, if it was not reached or refused, whose answer looks like the server's. */
  blame(error: LinkError): LinkError {
    if (!this.agent || this.#status === 200) return error;
    return new LinkError('proxy', this.#status === undefined ? error.detail : `HTTP ${this.#status}`);
  }
}

/** Without its user name and password. */
export const shownProxy = (proxy: string): string => {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  return url ? url.host : '';
};

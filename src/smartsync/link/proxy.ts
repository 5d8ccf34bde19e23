import type { Agent } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** The settings of the proxy as programs share them: curl's meaning of NO_PROXY (names with all below them, `*`, a port of their own). */
export type ProxySettings = { proxy: string | undefined; httpsProxy: string | undefined; noProxy: string | undefined };

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

/** Connects through the proxy by CONNECT, so that it sees nothing but the server's name (RFC 9110 §9.3.6). */
export const agentFor = (proxy: string | undefined): Agent | undefined => (proxy ? new HttpsProxyAgent(proxy) : undefined);

/** Without its user name and password. */
export const shownProxy = (proxy: string): string => {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  return url ? url.host : '';
};

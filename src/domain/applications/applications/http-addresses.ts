import { isRedirectUri } from './redirect-addresses.ts';

/** An address by http at another machine than ours, written as an https one would have to be. */
export const isPlainHttp = (url: string): boolean =>
  url.startsWith('http:') && !isRedirectUri(url) && isRedirectUri(url.replace('http:', 'https:'));

/** Whether answers may go there: by https or on this machine; by http where the administrator has allowed it and the operator has opened the host. */
export const isOpenAddress = (url: string, allowHttp: boolean | undefined, isHttpHost: ((host: string) => boolean) | undefined): boolean =>
  !isPlainHttp(url) || (allowHttp === true && isHttpHost?.(new URL(url).hostname) === true);

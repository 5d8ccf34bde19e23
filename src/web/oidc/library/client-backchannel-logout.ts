// Why the library must be changed: it calls every relying party while the person who signs out waits, once, and only when the library's own page ended the session.
import type { Client, Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

type Send = (this: Client, sub: string, sid: string) => Promise<unknown>;

/** @throws Error when the relying party could not be reached */
export type SendLogoutToken = (clientId: string, sub: string, sid: string) => Promise<void>;

/** The library sends nothing by itself any more. @returns the library's way to send, for the job that tells relying parties, with retries */
export function replaceBackchannelLogout(provider: Provider): SendLogoutToken {
  let send: Send;
  replaceMethod<Send>(provider.Client.prototype, 'backchannelLogout', (own) => {
    send = own;
    return async () => {};
  });
  return async (clientId, sub, sid) => {
    const client = await provider.Client.find(clientId);
    if (client?.backchannelLogoutUri) await send.call(client, sub, sid);
  };
}

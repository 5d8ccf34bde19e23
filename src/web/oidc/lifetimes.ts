import type { Client, Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { secondsOf, type TokenTime } from '../../domain/applications/applications/index.ts';

const minutes = 60;
const hours = 60 * minutes;

/** In seconds, whatever the application. */
export const lifetimes = { AuthorizationCode: minutes, DeviceCode: 10 * minutes, Interaction: hours, Session: 12 * hours };

/** In seconds, as the application's settings say. */
export const clientSeconds = (client: Client | undefined, name: TokenTime): number => secondsOf(client, name);

/** An API says how long its tokens last; what an application has else does not shorten or lengthen them. @returns seconds */
const ofApi = (token: { resourceServer?: ResourceServer }): number | undefined => token.resourceServer?.accessTokenTTL;

/** No token says that it lasts longer than the grant it belongs to. */
const withinGrant = (name: TokenTime) => (ctx: KoaContextWithOIDC, token: object, client: Client) => {
  const seconds = ofApi(token) ?? clientSeconds(client, name);
  const left = ctx.oidc.entities.Grant?.remainingTTL ?? seconds;
  return Math.max(1, Math.min(seconds, left));
};

export const ttl: Configuration['ttl'] = {
  ...lifetimes,
  AccessToken: withinGrant('access_token_seconds'),
  ClientCredentials: (_ctx, token, client) => ofApi(token) ?? clientSeconds(client, 'access_token_seconds'),
  Grant: (ctx) => clientSeconds(ctx.oidc.client, 'grant_seconds'),
  IdToken: (_ctx, _token, client) => clientSeconds(client, 'id_token_seconds'),
  RefreshToken: withinGrant('refresh_token_seconds'),
  // what is bound to our session lasts as long as ours may
  Session: (_ctx, session) => Math.max(lifetimes.Session, (session as { lastsSeconds?: number }).lastsSeconds ?? 0),
};

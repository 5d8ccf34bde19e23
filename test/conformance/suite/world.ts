import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Answer, Jar, type send } from '../../support/jar.ts';

/** What a run is told: docs/conformance.md says how to register it. */
export const settingsSchema = z.strictObject({
  issuer: z.url(),
  client: z.strictObject({ client_id: z.string(), client_secret: z.string() }),
  second_client: z.strictObject({ client_id: z.string(), client_secret: z.string() }),
  /** One that authenticates by `private_key_jwt`, with its private key as a JWK. */
  key_client: z.strictObject({ client_id: z.string(), private_jwk: z.record(z.string(), z.unknown()) }).optional(),
  redirect_uri: z.url(),
  post_logout_redirect_uri: z.url(),
  /** Where the run listens at `/back-channel-logout`, on the loopback address. */
  back_channel_port: z.number().int().optional(),
  person: z.strictObject({ login: z.string(), password: z.string() }),
  /** Somebody who may not sign in any more, with a right password. */
  suspended_person: z.strictObject({ login: z.string(), password: z.string() }).optional(),
});

export type Settings = z.output<typeof settingsSchema>;
export type Client = Settings['client'];
export type ResponseMode = 'query' | 'form_post';

/** Members of the discovery document that checks look at; any may be missing. */
export type Metadata = { [name: string]: unknown } & Record<
  | 'issuer'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'userinfo_endpoint'
  | 'jwks_uri'
  | 'end_session_endpoint'
  | 'introspection_endpoint'
  | 'revocation_endpoint'
  | 'pushed_authorization_request_endpoint',
  string
>;

export type LogoutArrival = { method: string; type: string; body: string };

export type World = Settings & {
  metadata: Metadata;
  send: typeof send;
  mode: ResponseMode;
  /** A browser in which the person is signed in; checks that ask for nobody in it take a new one. */
  signedIn: Jar;
  newJar(): Jar;
  /** Logout tokens that arrived, newest last; undefined where the run was given no port. */
  logoutArrivals: LogoutArrival[] | undefined;
  /** Every code and token that was seen, by kind, to measure. */
  seen: Map<string, Set<string>>;
  /** What is begun early because it has to wait, by name. */
  begun: Map<string, unknown>;
};

export async function openWorld(settings: Settings, by: typeof send, logoutArrivals?: LogoutArrival[]): Promise<World> {
  const answer = await by(`${settings.issuer}/.well-known/openid-configuration`);
  if (answer.status !== 200) throw new Error(`${answer.url} answers ${answer.status}`);
  return {
    ...settings,
    metadata: JSON.parse(answer.text),
    send: by,
    mode: 'query',
    signedIn: new Jar(by),
    newJar: () => new Jar(by),
    logoutArrivals,
    seen: new Map(),
    begun: new Map(),
  };
}

export function note(world: World, kind: string, value: unknown): void {
  if (typeof value !== 'string') return;
  world.seen.set(kind, (world.seen.get(kind) ?? new Set()).add(value));
}

/** @returns undefined for what is no JSON object */
export function readJson({ text }: Answer): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export const listOf = (world: World, name: string): string[] =>
  Array.isArray(world.metadata[name]) ? (world.metadata[name] as string[]) : [];
export const claimsOf = (token: string): JWTPayload => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
export const headerOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

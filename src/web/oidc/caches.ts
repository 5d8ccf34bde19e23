import type { Client } from 'oidc-provider';
import { Cache } from '../../platform/cache/index.ts';

/** What is kept for the companies of one server. Keys are made by `keyOf` of a ContextProvider. */
export type OidcCaches = ReturnType<typeof createCaches>;

/** The person, and of a session its id, of a token the client's. */
export type Holder = { userId: string; of: string };

const hourMs = 3600 * 1000;

/** @param companies how many are held in memory */
export const createCaches = (companies: number) => ({
  /** Discovery and keys as they are sent. */
  documents: new Cache<Buffer>({ name: 'oidc_documents', max: Math.min(companies, 1000) }),
  clients: new Cache<Client>({ name: 'oidc_clients', max: Math.max(companies, 2000) }),
  /** A digest of what was last saved of the library's session, and when that row ends. */
  sessions: new Cache<{ digest: string; expiresAt: number }>({ name: 'oidc_sessions', max: 20_000 }),
  /** The id by which an application joined a session. */
  joined: new Cache<string>({ name: 'oidc_joined_sessions', max: 20_000 }),
  /** Whose a session or token is, by the hash of its secret: so what is asked next can be read together with it. It allows nothing: what was read ahead is used only if the session or token, once read, is that person's. */
  holders: new Cache<Holder>({ name: 'oidc_holders', max: 20_000 }),
  // an hour is fine enough to see whether a secret is still needed, and spares a write at every request
  secretUses: new Cache<true>({ name: 'oidc_secret_uses', max: 20_000, ttlMs: hourMs, keepsFirstEnd: true }),
});

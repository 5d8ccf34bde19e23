// Owns: what the library keeps and finds, by kind, on the store of protocol artifacts; its clients are our applications.
// Does not: settle what a request uses up and issues (middlewares/settle.ts), or know the tables (domain/records/protocol-artifacts).
import type { Adapter } from 'oidc-provider';
import type { ContextProvider } from '../context-provider.ts';
import { ArtifactAdapter } from './artifact-adapter.ts';
import { ClientAdapter } from './client-adapter.ts';
import { Clients } from './clients.ts';
import { ReplayAdapter } from './replay-adapter.ts';
import { SealedAdapter } from './sealed-adapter.ts';
import { SessionAdapter } from './session-adapter.ts';
import { ExchangeableAdapter, IssuedAdapter } from './token-adapters.ts';

/** What is not named here is kept as it comes. */
const byKind: Record<string, typeof ArtifactAdapter> = {
  Client: ClientAdapter,
  Session: SessionAdapter,
  ReplayDetection: ReplayAdapter,
  // these carry other bearer values (a device code, a session cookie, a pushed request), or must come back with their own id when found by another key
  Interaction: SealedAdapter,
  DeviceCode: SealedAdapter,
  AuthorizationCode: ExchangeableAdapter,
  RefreshToken: ExchangeableAdapter,
  AccessToken: IssuedAdapter,
  ClientCredentials: IssuedAdapter,
};

/** The store of one context's provider. */
export function createAdapter(op: ContextProvider): (kind: string) => Adapter {
  const clients = new Clients(op);
  return (kind) => new (byKind[kind] ?? ArtifactAdapter)({ op, clients }, kind);
}

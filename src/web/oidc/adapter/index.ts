// Owns: what the library keeps and finds, by kind, on the store of protocol artifacts; its clients are our applications.
// Does not: settle what a request uses up and issues (middlewares/settle.ts), or know the tables (domain/records/protocol-artifacts).
import type { Adapter } from 'oidc-provider';
import { ArtifactAdapter } from './artifact-adapter.ts';
import { ClientAdapter } from './client-adapter.ts';
import { ReplayAdapter } from './replay-adapter.ts';
import { SealedAdapter } from './sealed-adapter.ts';
import { SessionAdapter } from './session-adapter.ts';
import { AccessTokenAdapter, ExchangeableAdapter, IssuedAdapter } from './token-adapters.ts';

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
  AccessToken: AccessTokenAdapter,
  ClientCredentials: IssuedAdapter,
};

/** The library's store of one kind, each time of the company in force. */
export const createAdapter = (kind: string): Adapter => new (byKind[kind] ?? ArtifactAdapter)(kind);

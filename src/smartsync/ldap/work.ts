import type { EntryRecord, Sealed } from '../../smartsync-protocol/index.ts';

/** What came sealed: `key` proves the answer. */
export type Opened = { key: string; password?: string; oldPassword?: string; newPassword?: string };

/**
 * What serving one request needs. `openSealed` throws when it was not sealed for this agent and purpose; `send` resolves when the server took the batch; `signal` ends the work at its deadline or when
 * nobody waits any more.
 */
export type Work = {
  requestId: string;
  openSealed(sealed: Sealed, purpose: string): Promise<Opened>;
  send(entries: EntryRecord[]): Promise<void>;
  signal: AbortSignal;
};

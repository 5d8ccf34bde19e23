// Owns: everything that the agent says to a directory in LDAP: connections, binds, reading, changes, writes.
// Does not: know the server, keep settings or show pages.
import type { AnswerOf, DirectoryRequest, DirectoryStatus, EntryRecord, Sealed } from '../../smartsync-protocol/index.ts';
import type { Check, CheckName, ConnectionReport, Fault, ServerCertificate } from './report.ts';
import type { DirectorySettings } from './settings.ts';

export { checks, faults } from './report.ts';
export type { Check, CheckName, ConnectionReport, DirectorySettings, Fault, ServerCertificate };

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

/** The directory of this agent. It looks at its servers from the start on, and tells `onStatus` listeners what changed. */
export class Directory {
  readonly settings: DirectorySettings;

  constructor(settings: DirectorySettings) {
    this.settings = settings;
  }

  status(): DirectoryStatus {
    throw new Error('not yet');
  }

  onStatus(_listener: (status: DirectoryStatus) => void): void {}

  /** Never throws: what goes wrong is an answer. */
  async serve<Request extends DirectoryRequest>(_request: Request, _work: Work): Promise<AnswerOf<Request['kind']>> {
    throw new Error('not yet');
  }

  async close(): Promise<void> {}
}

/** "Test connection" of the local page: every server, then the directory. */
export async function testConnection(_settings: DirectorySettings, _userFilter?: string): Promise<ConnectionReport> {
  throw new Error('not yet');
}

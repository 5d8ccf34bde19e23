import { acceptEntries, type EntryChanges } from '../../src/domain/administration/directory-acceptance/index.ts';
import {
  approveRun,
  declineRun,
  getRun,
  listRunChanges,
  type Run,
  type RunChange,
  startRun,
} from '../../src/domain/administration/directory-runs/index.ts';
import { addDirectory, type DirectoryInput, editDirectory, getDirectory } from '../../src/domain/people/directories/index.ts';
import { type Entry, type EntryState, listEntries } from '../../src/domain/people/directory-entries/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { isOver, pause } from './patience.ts';
import type { Samba } from './samba.ts';
import type { TestServer } from './server.ts';
import type { Slapd } from './slapd.ts';
import { type SmartSyncProcess, startSmartSync } from './smartsync.ts';

type Settings = NonNullable<DirectoryInput['settings']>;

/** Company acme with a directory that a real agent speaks for. */
export type LinkedDirectory = {
  scope: Scope;
  directoryId: string;
  token: string;
  agent: SmartSyncProcess;
  /** Reads, and does what changed; resolves when the run is over or stops to ask. */
  run(what?: { isWhole?: boolean; purpose?: 'sync' | 'preview' }): Promise<Run>;
  /** Resolves when the run is over. */
  approve(run: Run): Promise<Run>;
  decline(run: Run): Promise<void>;
  changes(run: Run): Promise<RunChange[]>;
  entries(state: EntryState, kind?: Entry['kind']): Promise<Entry[]>;
  acceptAll(): Promise<EntryChanges>;
  set(settings: Settings): Promise<void>;
  /** Logins of the active people here who come from this directory. */
  active(): Promise<string[]>;
  /** Logins of the members that the group of this name has here. */
  members(group: string): Promise<string[]>;
};

const ends: Run['state'][] = ['done', 'failed', 'declined', 'stopped'];

type Options = { name?: string; settings?: Settings; account?: 'sync' | 'writer'; env?: Record<string, string> };

/** Names a directory, and starts an agent for it, which the caller stops. The server must do jobs. */
export async function linkDirectory(
  server: TestServer,
  directory: Slapd | Samba,
  { name = 'Headquarters', settings = {}, account, env }: Options = {},
): Promise<LinkedDirectory> {
  const scope = await server.scope();
  // nothing is read but when a test asks for it
  const added = await addDirectory(scope, { name, settings: { readEverySeconds: 86_400, ...settings } });
  const { directoryId } = added.directory;
  const agent = await startSmartSync({ server: `${server.baseUrl}/acme`, token: added.token, directory, account, env });
  const over = async (runId: Run['runId']): Promise<Run> => {
    for (const begun = performance.now(); ; await pause(50)) {
      const run = await getRun(scope, runId);
      if (ends.includes(run.state)) return run;
      if (isOver(begun, 50_000))
        throw new Error(`the run is still ${run.state} ${run.fault ?? ''} ${run.faultDetail ?? ''}\n${agent.output()}`);
    }
  };
  const everything = async <T>(next: (cursor?: string) => Promise<{ items: T[]; cursor?: string }>): Promise<T[]> => {
    const all: T[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await next(cursor);
      all.push(...page.items);
      cursor = page.cursor;
      if (!cursor) return all;
    }
  };
  return {
    scope,
    directoryId,
    token: added.token,
    agent,
    run: async ({ isWhole = false, purpose = 'sync' } = {}) => over(await startRun(scope, directoryId, { purpose, isWhole })),
    async approve({ runId }) {
      await approveRun(scope, runId);
      return over(runId);
    },
    decline: ({ runId }) => declineRun(scope, runId),
    changes: ({ runId }) => everything((cursor) => listRunChanges(scope, runId, { cursor })),
    entries: (state, kind) => everything((cursor) => listEntries(scope, { directoryId, state, kind, cursor }, 1000)),
    acceptAll: () => acceptEntries(scope, directoryId, { all: true }),
    async active() {
      const { rows } = await scope.db.raw<{ rows: { login: string }[] }>(
        `SELECT coalesce(u.username, u.email) AS login FROM users u JOIN directory_entries e ON e.context_id = u.context_id AND e.user_id = u.user_id
         WHERE e.context_id = ? AND e.directory_id = ? AND u.status = 'activated' ORDER BY 1`,
        [scope.contextId, directoryId],
      );
      return rows.map(({ login }) => login);
    },
    async members(group) {
      const { rows } = await scope.db.raw<{ rows: { login: string }[] }>(
        `SELECT coalesce(u.username, u.email) AS login FROM groups g JOIN group_members m ON m.context_id = g.context_id AND m.group_id = g.group_id
         JOIN users u ON u.context_id = m.context_id AND u.user_id = m.user_id WHERE g.context_id = ? AND g.name = ? ORDER BY 1`,
        [scope.contextId, group],
      );
      return rows.map(({ login }) => login);
    },
    async set(changed) {
      const { name: kept, settings: before } = await getDirectory(scope, directoryId);
      await editDirectory(scope, directoryId, { name: kept, settings: { ...before, ...changed } });
    },
  };
}

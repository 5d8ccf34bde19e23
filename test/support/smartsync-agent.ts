import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, type Ldap, type OpenedDirectory } from '../../src/smartsync/agent.ts';
import { createLog } from '../../src/smartsync/log.ts';
import { SettingsStore } from '../../src/smartsync/settings/index.ts';
import type { DirectoryStatus } from '../../src/smartsync-protocol/index.ts';

export type Served = Parameters<OpenedDirectory['serve']>;
type Serve = (request: Served[0], work: Served[1]) => Promise<unknown>;

/** A directory whose answers a test gives. */
export class FakeDirectory {
  answer: Serve = async () => ({ outcome: 'accepted' });
  now: DirectoryStatus = { isUp: true, kind: 'openldap', servers: [{ url: 'ldap://127.0.0.1', isUp: true }] };
  readonly #listeners: ((status: DirectoryStatus) => void)[] = [];
  isClosed = false;
  looks = 0;

  status = (): DirectoryStatus => this.now;
  onStatus = (listener: (status: DirectoryStatus) => void): void => void this.#listeners.push(listener);
  serve = ((request: Served[0], work: Served[1]) => this.answer(request, work)) as OpenedDirectory['serve'];
  look = async (): Promise<void> => void this.looks++;
  close = async (): Promise<void> => {
    this.isClosed = true;
  };

  become(status: DirectoryStatus): void {
    this.now = status;
    for (const listener of this.#listeners) listener(status);
  }
}

/** A folder of an agent, removed by `remove`. */
export function agentFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'portaria-smartsync-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** An agent in this process, with a directory that a test speaks for. */
export function startAgent(
  folder: string,
  env: Record<string, string>,
  test: Ldap['test'] = async () => ({ isOk: true, checks: [] }),
): { agent: Agent; directory: FakeDirectory } {
  const directory = new FakeDirectory();
  const all = { SMARTSYNC_DATA_DIR: folder, SMARTSYNC_PAGE_PORT: '0', SMARTSYNC_LDAP_URL: 'ldap://127.0.0.1:1', ...env };
  const agent = new Agent(
    new SettingsStore(all),
    createLog(() => {}),
    all,
    { open: () => directory, test },
  );
  return { agent, directory };
}

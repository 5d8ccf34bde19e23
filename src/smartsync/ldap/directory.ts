import type {
  AnswerOf,
  CreatePersonAnswer,
  DirectoryRequest,
  DirectoryStatus,
  RequestKind,
  RequestOf,
} from '../../smartsync-protocol/index.ts';
import { changePassword, resetPassword } from './change-password.ts';
import { createPerson } from './create-person.ts';
import { refusalOf } from './failure.ts';
import { findPeople } from './reading/find-people.ts';
import { read } from './reading/read.ts';
import { type Rights, readRights } from './rights.ts';
import { Servers } from './servers.ts';
import { setEnabled } from './set-enabled.ts';
import type { DirectorySettings } from './settings.ts';
import { verifyPassword } from './verify-password.ts';
import type { Work } from './work.ts';

const rightsForMs = 600_000;
const writes: RequestKind[] = ['reset-password', 'set-enabled', 'create-person'];
const mostMade = 1000;

/** The directory of this agent. It looks at its servers from the start on, and tells `onStatus` listeners what changed. */
export class Directory {
  readonly #settings: DirectorySettings;
  readonly #servers: Servers;
  readonly #listeners = new Set<(status: DirectoryStatus) => void>();
  readonly #closing = new AbortController();
  #rights?: Rights;
  #rightsReadAt = 0;
  readonly #made = new Map<string, Promise<CreatePersonAnswer>>();
  #told = '';

  constructor(settings: DirectorySettings) {
    this.#settings = settings;
    this.#servers = new Servers(settings, () => {
      this.#tell();
      void this.#readRights().then(() => this.#tell());
    });
    void this.#servers.look();
  }

  status(): DirectoryStatus {
    const { current, all } = this.#servers;
    const facts = current?.facts ?? all.find((server) => server.facts)?.facts;
    return {
      isUp: current !== undefined,
      servers: all.map(({ health }) => health),
      ...(facts && {
        kind: facts.kind,
        rootDn: this.#settings.baseDn ?? facts.rootDn,
        accountDomain: facts.accountDomain,
        clockOffsetSeconds: facts.clockOffsetSeconds,
      }),
      isEncrypted: current?.isEncrypted,
      rights: this.#rights,
    };
  }

  onStatus(listener: (status: DirectoryStatus) => void): void {
    this.#listeners.add(listener);
  }

  /** Looks at its servers now, also where a wrong bind would keep us from trying again. */
  async look(): Promise<void> {
    for (const server of this.#servers.all) server.forgive();
    await this.#servers.look();
    this.#rightsReadAt = 0;
    await this.#readRights();
    this.#tell();
  }

  /** Never throws: what goes wrong is an answer. */
  async serve<Kind extends RequestKind>(request: Extract<DirectoryRequest, { kind: Kind }>, work: Work): Promise<AnswerOf<Kind>> {
    try {
      return (await this.#serve(request, work)) as AnswerOf<Kind>;
    } catch (error) {
      return refusalOf(error) as AnswerOf<Kind>;
    } finally {
      if (writes.includes(request.kind)) void this.#readRights(true).then(() => this.#tell());
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#servers.close();
  }

  async #serve(request: DirectoryRequest, work: Work): Promise<AnswerOf<RequestKind>> {
    switch (request.kind) {
      case 'verify-password':
        return verifyPassword(this.#servers, request.body, work);
      case 'change-password':
        return changePassword(this.#servers, request.body, work);
      case 'reset-password':
        return resetPassword(this.#servers, request.body, work);
      case 'set-enabled':
        return setEnabled(this.#servers, request.body, work);
      case 'create-person':
        return this.#createOnce(request.body, work);
      case 'read':
        return read(this.#servers, request.body, work);
      case 'find-people':
        return findPeople(this.#servers, request.body, work);
    }
  }

  /** A repeated request gets the answer of the first, also while that is being found. */
  async #createOnce(body: RequestOf<'create-person'>, work: Work): Promise<CreatePersonAnswer> {
    const made = this.#made.get(work.requestId) ?? createPerson(this.#servers, body, work);
    this.#made.set(work.requestId, made);
    if (this.#made.size > mostMade) this.#made.delete(this.#made.keys().next().value!);
    return made.catch((error) => {
      this.#made.delete(work.requestId);
      throw error;
    });
  }

  /** @param isNews what was done just now may tell of others than are known */
  async #readRights(isNews = false): Promise<void> {
    if (!this.#servers.current || (!isNews && Date.now() - this.#rightsReadAt < rightsForMs)) return;
    this.#rightsReadAt = Date.now();
    this.#rights = await this.#servers.use('service', readRights, this.#closing.signal).catch(() => this.#rights);
  }

  /** A clock's jitter is no news. */
  #tell(): void {
    const status = this.status();
    const told = JSON.stringify({ ...status, clockOffsetSeconds: Math.round((status.clockOffsetSeconds ?? 0) / 10) });
    if (told === this.#told || this.#closing.signal.aborted) return;
    this.#told = told;
    for (const listener of this.#listeners) listener(status);
  }
}

import { newId } from '../../../platform/crypto/index.ts';
import type { Log } from '../../../platform/log/index.ts';
import {
  answerSchemas,
  type DirectoryRequest,
  isProvenAnswer,
  type RequestKind,
  type SealedKey,
  seal,
} from '../../../smartsync-protocol/index.ts';
import type { AgentId, DirectoryId, DirectoryRequestId, Scope } from '../../scope.ts';
import type { AskOptions, Passwords, Unanswered } from './ask.ts';
import { mostTries, type NewRequest, type RequestTable, wantedSeconds } from './table.ts';

/** Who may answer for a directory, and whether all of them say that it is away. */
export type Answerers = { agents: SealedKey[]; away?: Unanswered['reason'] };

/** `queued`: it is in the table, or will be when this resolves. */
type Asked = NewRequest & {
  key?: string;
  endsAt: number;
  wantedUntil: number;
  queued?: Promise<void>;
  queueing?: NodeJS.Timeout;
  settle(answer: unknown): void;
};

/** What an agent of this process answers sooner is never written. */
const unwrittenMs = 100;

const timeoutOf = (kind: RequestKind): number => (kind === 'verify-password' ? 5000 : 30_000);
const unavailable = (reason: Unanswered['reason']): Unanswered => ({ outcome: 'unavailable', reason });

/** What a sealed password may be used for. An agent refuses it for anything else. */
const purposeOf = (kind: RequestKind, body: { entry?: { id: string }; login?: string }): string =>
  `${kind} ${body.entry?.id ?? body.login}`;

/** An empty password must never reach a directory: a bind with one succeeds as nobody (RFC 4513 §5.1.2). */
function findEmpty({
  password,
  oldPassword,
  newPassword,
}: Passwords): { outcome: 'refused'; reason: 'wrong-password' | 'password-too-short' } | undefined {
  if (oldPassword === '') return { outcome: 'refused', reason: 'wrong-password' };
  if (newPassword === '') return { outcome: 'refused', reason: 'password-too-short' };
  return password === '' ? { outcome: 'refused', reason: 'wrong-password' } : undefined;
}

/** Hands it to an agent of this process. */
type Local = {
  canGive(directoryId: DirectoryId, recipients: AgentId[]): boolean;
  give(request: NewRequest): boolean;
  cancel(requestId: DirectoryRequestId): void;
};

/** What was asked in this process and is not answered yet. The keys that prove an answer are here, and nowhere else. */
export class Asking {
  readonly #table: RequestTable;
  readonly #local: Local;
  readonly #findAnswerers: (scope: Scope, directoryId: DirectoryId) => Promise<Answerers>;
  readonly #log: Log;
  readonly #asked = new Map<DirectoryRequestId, Asked>();
  #isClosed = false;

  constructor(table: RequestTable, local: Local, findAnswerers: (scope: Scope, directoryId: DirectoryId) => Promise<Answerers>, log: Log) {
    this.#table = table;
    this.#local = local;
    this.#findAnswerers = findAnswerers;
    this.#log = log;
  }

  async ask(
    scope: Scope,
    directoryId: DirectoryId,
    { kind, body }: { kind: RequestKind; body: object },
    options: AskOptions = {},
  ): Promise<unknown> {
    if (scope.db.isTransaction) throw new Error('a directory is asked in no transaction');
    const { passwords, isOnce, timeoutMs = timeoutOf(kind), requestId = newId(Date.now()) as DirectoryRequestId, signal } = options;
    const tried = isOnce ? mostTries - 1 : 0;
    const endsAt = performance.now() + timeoutMs;
    const empty = passwords && findEmpty(passwords);
    if (empty) return empty;
    const { agents, away } = await this.#findAnswerers(scope, directoryId);
    const ids = agents.map(({ agentId }) => agentId as AgentId);
    if (agents.length === 0 || this.#isClosed) return unavailable('no-agent');
    const isTaken = this.#local.canGive(directoryId, ids);
    if (away && !(away === 'no-agent' && isTaken)) return unavailable(away);
    const sealed = passwords && (await seal(passwords, purposeOf(kind, body), agents));
    if (sealed && sealed.failed.length > 0)
      this.#log.error({ agents: sealed.failed, directory: directoryId }, 'nothing can be sealed to the keys of these agents');
    if (sealed && !sealed.sealed) return unavailable('no-agent');
    const request = { kind, body: sealed ? { ...body, sealed: sealed.sealed } : body } as DirectoryRequest;
    return this.#wait(
      { contextId: scope.contextId, requestId, directoryId, request, timeoutMs, isTaken, tries: isTaken ? tried + 1 : tried },
      endsAt,
      sealed?.key,
      signal,
    );
  }

  async #wait(request: NewRequest, endsAt: number, key?: string, signal?: AbortSignal): Promise<unknown> {
    const { requestId } = request;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const end = () => asked.settle(unavailable('late'));
    const late = setTimeout(end, signal?.aborted ? 0 : Math.max(0, endsAt - performance.now()));
    signal?.addEventListener('abort', end);
    const asked: Asked = {
      ...request,
      key,
      endsAt,
      wantedUntil: performance.now() + wantedSeconds * 1000,
      settle: (answer) => {
        if (!this.#asked.delete(requestId)) return;
        clearTimeout(late);
        clearTimeout(asked.queueing);
        signal?.removeEventListener('abort', end);
        resolve(answer);
        this.#local.cancel(requestId);
        asked.queued?.then(() => this.#table.drop(asked)).catch(() => {}); // it is swept
      },
    };
    this.#asked.set(requestId, asked);
    const queue = () =>
      this.#queue(asked).catch((error) => {
        reject(error);
        asked.settle(undefined);
      });
    if (asked.isTaken && this.#local.give(asked)) asked.queueing = setTimeout(queue, unwrittenMs);
    else {
      if (asked.isTaken) Object.assign(asked, { isTaken: false, tries: asked.tries - 1 });
      void queue();
    }
    return promise;
  }

  #queue(asked: Asked): Promise<void> {
    clearTimeout(asked.queueing);
    asked.queued ??= this.#table.ask(asked);
    return asked.queued;
  }

  /** The agent of this process that had it is gone. @returns whether it was not written yet: now it is, and others may take it */
  async free(requestId: DirectoryRequestId): Promise<boolean> {
    const asked = this.#asked.get(requestId);
    if (!asked) return false;
    const isNew = !asked.queued;
    // who is gone did nothing that a stranger could bring about: another may take even what is asked once
    if (isNew) Object.assign(asked, { isTaken: false, tries: Math.min(asked.tries, mostTries - 1) });
    await this.#queue(asked);
    return isNew;
  }

  /** @returns `worthless`: it cannot be read, or says yes without a proof; then another agent is asked */
  take(requestId: DirectoryRequestId, agentId: AgentId | undefined, given: unknown): 'taken' | 'worthless' | 'not-asked-here' {
    const asked = this.#asked.get(requestId);
    if (!asked) return 'not-asked-here';
    const { data: answer } = answerSchemas[asked.request.kind].safeParse(given);
    const isYes = answer?.outcome === 'accepted';
    const isWorthless =
      !answer || (isYes && asked.key && 'proof' in answer && !isProvenAnswer(asked.key, requestId, 'accepted', String(answer.proof)));
    if (!isWorthless) asked.settle(answer);
    else this.#askOthers(asked, agentId).catch(() => asked.settle(unavailable('late')));
    return isWorthless ? 'worthless' : 'taken';
  }

  async #askOthers(asked: Asked, notBy: AgentId | undefined): Promise<void> {
    asked.tries++;
    if (asked.tries >= mostTries) return asked.settle(unavailable('late'));
    clearTimeout(asked.queueing);
    await asked.queued?.then(() => this.#table.drop(asked));
    const timeoutMs = Math.max(1, Math.round(asked.endsAt - performance.now()));
    Object.assign(asked, { notBy, isTaken: false, timeoutMs, queued: undefined });
    if (this.#asked.has(asked.requestId)) await this.#queue(asked);
  }

  /** Told that there are answers. One that was taken by nobody is swept. */
  async fetch(requestIds: Iterable<DirectoryRequestId>): Promise<void> {
    const asked = [...requestIds].map((requestId) => this.#asked.get(requestId)).filter((one) => one !== undefined);
    await Promise.all(
      asked.map(async (one) => {
        const found = await this.#table.takeAnswer(one);
        if (!found) return;
        one.queued = undefined;
        this.take(one.requestId, found.agentId, found.answer);
      }),
    );
  }

  /** Notices may have been missed. */
  fetchAll = (): Promise<void> => this.fetch(this.#asked.keys());

  /** Once a second: what takes long is still wanted. */
  async tick(): Promise<void> {
    const now = performance.now();
    const old = [...this.#asked.values()].filter(
      ({ wantedUntil, endsAt }) => wantedUntil < Math.min(endsAt, now + (wantedSeconds / 2) * 1000),
    );
    if (old.length === 0) return;
    await this.#table.want(old);
    for (const one of old) one.wantedUntil = now + wantedSeconds * 1000;
  }

  /** Nobody in this process waits any more. */
  close(): void {
    this.#isClosed = true;
    for (const asked of [...this.#asked.values()]) asked.settle(unavailable('late'));
  }
}

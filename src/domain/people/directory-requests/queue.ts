import type { ChangeListener, Database, NoticedCache } from '../../../platform/database/index.ts';
import type { Log } from '../../../platform/log/index.ts';
import type { RequestKind } from '../../../smartsync-protocol/index.ts';
import type { DirectoryId, DirectoryRequestId, Scope } from '../../scope.ts';
import { getDirectory, listAgents, stateOf } from '../directories/index.ts';
import type { Ask } from './ask.ts';
import { type Answerers, Asking } from './asking.ts';
import { type ConnectedAgent, Serving } from './serving.ts';
import { channel, RequestTable } from './table.ts';

type Parts = { database: Database; listener: ChangeListener; cache: NoticedCache; log: Log };

/** @param outcome of the answer, with the reason of a refusal or of none */
export type CountAnswer = (kind: RequestKind, outcome: string) => void;

/** Asks directories in the name of this process, and lets the agents that are connected to it serve what any process asks. */
export class DirectoryQueue {
  readonly #asking: Asking;
  readonly #serving: Serving;
  readonly #timer: NodeJS.Timeout;

  constructor({ database, listener, cache, log }: Parts, count: CountAnswer = () => {}) {
    const table = new RequestTable(database);
    this.#serving = new Serving(
      table,
      { take: (...answer) => this.#asking.take(...answer), free: (requestId) => this.#asking.free(requestId) },
      log,
    );
    this.#asking = new Asking(
      table,
      {
        canGive: (...request) => this.#serving.canGive(...request),
        give: (request) => this.#serving.give({ ...request, deadlineMs: request.timeoutMs }),
        cancel: (requestId) => this.#serving.cancel(requestId),
      },
      (scope, directoryId) => cache.get(scope.contextId, `answerers ${directoryId}`, () => findAnswerers(scope, directoryId)),
      log,
    );
    const failed = (error: unknown) => log.error({ err: error }, 'the queue of directories does not answer');
    listener.hear(channel, (notice) => {
      const [what, id, directoryId] = notice?.split(' ') ?? [];
      if (what === 'open') this.#serving.look(directoryId as DirectoryId);
      else if (what === 'answered') this.#asking.fetch(id!.split(',') as DirectoryRequestId[]).catch(failed);
      else this.#asking.fetchAll().catch(failed);
    });
    this.#timer = setInterval(() => {
      this.#asking.tick().catch(failed);
      this.#serving.tick().catch(failed);
      if (!listener.isTrusted) this.#asking.fetchAll().catch(failed);
    }, 1000).unref();
    this.ask = (async (scope, directoryId, request, options) => {
      const answer = (await this.#asking.ask(scope, directoryId, request, options)) as { outcome: string; reason?: string };
      count(request.kind, answer.reason ?? answer.outcome);
      return answer;
    }) as Ask;
  }

  readonly ask: Ask;

  /** From now on it may be given work. */
  connect = (agent: ConnectedAgent): void => this.#serving.connect(agent);

  /** What it was working on is free at once. */
  disconnect = (agent: ConnectedAgent): Promise<void> => this.#serving.disconnect(agent);

  /** Of what this agent was given and has not answered. */
  kindOf = (agent: ConnectedAgent, requestId: string): RequestKind | undefined => this.#serving.kindOf(agent, requestId);

  /** An answer to what it was not given, or has answered, is passed over. */
  answer = (agent: ConnectedAgent, requestId: string, answer: unknown): Promise<void> => this.#serving.answer(agent, requestId, answer);

  /** Nothing that other processes ask is served any more. @returns how many requests are still worked on here, but for those that read */
  drain = (): number => this.#serving.drain();

  close(): void {
    clearInterval(this.#timer);
    this.#asking.close();
  }
}

async function findAnswerers(scope: Scope, directoryId: DirectoryId): Promise<Answerers> {
  const [agents, directory] = await Promise.all([listAgents(scope, directoryId), getDirectory(scope, directoryId).catch(() => undefined)]);
  if (!directory) return { agents: [] };
  const isAway = stateOf(directory) === 'unavailable';
  return {
    agents: agents.map(({ agentId, encryptionKey }) => ({ agentId, encryptionKey })),
    away: isAway ? (directory.unavailableReason === 'no-agent' ? 'no-agent' : 'directory-away') : undefined,
  };
}

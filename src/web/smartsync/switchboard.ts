import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import {
  findStaleDirectories,
  followAgents,
  followLostAgent,
  getDirectory,
  noteAgentSeen,
  noteAgentsConnected,
} from '../../domain/people/directories/index.ts';
import type { DirectoryQueue } from '../../domain/people/directory-requests/index.ts';
import { type Actor, openScope, openServerScope, type Scope } from '../../domain/scope.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Services } from '../request/index.ts';
import type { AgentLine } from './agent-line.ts';
import { closeCodes, say } from './frames.ts';

/** In whose name what agents say is written, whoever heard it. */
export const actor: Actor = { kind: 'system', name: 'smartsync' };
const beatMs = 5000;
/** After a start, agents of a process that ended need a moment to come back. */
const settledAfterMs = 15_000;
const drainMs = 2000;
/** For who comes back at once. */
const patienceMs = 1500;
const mostOfDirectory = 40;

/** The agents that are connected to this process: alive, not revoked, one connection each. */
export class Switchboard {
  readonly #services: Services;
  readonly #queue: DirectoryQueue;
  readonly #lines = new Map<AgentLine, WebSocket>();
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;
  #isBeating = false;
  readonly #changed = new Set<string>();

  constructor(services: Services, listener: ChangeListener, queue: DirectoryQueue) {
    this.#services = services;
    this.#queue = queue;
    this.#timer = setInterval(() => void this.beat(), beatMs).unref();
    listener.onChange((subject) => this.#noteChange(subject));
  }

  get connected(): number {
    return this.#lines.size;
  }

  /** An agent that comes back before its end was noticed takes the place of its former connection. */
  async plug(socket: WebSocket, line: AgentLine, scope: Scope, { software }: { software: string }): Promise<void> {
    const { directoryId, agentId } = line;
    const [directory] = await Promise.all([getDirectory(scope, directoryId), noteAgentSeen(scope, agentId, { software })]);
    if (this.#isClosing) return void line.close('the server stops', closeCodes.restart);
    const others = [...this.#lines.keys()].filter((one) => one.directoryId === directoryId);
    for (const former of others) if (former.agentId === agentId) former.close('connected again', closeCodes.replaced);
    if (others.length >= mostOfDirectory) return void line.close('too many connections');
    if (socket.readyState !== socket.OPEN) return;
    this.#lines.set(line, socket);
    socket.once('close', () => void this.#unplug(line));
    say(socket, { type: 'welcome', directoryId, directory: directory.name });
    this.#queue.connect(line);
    socket.resume();
  }

  async #unplug(line: AgentLine): Promise<void> {
    this.#lines.delete(line);
    const since = this.#services.clock.now();
    await this.#queue
      .disconnect(line)
      .catch((error) => this.#services.log.error({ err: error }, 'requests of an agent could not be freed'));
    if (!this.#isClosing) setTimeout(() => void this.#miss(line, since), patienceMs).unref();
  }

  /** Soon after it went: until its directory is noted to be away, sign-ins there only fail. */
  async #miss({ contextId, directoryId, agentId }: AgentLine, since: Date): Promise<void> {
    if (this.#isClosing || [...this.#lines.keys()].some((one) => one.agentId === agentId)) return;
    await followLostAgent(openScope(this.#services, contextId, actor), directoryId, agentId, since).catch((error) => {
      // it was removed meanwhile
      if (!(error instanceof AppError)) this.#services.log.error({ err: error }, 'the end of an agent could not be noted');
    });
  }

  /** Signs of life in both directions; who was revoked is told; and what all agents together say of their directories. */
  async beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      for (const line of this.#lines.keys()) line.ping();
      await this.#dropRevoked([...this.#lines.keys()]);
      if (performance.now() - this.#startedAt < settledAfterMs) return;
      for (const { contextId, directoryId } of await findStaleDirectories(openServerScope(this.#services, actor)))
        await followAgents(openScope(this.#services, contextId, actor), directoryId);
    } catch (error) {
      this.#services.log.error({ err: error }, 'the state of directories could not be written');
    } finally {
      this.#isBeating = false;
    }
  }

  /** Of many changes at once one look is enough. */
  #noteChange(subject: string): void {
    if (this.#lines.size === 0 || this.#changed.add(subject).size > 1) return;
    setTimeout(() => {
      const changed = new Set(this.#changed);
      this.#changed.clear();
      const concerned = [...this.#lines.keys()].filter(({ contextId }) => changed.has('*') || changed.has(contextId));
      this.#dropRevoked(concerned).catch((error) => this.#services.log.error({ err: error }, 'revoked agents could not be looked for'));
    }, 20).unref();
  }

  async #dropRevoked(lines: AgentLine[]): Promise<void> {
    if (lines.length === 0) return;
    const known = await noteAgentsConnected(openServerScope(this.#services, actor), lines);
    for (const line of lines) if (!known.has(line.agentId)) line.refuseRevoked();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const end = Date.now() + drainMs; this.#queue.drain() > 0 && Date.now() < end; ) await sleep(20);
    const lines = [...this.#lines.keys()];
    for (const line of lines) line.close('the server stops', closeCodes.restart);
    await Promise.all(lines.map((line) => this.#unplug(line)));
  }
}

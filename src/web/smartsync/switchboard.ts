import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import {
  claimAgents,
  findSpeakingAgents,
  followAgents,
  followLostAgent,
  forgetProcesses,
  getDirectory,
  listDirectoriesOfProcesses,
  noteAgentSeen,
  noteProcess,
  takeLostProcesses,
} from '../../domain/people/directories/index.ts';
import type { DirectoryQueue } from '../../domain/people/directory-requests/index.ts';
import { type Actor, type ContextId, type DirectoryId, openScope, openServerScope, type Scope } from '../../domain/scope.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Services } from '../request/index.ts';
import type { AgentLine } from './agent-line.ts';
import { closeCodes, say } from './frames.ts';

/** The actor of everything agents report, whichever process received it. */
export const actor: Actor = { kind: 'system', name: 'smartsync' };
const beatMs = 5000;
/** All agents are looked at once in so many beats, in case a notice was missed. */
const beatsOfLook = 12;
/** After a start, agents of a process that ended need a moment to come back. */
const settledAfterMs = 15_000;
const drainMs = 2000;
/** For who comes back at once. */
const patienceMs = 1500;
const mostOfDirectory = 40;

type DirectoryKey = { contextId: ContextId; directoryId: DirectoryId };

/**
 * The agents that are connected to this process: alive, not revoked, one connection each. As long as nothing happens it costs a statement or two at each beat, however many they
 * are, and however many directories there are.
 */
export class Switchboard {
  readonly #services: Services;
  readonly #listener: ChangeListener;
  readonly #queue: DirectoryQueue;
  readonly #lines = new Map<AgentLine, WebSocket>();
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;
  #isBeating = false;
  #beats = 0;
  readonly #processId = newId(Date.now());
  readonly #changed = new Set<string>();

  constructor(services: Services, listener: ChangeListener, queue: DirectoryQueue) {
    this.#services = services;
    this.#queue = queue;
    this.#listener = listener;
    this.#timer = setInterval(() => void this.beat(), beatMs).unref();
    listener.onChange((subject) => this.#noteChange(subject));
  }

  get connected(): number {
    return this.#lines.size;
  }

  /** An agent that comes back before its end was noticed takes the place of its former connection. */
  async plug(socket: WebSocket, line: AgentLine, scope: Scope, { software }: { software: string }): Promise<void> {
    const { directoryId, agentId } = line;
    const processId = this.#processId;
    // the first one: until the next beat nobody knows of this process
    if (this.#lines.size === 0) await noteProcess(this.#scope, processId);
    const [directory] = await Promise.all([getDirectory(scope, directoryId), noteAgentSeen(scope, agentId, { software, processId })]);
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

  get #scope() {
    return openServerScope(this.#services, actor);
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
    const lost = { agentId, since, processId: this.#processId };
    await followLostAgent(openScope(this.#services, contextId, actor), directoryId, lost).catch((error) => {
      // it was removed meanwhile
      if (!(error instanceof AppError)) this.#services.log.error({ err: error }, 'the end of an agent could not be noted');
    });
  }

  /** Signs of life in both directions; and what became of agents whose process is gone. */
  async beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      const lines = [...this.#lines.keys()];
      for (const line of lines) line.ping();
      if (lines.length > 0) await this.#noteLines(lines);
      if (performance.now() - this.#startedAt >= settledAfterMs) await this.#followLostProcesses();
    } catch (error) {
      this.#services.log.error({ err: error }, 'the state of directories could not be written');
    } finally {
      this.#isBeating = false;
    }
  }

  async #noteLines(lines: AgentLine[]): Promise<void> {
    const isMissed = await noteProcess(this.#scope, this.#processId);
    const isLook = ++this.#beats % beatsOfLook === 0;
    if (isLook || !this.#listener.isTrusted) await this.#dropRevoked(lines);
    // an agent of two connections, of which another process had the one that ended
    const claimed = isLook || isMissed ? await claimAgents(this.#scope, this.#processId, lines) : [];
    await this.#follow(isMissed ? lines : claimed);
  }

  async #followLostProcesses(): Promise<void> {
    const lost = await takeLostProcesses(this.#scope);
    if (lost.length === 0) return;
    await this.#follow(await listDirectoriesOfProcesses(this.#scope, lost));
    await forgetProcesses(this.#scope, lost);
  }

  async #follow(keys: DirectoryKey[]): Promise<void> {
    const each = new Map(keys.map((key) => [`${key.contextId} ${key.directoryId}`, key]));
    for (const { contextId, directoryId } of each.values())
      await followAgents(openScope(this.#services, contextId, actor), directoryId).catch((error) => {
        if (!(error instanceof AppError)) throw error; // it was removed meanwhile
      });
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
    const known = await findSpeakingAgents(this.#scope, lines);
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

import type { WebSocket } from 'ws';
import { stageEntries } from '../../domain/administration/directory-runs/index.ts';
import { type Agent, followAgents, noteAgentSeen } from '../../domain/people/directories/index.ts';
import type { ConnectedAgent, DirectoryQueue } from '../../domain/people/directory-requests/index.ts';
import type { AgentId, ContextId, DirectoryId, DirectoryRequestId, Scope } from '../../domain/scope.ts';
import type { Log } from '../../platform/log/index.ts';
import { type AgentMessage, agentMessage, type DirectoryStatus, type ServerMessage } from '../../smartsync-protocol/index.ts';
import { Allowance } from './allowance.ts';
import { closeCodes, closeFor, readMessage, say } from './frames.ts';
import type { ReadingCount } from './reading-limits.ts';

type Batch = Extract<AgentMessage, { type: 'batch' }>;
type Reading = { next: number; underWay: number; taken: Promise<void> };

const mostBatchesUnderWay = 2;
/** An agent that keeps to the protocol says no batch twice. */
const costOfRepeat = 20;

/** Of all agents of its directory: `bytes`, as reading what they say takes from everybody's time, and `reading`, as it fills the database. */
export type DirectoryLimits = { bytes: Allowance; reading: ReadingCount };

type Parts = { queue: DirectoryQueue; log: Log; limits: DirectoryLimits };

/** One agent that has proven who it is, from its welcome to its end. Whatever it says is of its own directory, and of what it was given. */
export class AgentLine implements ConnectedAgent {
  readonly contextId: ContextId;
  readonly directoryId: DirectoryId;
  readonly agentId: AgentId;
  isUp = true;
  /** Something was heard since this was last set back. */
  isAlive = true;
  readonly #socket: WebSocket;
  readonly #scope: Scope;
  readonly #queue: DirectoryQueue;
  readonly #log: Log;
  /** For what nobody asked for. */
  readonly #allowance = new Allowance(200, 10);
  readonly #limits: DirectoryLimits;
  readonly #readings = new Map<string, Reading>();
  #status: DirectoryStatus | undefined;
  #isNoting = false;
  #isOver = false;

  constructor(socket: WebSocket, { directoryId, agentId }: Agent, scope: Scope, { queue, log, limits }: Parts) {
    this.contextId = scope.contextId;
    this.directoryId = directoryId;
    this.agentId = agentId;
    this.#socket = socket;
    this.#scope = scope;
    this.#queue = queue;
    this.#log = log;
    this.#limits = limits;
    socket.on('message', (data) => this.#hear(data));
    socket.on('pong', () => {
      this.isAlive = true;
    });
    socket.on('ping', () => {
      this.isAlive = true;
      if (!this.#allowance.take()) this.close('too many pings');
    });
  }

  send(message: Extract<ServerMessage, { type: 'request' | 'cancel' }>): void {
    this.#readings.delete(message.requestId);
    say(this.#socket, message);
  }

  /** @param reason for the agent's log */
  close(reason: string, code?: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#log.info({ agent: this.agentId, reason }, 'the connection of an agent is closed');
    closeFor(this.#socket, reason, code);
  }

  refuseRevoked(): void {
    say(this.#socket, { type: 'refused', reason: 'revoked' });
    this.close('revoked');
  }

  /** Asks for a sign of life. One that gave none since it was last asked is cut off. */
  ping(): void {
    if (!this.isAlive) return void this.#socket.terminate();
    this.isAlive = false;
    this.#socket.ping();
  }

  #hear(data: unknown): void {
    if (this.#isOver) return;
    this.isAlive = true;
    this.#slow((data as Buffer).length);
    const content = readMessage(data);
    if (content === undefined) return void this.close('a message is no JSON', closeCodes.unreadable);
    const { data: message, error } = agentMessage.safeParse(content);
    if (message?.type === 'answer' && this.#kindOf(message.requestId))
      return void this.#run(this.#answer(message.requestId, message.answer));
    if (message?.type === 'batch' && this.#kindOf(message.requestId) === 'read')
      return void this.#takeBatch(message, (data as Buffer).length);
    if (!this.#allowance.take()) return void this.close('too many messages');
    if (message?.type === 'status') return void this.#hearStatus(message.status);
    if (error) this.#passOver(content, error.issues[0]?.path.join('.') ?? '');
  }

  /** Whoever says more than may be read at once is heard later. */
  #slow(bytes: number): void {
    const waitMs = this.#limits.bytes.spend(bytes);
    if (waitMs === 0 || this.#socket.isPaused) return;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), waitMs).unref();
  }

  /** We may not understand messages of a newer agent. But a reading waits for the result of its batch. */
  #passOver(content: unknown, where: string): void {
    const { type, requestId } = (content ?? {}) as { type?: unknown; requestId?: unknown };
    if (type !== 'batch' || typeof requestId !== 'string' || this.#kindOf(requestId) !== 'read') return;
    const detail = `a batch cannot be read: ${where}`.slice(0, 300);
    this.#endReading(requestId, 'failed', detail);
  }

  #endReading(requestId: string, reason: 'failed' | 'too-much', detail?: string): void {
    this.#run(this.#queue.answer(this, requestId, { outcome: 'refused', reason, detail }));
    say(this.#socket, { type: 'cancel', requestId: requestId as DirectoryRequestId });
  }

  #kindOf = (requestId: string) => this.#queue.kindOf(this, requestId);

  /** The batches before it are taken first: who asked finds everything. */
  async #answer(requestId: string, answer: unknown): Promise<void> {
    await this.#readings.get(requestId)?.taken;
    this.#readings.delete(requestId);
    await this.#queue.answer(this, requestId, answer);
  }

  #takeBatch({ requestId, sequence, entries }: Batch, bytes: number): void {
    const reading = this.#readings.get(requestId) ?? { next: 0, underWay: 0, taken: Promise.resolve() };
    this.#readings.set(requestId, reading);
    if (sequence < reading.next) {
      if (!this.#allowance.take(costOfRepeat)) this.close('too many messages');
      return;
    }
    if (sequence > reading.next) return void this.close('a batch is missing');
    if (reading.underWay >= mostBatchesUnderWay) return void this.close('too many batches at once');
    if (!this.#limits.reading.add(requestId, entries, bytes)) return void this.#endReading(requestId, 'too-much');
    reading.next++;
    reading.underWay++;
    reading.taken = reading.taken.then(async () => {
      await stageEntries(this.#scope, { directoryId: this.directoryId, directoryRequestId: requestId as DirectoryRequestId }, entries);
      reading.underWay--;
      say(this.#socket, { type: 'taken', requestId, sequence });
    });
    this.#run(reading.taken);
  }

  /** Of many at once the last one counts. */
  #hearStatus(status: DirectoryStatus): void {
    this.isUp = status.isUp;
    this.#status = status;
    if (!this.#isNoting) this.#run(this.#noteStatus());
  }

  async #noteStatus(): Promise<void> {
    this.#isNoting = true;
    try {
      for (let status = this.#status; status; status = this.#status) {
        this.#status = undefined;
        await noteAgentSeen(this.#scope, this.agentId, { status });
        await followAgents(this.#scope, this.directoryId);
      }
    } finally {
      this.#isNoting = false;
    }
  }

  /** What it said could not be written: its requests are free, and it comes back. */
  #run(work: Promise<unknown>): void {
    work.catch((error) => {
      if (this.#isOver) return;
      this.#log.error({ err: error, agent: this.agentId }, 'what an agent said could not be kept');
      this.close('it could not be kept', 1011);
    });
  }
}

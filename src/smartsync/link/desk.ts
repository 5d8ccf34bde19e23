import {
  type AgentMessage,
  answerSchemas,
  type DirectoryRequest,
  type EntryRecord,
  mostMessageBytes,
  openSealed,
  type RefusalReason,
} from '../../smartsync-protocol/index.ts';
import type { Identity } from '../identity/identity.ts';
import type { Directory } from '../ldap/index.ts';
import type { Log } from '../log.ts';
import { Batches } from './batches.ts';

const mostAtOnce = 64;
const mostWaiting = 1000;

type Request = { requestId: string; deadlineMs: number; request: DirectoryRequest };
type Open = { abort: AbortController; batches: Batches; timer: NodeJS.Timeout };

/** Of a directory, what is asked of it from afar. */
export type Served = Pick<Directory, 'serve'>;

/** What the desk serves with. `directory`: undefined until somebody says which. */
export type Serving = { directory(): Served | undefined; identity: Identity; log: Log };

const refused = (reason: RefusalReason, detail?: string) => ({ outcome: 'refused', reason, detail: detail?.slice(0, 2000) });
class Ended extends Error {}

/** Serves what is asked over one connection: many requests at once, each until its deadline or until nobody waits. Whatever happens in a request becomes its answer. */
export class Desk {
  readonly #serving: Serving;
  readonly #say: (message: AgentMessage) => void;
  readonly #open = new Map<string, Open>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #whenIdle: () => void = () => {};

  /** @param say sends a message over the connection; must not throw when that has ended */
  constructor(serving: Serving, say: (message: AgentMessage) => void) {
    this.#serving = serving;
    this.#say = say;
  }

  take(asked: Request): void {
    const { requestId } = asked;
    // asked twice over one connection: the first is answered
    if (this.#open.has(requestId)) return;
    if (this.#waiting.length >= mostWaiting) {
      this.#answer(requestId, refused('unavailable', 'SmartSync has too much to do'));
      return;
    }
    const abort = new AbortController();
    const batches = new Batches((batch) => this.#say({ type: 'batch', requestId, ...batch }), abort.signal);
    // 2^31 is as long as a timer can be
    const timer = setTimeout(() => abort.abort(new Error('the deadline has passed')), Math.min(asked.deadlineMs, 2 ** 31 - 1));
    this.#open.set(requestId, { abort, batches, timer });
    const start = () => void this.#run(asked);
    if (this.#busy < mostAtOnce) start();
    else this.#waiting.push(start);
  }

  taken(requestId: string, sequence: number): void {
    this.#open.get(requestId)?.batches.taken(sequence);
  }

  /** Nobody waits for it any more: it is not answered. */
  cancel(requestId: string): void {
    this.#open.get(requestId)?.abort.abort(new Ended());
  }

  /** The connection has ended: another agent is asked. */
  cancelAll(): void {
    for (const { abort } of this.#open.values()) abort.abort(new Ended());
  }

  /** Resolves when nothing is being done. */
  async idle(): Promise<void> {
    while (this.#open.size > 0)
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
  }

  async #run({ requestId, request }: Request): Promise<void> {
    const open = this.#open.get(requestId)!;
    const { signal } = open.abort;
    this.#busy++;
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      signal.throwIfAborted();
      // a directory that does not answer must not keep the place
      const answer = await Promise.race([this.#serve(requestId, request, open), ended]);
      this.#answer(requestId, answer);
    } catch (error) {
      if (error instanceof Ended) return;
      const isLate = signal.aborted;
      if (!isLate) this.#serving.log.say(`The request ${request.kind} failed: ${(error as Error).message}`);
      this.#answer(requestId, refused(isLate ? 'unavailable' : 'failed', (error as Error).message));
    } finally {
      clearTimeout(open.timer);
      open.abort.abort(new Ended());
      this.#busy--;
      this.#open.delete(requestId);
      this.#waiting.shift()?.();
      if (this.#open.size === 0) this.#whenIdle();
    }
  }

  async #serve(requestId: string, request: DirectoryRequest, { abort, batches }: Open): Promise<unknown> {
    const { directory, identity } = this.#serving;
    const served = directory();
    if (!served) return refused('unavailable', 'SmartSync has not been told yet which directory to use');
    const answer: unknown = await served.serve(request, {
      requestId,
      openSealed: (sealed, purpose) => openSealed(sealed, purpose, identity.agentId, identity.keys.encryption),
      send: (entries: EntryRecord[]) => batches.send(entries),
      signal: abort.signal,
    });
    await batches.finish();
    const read = answerSchemas[request.kind].safeParse(answer);
    if (!read.success) throw new Error(`the answer is not one to ${request.kind}`);
    return Buffer.byteLength(JSON.stringify(read.data)) < mostMessageBytes - 1024
      ? read.data
      : refused('failed', 'The answer is too large');
  }

  #answer(requestId: string, answer: unknown): void {
    this.#say({ type: 'answer', requestId, answer });
  }
}

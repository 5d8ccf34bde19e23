import cluster, { type Worker } from 'node:cluster';
import type { Ending, ToChild, ToSupervisor } from './messages.ts';

export type Ended = { exitCode: number | null; signal: string | null };

/** One supervised process, as its supervisor sees it. It runs the same program, and hears its orders once it listens. */
export class Child {
  readonly startedAt = Date.now();
  readonly ended: Promise<Ended>;
  /** Undefined once it is ready. */
  readonly readyOrEnded: Promise<Ended | undefined>;
  isReady = false;
  readonly #worker: Worker;
  #hasBegun = false;

  /** @param begin what it is told first @param hear is told what it says */
  constructor(begin: () => Promise<{ orders: unknown; missing?: string }>, hear: (message: ToSupervisor) => void) {
    this.#worker = cluster.fork();
    this.#worker.on('error', () => {}); // it may be gone before it is told something
    this.ended = new Promise((resolve) => this.#worker.once('exit', (exitCode, signal) => resolve({ exitCode, signal })));
    const ready = new Promise<undefined>((resolve) =>
      this.#worker.on('message', (message: ToSupervisor) => {
        if (message.say === 'hello')
          begin().then(
            (told) => {
              this.#hasBegun = true;
              this.send({ say: 'begin', ...told });
            },
            () => {}, // it is ended with those that began
          );
        if (message.say === 'ready') {
          this.isReady = true;
          resolve(undefined);
        }
        hear(message);
      }),
    );
    this.readyOrEnded = Promise.race([ready, this.ended]);
  }

  get id(): number {
    return this.#worker.id;
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  send(message: ToChild): void {
    if (this.#hasBegun && this.#worker.isConnected()) this.#worker.send(message, () => {});
  }

  stop(ending: Ending): void {
    // it has opened nothing yet
    if (this.#hasBegun) this.send({ say: 'stop', ending });
    else this.kill();
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}

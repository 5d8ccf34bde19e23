import cluster, { type Worker } from 'node:cluster';
import type { Ending, ToChild, ToSupervisor } from './messages.ts';

/** `error`: why it could not be started at all. */
export type Ended = { exitCode: number | null; signal: string | null; error?: Error };

/** For how long what it said last may be on its way, in ms. */
const lastWordsMs = 1000;

/** One supervised process, as its supervisor sees it. It runs the same program, and receives its orders once it listens. */
export class Child {
  readonly startedAt = Date.now();
  /** Once it is gone, and all that it said was heard. */
  readonly ended: Promise<Ended>;
  /** Undefined once it is ready. */
  readonly readyOrEnded: Promise<Ended | undefined>;
  isReady = false;
  /** Undefined where the machine has no room for another process. */
  readonly #worker?: Worker;
  #hasBegun = false;

  /** @param begin its first message @param hear called with its messages */
  constructor(begin: () => Promise<{ orders: unknown; missing?: string }>, hear: (message: ToSupervisor) => void) {
    try {
      this.#worker = cluster.fork();
    } catch (error) {
      // because memory ran out, say; the promise is settled as that of any other that falls
      this.ended = Promise.resolve({ exitCode: null, signal: null, error: error as Error });
      this.readyOrEnded = this.ended;
      return;
    }
    this.ended = endOf(this.#worker);
    const ready = new Promise<undefined>((resolve) =>
      this.#worker!.on('message', (message: ToSupervisor) => {
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

  get pid(): number | undefined {
    return this.#worker?.process.pid;
  }

  send(message: ToChild): void {
    if (this.#hasBegun && this.#worker?.isConnected()) this.#worker.send(message, () => {});
  }

  stop(ending: Ending): void {
    // it has opened nothing yet
    if (this.#hasBegun) this.send({ say: 'stop', ending });
    else this.kill();
  }

  kill(): void {
    // without a process Node.js may signal number 0, which is our own group
    if (this.pid !== undefined) this.#worker?.process.kill('SIGKILL');
  }
}

function endOf(worker: Worker): Promise<Ended> {
  return new Promise((resolve) => {
    // without free processes or files nothing exits; or it has ended before it got a message
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
    worker.once('exit', (exitCode, signal) => {
      const end = () => resolve({ exitCode, signal });
      if (!worker.isConnected()) return end();
      worker.once('disconnect', end);
      setTimeout(end, lastWordsMs).unref();
    });
  });
}

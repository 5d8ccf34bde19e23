import type { Connection } from './connection.ts';
import { ConnectionFailure, isUnavailable } from './failure.ts';

const idleForMs = 60_000;

/** Connections to one server, of one kind: open when asked for, kept for a minute, never more than `most` at once. Who comes when all are in use waits. */
export class Pool {
  readonly #open: () => Promise<Connection>;
  readonly #most: number;
  readonly #all = new Set<Connection>();
  #idle: { connection: Connection; since: number }[] = [];
  #inUse = 0;
  #timesClosed = 0;
  #waiting: (() => void)[] = [];

  constructor(open: () => Promise<Connection>, most: number) {
    this.#open = open;
    this.#most = most;
  }

  /** Work that failed because a kept connection was closed meanwhile is done again on a new one. @throws ConnectionFailure, and what `work` throws */
  async use<T>(work: (connection: Connection) => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      for (const timesClosed = this.#timesClosed; ; ) {
        const kept = this.#takeIdle();
        const connection = kept ?? (await this.#openOne(signal));
        try {
          const result = await this.#run(connection, work, signal);
          this.#keep(connection);
          return result;
        } catch (error) {
          if (connection.isOpen && !isUnavailable(error)) this.#keep(connection);
          else this.#drop(connection);
          const wasStale =
            kept &&
            error instanceof ConnectionFailure &&
            error.fault === 'unavailable' &&
            !signal.aborted &&
            timesClosed === this.#timesClosed;
          if (!wasStale) throw error;
        }
      }
    } finally {
      this.#inUse--;
      this.#waiting.shift()?.();
    }
  }

  /** Ends every connection, also those in use: what they do fails and goes elsewhere. */
  closeAll(): void {
    this.#timesClosed++;
    for (const connection of this.#all) connection.close();
    this.#all.clear();
    this.#idle = [];
  }

  /** Nobody waits for a connection longer than for the answer. */
  async #openOne(signal: AbortSignal): Promise<Connection> {
    const opening = this.#open();
    const connection = await new Promise<Connection>((resolve, reject) => {
      const stop = () => {
        reject(aborted());
        opening.then(
          (late) => late.close(),
          () => undefined,
        );
      };
      signal.addEventListener('abort', stop, { once: true });
      opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
      if (signal.aborted) stop();
    });
    this.#all.add(connection);
    return connection;
  }

  async #turn(signal: AbortSignal): Promise<void> {
    while (this.#inUse >= this.#most)
      await new Promise<void>((resolve, reject) => {
        const stop = () => {
          this.#waiting = this.#waiting.filter((one) => one !== go);
          reject(aborted());
        };
        const go = () => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        this.#waiting.push(go);
      });
    this.#inUse++;
  }

  async #run<T>(connection: Connection, work: (connection: Connection) => Promise<T>, signal: AbortSignal): Promise<T> {
    const end = () => connection.close();
    if (signal.aborted) throw aborted();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await work(connection);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  #takeIdle(): Connection | undefined {
    const oldest = Date.now() - idleForMs;
    for (;;) {
      const last = this.#idle.pop();
      if (!last) return undefined;
      if (last.connection.isOpen && last.since > oldest) return last.connection;
      this.#drop(last.connection);
    }
  }

  #keep(connection: Connection): void {
    this.#idle.push({ connection, since: Date.now() });
    while (this.#idle[0] && this.#idle[0].since <= Date.now() - idleForMs) this.#drop(this.#idle.shift()!.connection);
  }

  #drop(connection: Connection): void {
    connection.close();
    this.#all.delete(connection);
  }
}

const aborted = () => new ConnectionFailure('no-answer', 'nobody waits for it any more');

import type { Connection } from './connection.ts';
import type { Facts } from './facts.ts';
import { ConnectionFailure, isUnavailable } from './failure.ts';
import { type Purpose, Server } from './server.ts';
import type { DirectorySettings } from './settings.ts';

const lookEveryMs = 10_000;

/** A connection, what its server is, and where entries are looked for. */
export type Session = {
  connection: Connection;
  facts: Facts;
  base: string;
  /** Called just before what must not be done twice is sent: from then on no other connection is tried. */
  begin(): void;
};

/** The servers in their order: the first that is up is used, and each is looked at again every ten seconds, so that one that comes back is used again. */
export class Servers {
  readonly #settings: DirectorySettings;
  readonly all: Server[];
  readonly #closing = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onLook: () => void;
  readonly #looking = new Map<Server, Promise<void>>();

  constructor(settings: DirectorySettings, onLook: () => void) {
    this.#settings = settings;
    this.#onLook = onLook;
    this.all = settings.urls.map((url) => new Server(settings, url));
    this.#timer = setInterval(() => void this.look(), lookEveryMs);
    this.#timer.unref();
  }

  /** The one that is used now. */
  get current(): Server | undefined {
    return this.all.find(({ isUp }) => isUp);
  }

  async look(): Promise<void> {
    await Promise.all(this.all.map((server) => this.#lookAt(server)));
  }

  #lookAt(server: Server): Promise<void> {
    const looking =
      this.#looking.get(server) ??
      server.look(this.#closing.signal).finally(() => {
        this.#looking.delete(server);
        if (!this.#closing.signal.aborted) this.#onLook();
      });
    this.#looking.set(server, looking);
    return looking;
  }

  /**
   * Does the work on the first server that can. When one cannot be reached or is busy, the next one is asked, unless the work said `begin`.
   * @throws ConnectionFailure when none could, else what `work` throws
   */
  async use<T>(purpose: Purpose, work: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
    let failure: unknown;
    let hasBegun = false;
    for (const server of [...this.all].sort((a, b) => rank(a) - rank(b))) {
      if (signal.aborted || this.#closing.signal.aborted) break;
      try {
        if (!server.facts) await server.look(signal);
        const { facts } = server;
        if (!facts) throw new ConnectionFailure(server.fault ?? 'unavailable', server.detail ?? '');
        const base = this.#settings.baseDn ?? facts.rootDn ?? '';
        const begin = () => {
          hasBegun = true;
        };
        const run = (connection: Connection) => {
          if (hasBegun) throw new ConnectionFailure('no-answer', 'the connection ended before the answer came');
          return work({ connection, facts, base, begin });
        };
        return await server.use(purpose, run, signal);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        failure = error;
        if (!signal.aborted && error instanceof ConnectionFailure) this.#suspect(server);
        if (hasBegun) throw error;
      }
    }
    throw failure ?? new ConnectionFailure('no-answer', 'no server answered in time');
  }

  /** A server that failed is not asked first again until it was looked at, which happens at once. */
  #suspect(server: Server): void {
    server.isSuspect = true;
    void this.#lookAt(server);
  }

  close(): void {
    this.#closing.abort();
    clearInterval(this.#timer);
    for (const server of this.all) server.close();
  }
}

/** One that was not looked at yet is as good as one that is up. */
const rank = ({ isUp, isSuspect }: Server): number => (isUp === false || isSuspect ? 1 : 0);

/** Told by signals to end. One that comes again changes nothing, so that a process and whoever started it may be signalled together; SIGINT ends a drain, too. */
export type SignalledEnd = {
  /** By which signal; never, where none comes. */
  asked: Promise<NodeJS.Signals>;
  /** Aborted where nobody is to be waited for. */
  atOnce: AbortSignal;
  readonly isAsked: boolean;
};

/** From now on signals do not end this process by themselves. */
export function listenForEnd(signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']): SignalledEnd {
  const hurry = new AbortController();
  let isAsked = false;
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of signals)
      process.on(signal, () => {
        isAsked = true;
        // somebody at a terminal: no balancer is to be told
        if (signal !== 'SIGTERM') hurry.abort();
        resolve(signal);
      });
  });
  return {
    asked,
    atOnce: hurry.signal,
    get isAsked() {
      return isAsked;
    },
  };
}

/** What is open, closed in reverse. */
export class Openings {
  readonly #opened: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#opened.push(close);
  }

  async close(): Promise<void> {
    for (let close = this.#opened.pop(); close; close = this.#opened.pop()) await close();
  }
}

import type pg from 'pg';

/** The messages of a COPY: pg has no API for them, but lets us handle the protocol ourselves (PostgreSQL, "COPY Operations"). */
type Wire = {
  stream: NodeJS.ReadWriteStream & { writableNeedDrain: boolean };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
};

type Part = {
  submit(wire: Wire): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
  [handler: `handle${string}`]: (...args: never[]) => void;
};

const send = (client: pg.Client, part: Part): void => void client.query(part as unknown as pg.Submittable);
const nothing = {
  handleRowDescription() {},
  handleDataRow() {},
  handleCommandComplete() {},
  handleEmptyQuery() {},
  handlePortalSuspended() {},
};

/** How much may wait for a slow reader before PostgreSQL is held back, in bytes. */
const mostWaiting = 1024 * 1024;

/** The rows of `COPY … TO STDOUT`, each as PostgreSQL writes it, in no more memory than a few of them need. @param client on which nothing else is asked meanwhile */
export async function* copyOut(client: pg.Client, text: string): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  let failure: Error | undefined;
  let wake = () => {};
  let wire: Wire | undefined;
  send(client, {
    ...nothing,
    submit(of) {
      wire = of;
      of.query(text);
    },
    handleCopyData({ chunk }: { chunk: Buffer }) {
      waiting.push(Buffer.from(chunk)); // pg writes the next ones over it
      bytes += chunk.length;
      if (bytes > mostWaiting) wire!.stream.pause();
      wake();
    },
    handleError(error) {
      failure = error;
      isOver = true;
      wake();
    },
    handleReadyForQuery() {
      isOver = true;
      wake();
    },
  });
  for (;;) {
    const some = waiting;
    waiting = [];
    bytes = 0;
    wire?.stream.resume();
    yield* some;
    if (failure) throw failure;
    if (waiting.length > 0) continue;
    if (isOver) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** Runs `COPY … FROM STDIN` with the rows of `source`. @returns how many came */
export function copyIn(client: pg.Client, text: string, source: AsyncIterable<Buffer>): Promise<number> {
  let rows = 0;
  let sourceFailure: unknown;
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const feed = async (wire: Wire): Promise<void> => {
      try {
        for await (const chunk of source) {
          if (failure) return; // PostgreSQL has refused a row: the rest need not come
          wire.sendCopyFromChunk(chunk);
          if (wire.stream.writableNeedDrain) await drained(wire.stream);
        }
        wire.endCopyFrom();
      } catch (error) {
        sourceFailure = error;
        wire.sendCopyFail('the source failed');
      }
    };
    send(client, {
      ...nothing,
      submit: (wire) => wire.query(text),
      handleCopyInResponse: (wire: Wire) => void feed(wire),
      handleCommandComplete({ text: tag }: { text: string }) {
        rows = Number(tag.split(' ')[1]);
      },
      // of a lost connection no "ready" follows
      handleError(error) {
        failure = error;
        reject(sourceFailure ?? error);
      },
      handleReadyForQuery: () => (failure ? undefined : resolve(rows)),
    });
  });
}

const drained = (stream: NodeJS.ReadWriteStream): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      for (const name of ['drain', 'close', 'error']) stream.off(name, done);
      resolve();
    };
    for (const name of ['drain', 'close', 'error']) stream.once(name, done);
  });

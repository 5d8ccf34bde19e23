import pg from 'pg';

const channel = 'portaria_changed';

/**
 * Hears what other processes changed (LISTEN/NOTIFY), so that caches are never older than a notice. While the connection is down `isTrusted` is false and
 * caches must not be used; after it returns everything cached is dropped.
 */
export class ChangeListener {
  readonly #url: string;
  readonly #handlers = new Set<(subject: string) => void>();
  readonly #others = new Map<string, (notice: string | undefined) => void>();
  #client: pg.Client | undefined;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  isTrusted = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** `subject` is what was handed to `changeNotice`, or '*' for everything. */
  onChange(handler: (subject: string) => void): void {
    this.#handlers.add(handler);
  }

  /** Before `start`: another channel on the same connection. @param handler called with undefined if notices may have been missed */
  hear(other: string, handler: (notice: string | undefined) => void): void {
    this.#others.set(other, handler);
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'portaria listener', keepAlive: true });
    client.on('notification', ({ channel: heard, payload }) =>
      heard === channel ? this.tell(payload ?? '*') : this.#others.get(heard)?.(payload),
    );
    let isLost = false;
    const lost = () => {
      // a connection says its end twice, by "error" and by "end": two that follow it would leave one that nobody closes
      if (isLost) return;
      isLost = true;
      this.isTrusted = false;
      this.#client = undefined;
      if (!this.#closed) this.#retry = setTimeout(() => this.start().catch(() => {}), 500);
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      await client.query([channel, ...this.#others.keys()].map((name) => `LISTEN ${name}`).join('; '));
    } catch (error) {
      lost();
      await client.end().catch(() => {});
      throw error;
    }
    if (this.#closed) return client.end().catch(() => {});
    this.#client = client;
    this.#beat(client);
    this.tell('*');
    this.isTrusted = true;
    for (const missed of this.#others.values()) missed(undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => {});
  }

  /** A connection that is only half open would be silent for ever: one that does not answer is given up. */
  #beat(client: pg.Client): void {
    const timer = setInterval(async () => {
      if (this.#client !== client) return clearInterval(timer);
      const answer = await Promise.race([
        client.query('SELECT 1').catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 2000).unref()),
      ]);
      if (answer || this.#client !== client) return;
      clearInterval(timer);
      this.isTrusted = false;
      client.connection.stream.destroy();
    }, 5000);
    timer.unref();
  }

  /** Whoever changed something here need not wait for the notice. */
  tell(subject: string): void {
    for (const handler of this.#handlers) handler(subject);
  }
}

/** Tells every process, at commit, that `subject` changed. Runs in the caller's transaction. */
export async function notifyChange(db: { raw(sql: string, bindings: unknown[]): PromiseLike<unknown> }, subject: string): Promise<void> {
  await db.raw('SELECT pg_notify(?, ?)', [channel, subject]);
}

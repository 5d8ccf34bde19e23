import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const lockKey = "hashtextextended('portaria worker ' || $1, 0)";

export type Looks = {
  /** Between looks for the dead. */
  everyMs: number;
  /** A pool is dead when its lock is free at two looks so far apart: one that lost its connection takes its lock again in between. */
  graceMs: number;
};

/**
 * Says which pools of workers live, by locks that PostgreSQL lets go of when a process dies however it dies, and gives the jobs of the dead back to the queue, which would
 * keep them for four hours. It is the pool's name that the queue writes beside a job, not the worker's.
 */
export class LiveWorkers {
  readonly #url: string;
  readonly #looks: Looks;
  readonly #ids: string[] = [];
  /** Since when a pool's lock was found free. */
  #missing = new Map<string, number>();
  #client: pg.Client | undefined;
  #stopped = false;
  /** One after the other: they share a connection. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(url: string, looks: Looks) {
    this.#url = url;
    this.#looks = looks;
  }

  /** A pool of this process: before its first job. */
  add(poolId: string): void {
    this.#ids.push(poolId);
    this.#inTurn(async () => {
      await this.#client?.query(`SELECT pg_advisory_lock(${lockKey})`, [poolId]);
    });
  }

  /** The first look is now. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#look());
    void (async () => {
      while (!this.#stopped) {
        await sleep(this.#looks.everyMs, undefined, { ref: false });
        if (!this.#stopped) await this.#inTurn(() => this.#look());
      }
    })();
  }

  /** Whatever our own workers are still at: others may take it at once. */
  async giveBack(): Promise<void> {
    await this.#inTurn(
      async () => void (await (await this.#connect()).query('SELECT graphile_worker.force_unlock_workers($1)', [this.#ids])),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    await this.#client?.end().catch(() => {});
  }

  /** A failure is the store being away: the next look will tell. */
  #inTurn(work: () => Promise<void>): Promise<unknown> {
    this.#turn = this.#turn.then(work).catch(() => {});
    return this.#turn;
  }

  async #connect(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({ connectionString: this.#url, application_name: 'portaria workers' });
    let isLost = false;
    client.on('error', () => {});
    client.on('end', () => {
      isLost = true;
      if (this.#client !== client) return;
      // we live: our locks are taken again before anybody looks twice
      this.#client = undefined;
      this.#missing.clear();
      if (!this.#stopped) this.#inTurn(async () => void (await this.#connect()));
    });
    await client.connect();
    for (const id of this.#ids) await client.query(`SELECT pg_advisory_lock(${lockKey})`, [id]);
    if (isLost) throw new Error('the connection was lost');
    this.#client = client;
    return client;
  }

  async #look(): Promise<void> {
    const client = await this.#connect();
    const { rows } = await client.query<{ id: string }>(
      `SELECT DISTINCT locked_by AS id FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
       UNION SELECT DISTINCT locked_by FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL`,
    );
    const missing = new Map<string, number>();
    for (const { id } of rows.filter((row) => !this.#ids.includes(row.id))) {
      const free = await client.query(`SELECT pg_try_advisory_lock(${lockKey}) AS free`, [id]);
      if (!free.rows[0]?.free) continue;
      const since = this.#missing.get(id) ?? Date.now();
      if (Date.now() - since >= this.#looks.graceMs) await client.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [id]);
      else missing.set(id, since);
      await client.query(`SELECT pg_advisory_unlock(${lockKey})`, [id]);
    }
    this.#missing = missing;
  }
}

import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log/index.ts';
import { FigureSum } from './add-up-figures.ts';
import { Child } from './child.ts';
import type { Ending, ToSupervisor } from './messages.ts';

type Options<Orders> = {
  count: number;
  log: Log;
  /** Who has which place: the first may be asked for what one alone is to do. */
  ordersFor(place: number): Orders;
  /** How long a process may take to end, in ms. */
  patienceMs: number;
};

/** Of one that fell within this time it is not known that it works. */
const shortLifeMs = 30_000;
/** How long nobody waits for the figures of one that does not answer, in ms. */
const figuresMs = 2000;

/** Before the next one starts, in ms: at once after a long life, then later each time, so that processes which die at once do not keep the machine busy. */
export const pauseMs = (quickDeaths: number): number => (quickDeaths === 0 ? 0 : Math.min(30_000, 1000 * 2 ** (quickDeaths - 1)));

/** A process ended before it was ready for the first time: there is no use in starting it again. */
export class NeverReady extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`a process ended with ${exitCode} before it was ready`);
    this.exitCode = exitCode;
  }
}

type Place = { child?: Child; next?: Child; quickDeaths: number; timer?: NodeJS.Timeout };

/** Keeps so many processes running that serve one port together. */
export class Supervisor<Orders> {
  readonly #options: Options<Orders>;
  readonly #places: Place[];
  readonly #figures = new FigureSum();
  readonly #asked = new Map<number, () => void>();
  /** All that run, those that are being replaced too. */
  readonly #children = new Set<Child>();
  #asks = 0;
  #isStarted = false;
  #firstReady: Promise<void> = Promise.resolve();
  #ending: Ending | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: Options<Orders>) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, () => ({ quickDeaths: 0 }));
  }

  /** All load at once; but the others begin after the first is ready, so that what is wrong is said once. @throws NeverReady */
  async start(): Promise<void> {
    const startAt = async (place: Place) => {
      const child = this.#open(place);
      place.child = child;
      const ended = await child.readyOrEnded;
      if (ended && !this.#ending) throw new NeverReady(ended.exitCode ?? 1);
    };
    const [first, ...others] = this.#places.map(startAt);
    // where that fails, the others wait until `stop` ends them
    this.#firstReady = first!;
    for (const other of others) other.catch(() => {});
    await first;
    await Promise.all(others);
    this.#isStarted = true;
    for (const place of this.#places) if (place.child && !this.#children.has(place.child)) this.#startAgain(place);
    this.#tellMissing();
  }

  /** One after the other, each once another has taken its place. One that does not get ready ends it: the others stay as they are. */
  restartAll(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      for (const place of this.#places) if (!this.#ending && !(await this.#replace(place))) return;
      if (!this.#ending) this.#options.log.info('every server process was replaced');
    });
    return this.#turn;
  }

  /** Ends all of them. Asked again, `at-once` ends a drain that is under way. */
  async stop(ending: Ending): Promise<void> {
    this.#ending = ending;
    for (const { timer } of this.#places) clearTimeout(timer);
    const children = [...this.#children];
    for (const child of children) child.stop(ending);
    await Promise.all(children.map((child) => this.#endOf(child)));
  }

  async figures(): Promise<string> {
    await Promise.all([...this.#children].map((child) => this.#askFigures(child)));
    return this.#figures.print();
  }

  #open(place: Place): Child {
    const child = new Child(
      async () => {
        if (place !== this.#places[0]) await this.#firstReady;
        return { orders: this.#options.ordersFor(this.#places.indexOf(place)), missing: this.#missing() };
      },
      (message) => this.#hear(child, message),
    );
    this.#children.add(child);
    child.ended.then(async ({ exitCode, signal }) => {
      this.#children.delete(child);
      await this.#figures.end(child.id);
      if (this.#ending || place.child !== child) return;
      this.#options.log.error({ process: child.pid, exitCode, signal }, 'a server process ended by itself');
      if (!this.#isStarted) return;
      this.#startAgain(place);
      this.#tellMissing();
    });
    return child;
  }

  #startAgain(place: Place): void {
    if (!place.child || Date.now() - place.child.startedAt > shortLifeMs) place.quickDeaths = 0;
    const inMs = pauseMs(place.quickDeaths);
    place.quickDeaths += 1;
    place.timer = setTimeout(() => {
      // a restart of all may have filled the place meanwhile
      if (this.#ending || (place.child && this.#children.has(place.child))) return;
      place.child = this.#open(place);
      place.child.readyOrEnded.then(() => this.#tellMissing());
    }, inMs);
  }

  /** @returns false when the new one did not get ready */
  async #replace(place: Place): Promise<boolean> {
    const old = place.child;
    const child = this.#open(place);
    const ended = await child.readyOrEnded;
    if (this.#ending) return false;
    if (ended) {
      this.#options.log.error({ process: child.pid, ...ended }, 'a new server process did not get ready; the old ones stay');
      return false;
    }
    const isOldAlive = old !== undefined && this.#children.has(old);
    // whoever started in a place that was empty meanwhile makes way, too
    const current = place.child;
    place.child = child;
    place.quickDeaths = 0;
    this.#tellMissing();
    for (const one of new Set([isOldAlive ? old : undefined, current]))
      if (one && this.#children.has(one)) {
        one.stop('replaced');
        await this.#endOf(one);
      }
    return true;
  }

  async #endOf(child: Child): Promise<void> {
    const late = setTimeout(() => {
      this.#options.log.error({ process: child.pid }, 'a server process does not end and is killed');
      child.kill();
    }, this.#options.patienceMs);
    await child.ended;
    clearTimeout(late);
  }

  /** Why the port is not ready: every process has to be. */
  #missing(): string | undefined {
    const ready = this.#places.filter(({ child }) => child && this.#children.has(child) && child.isReady).length;
    return ready === this.#places.length ? undefined : `${ready} of ${this.#places.length} server processes are ready`;
  }

  #tellMissing(): void {
    const missing = this.#missing();
    for (const child of this.#children) child.send({ say: 'siblings', missing });
  }

  #hear(child: Child, message: ToSupervisor): void {
    if (message.say === 'ready') this.#tellMissing();
    if (message.say === 'figures' || message.say === 'last-figures') this.#figures.note(child.id, message.figures);
    if (message.say === 'figures') this.#asked.get(message.ask)?.();
    if (message.say === 'ask-all-figures')
      this.figures().then(
        (text) => child.send({ say: 'all-figures', ask: message.ask, text }),
        (error) => {
          this.#options.log.error({ err: error }, 'the figures could not be added up');
          child.send({ say: 'all-figures', ask: message.ask });
        },
      );
    if (message.say === 'pass-on') for (const one of this.#children) one.send({ say: 'passed-on', what: message.what });
  }

  /** One that does not answer counts as it was last. */
  async #askFigures(child: Child): Promise<void> {
    if (!child.isReady) return;
    this.#asks += 1;
    const ask = this.#asks;
    const answered = new Promise<void>((resolve) => this.#asked.set(ask, resolve));
    child.send({ say: 'tell-figures', ask });
    await Promise.race([answered, child.ended, sleep(figuresMs, undefined, { ref: false })]);
    this.#asked.delete(ask);
  }
}

export const isSupervised = (): boolean => cluster.isWorker;

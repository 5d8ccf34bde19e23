import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log/index.ts';
import { FigureSum } from './add-up-figures.ts';
import { Child } from './child.ts';
import type { Ending, ToSupervisor } from './messages.ts';
import { countFall, ownFigures } from './own-figures.ts';

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
  readonly #ownFigures = ownFigures(() => this.#states());
  readonly #asked = new Map<number, () => void>();
  #silent = 0;
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
    const answered = await Promise.all([...this.#children].filter(({ isReady }) => isReady).map((child) => this.#askFigures(child)));
    this.#silent = answered.filter((one) => !one).length;
    return this.#figures.print(await this.#ownFigures());
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
    child.ended.then(({ error, ...ended }) => {
      this.#children.delete(child);
      this.#figures.end(child).catch((fault) => this.#options.log.error({ err: fault }, 'the figures of a process were lost'));
      if (this.#ending || place.child !== child) return;
      countFall();
      if (error) this.#options.log.error({ err: error }, 'a server process could not be started');
      else this.#options.log.error({ process: child.pid, ...ended }, 'a server process ended by itself');
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
      const child = this.#open(place);
      place.child = child;
      child.readyOrEnded.then((ended) => {
        if (!ended)
          this.#options.log.info({ process: child.pid, ...this.#states() }, 'a server process is ready in the place of one that ended');
        this.#tellMissing();
      });
    }, inMs);
  }

  /** @returns false when the new one did not get ready */
  async #replace(place: Place): Promise<boolean> {
    const old = place.child;
    const child = this.#open(place);
    const ended = await child.readyOrEnded;
    if (this.#ending) return false;
    if (ended) {
      const { error: err, ...how } = ended;
      this.#options.log.error({ process: child.pid, ...how, err }, 'a new server process did not get ready; the old ones stay');
      return false;
    }
    const isOldAlive = old !== undefined && this.#children.has(old);
    // a process started in a slot that was empty in between gives way, too
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

  #states() {
    const ready = this.#places.filter(({ child }) => child && this.#children.has(child) && child.isReady).length;
    return { ready, missing: this.#places.length - ready, silent: this.#silent };
  }

  /** Why the port is not ready. Every process has to be at first; later one that fell must not take the others out of service. */
  #missing(): string | undefined {
    const { ready, missing } = this.#states();
    const isEnough = this.#isStarted ? ready > 0 : missing === 0;
    return isEnough ? undefined : `${ready} of ${this.#places.length} server processes are ready`;
  }

  #tellMissing(): void {
    const missing = this.#missing();
    for (const child of this.#children) child.send({ say: 'siblings', missing });
  }

  #hear(child: Child, message: ToSupervisor): void {
    if (message.say === 'ready') this.#tellMissing();
    if (message.say === 'figures' || message.say === 'last-figures') this.#figures.note(child, message.figures);
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

  /** One that does not answer counts as it was last. @returns whether it did, or has ended */
  async #askFigures(child: Child): Promise<boolean> {
    this.#asks += 1;
    const ask = this.#asks;
    const answered = new Promise<void>((resolve) => this.#asked.set(ask, resolve));
    child.send({ say: 'tell-figures', ask });
    const told = Promise.race([answered, child.ended]).then(() => true);
    const isTold = await Promise.race([told, sleep(figuresMs, false, { ref: false })]);
    this.#asked.delete(ask);
    return isTold;
  }
}

export const isSupervised = (): boolean => cluster.isWorker;

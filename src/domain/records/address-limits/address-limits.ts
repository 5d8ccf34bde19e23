import { setTimeout as sleep } from 'node:timers/promises';
import { Cache } from '../../../platform/cache/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { ContextId, Scope } from '../../scope.ts';
import { addToCounts, type Count, readCounts, takeOffCounts } from './counts.ts';
import { recordHeldBack } from './held-back.ts';
import { type Allowance, allowancesOf, type LimitKind, type LimitSettings, type Place, windowMs } from './rules.ts';

/** Counts that a process remembers; one that is forgotten is read again. */
const mostKnown = 50_000;
/** How long, in ms, what other processes counted may be unknown here, and what they gave back of a count that was used up. */
const defaultFreshness = { count: 2000, usedUp: 30_000 };
/** How long an attempt waits for others of the same place, how often it looks, and how many of one place may wait. */
const patienceMs = 5000;
const lookMs = 25;
const mostWaiting = 200;

type Known = { n: number; since: number; readAt: number };
type Keyed = Allowance & { key: string };

/**
 * Limits what comes from a place, for all processes together. A right answer uses nothing up and writes nothing. What is under way counts as wrong until it is known, so that
 * parallel guesses get no more than one after the other: it has to wait, and is not refused for that. Once a limit is reached this memory answers, and the store is asked twice a minute.
 */
export class AddressLimits {
  readonly #settings: LimitSettings;
  readonly #noteRefusal: (kind: LimitKind) => void;
  readonly #known = new Cache<Known>({ name: 'address_limits', max: mostKnown });
  readonly #underWay = new Map<string, number>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, number>();
  readonly #fresh: typeof defaultFreshness;

  /** @param noteRefusal called for everything that is refused */
  constructor(settings: LimitSettings, noteRefusal: (kind: LimitKind) => void, fresh = defaultFreshness) {
    this.#fresh = fresh;
    this.#settings = settings;
    this.#noteRefusal = noteRefusal;
  }

  /** From memory alone: for what must cost nothing. @returns what it is refused with, undefined where nothing is known against it */
  findRefusal(contextId: ContextId, kind: LimitKind, place: Place, now: Date): AppError | undefined {
    const keyed = this.#keyed({ contextId }, kind, place);
    return keyed.every((one) => this.#isFresh(one, now)) ? this.#refusal(kind, keyed, now) : undefined;
  }

  /**
   * Runs `work`, unless too many from there were wrong.
   * @param isWrong whether what came of it counts; what throws does not
   * @throws AppError too_many_attempts, busy
   */
  async attempt<T>(scope: Scope, kind: LimitKind, place: Place, work: () => Promise<T>, isWrong: (result: T) => boolean): Promise<T> {
    const keyed = this.#keyed(scope, kind, place);
    await this.#enter(scope, kind, keyed);
    try {
      const result = await work();
      const refusal = isWrong(result) ? await this.#count(scope, kind, keyed, partOf(scope, place, keyed)) : undefined;
      if (refusal) throw refusal;
      return result;
    } finally {
      this.#add(keyed, -1);
    }
  }

  /** For what is judged elsewhere: counts one that was wrong. @returns what it is refused with, where it was one too many */
  count = (scope: Scope, kind: LimitKind, place: Place): Promise<AppError | undefined> =>
    this.#count(scope, kind, this.#keyed(scope, kind, place));

  /** For what is judged elsewhere. @returns what it is refused with */
  async check(scope: Scope, kind: LimitKind, place: Place): Promise<AppError | undefined> {
    const keyed = this.#keyed(scope, kind, place);
    const refusal = this.#refusal(kind, keyed, scope.clock.now());
    if (refusal) return refusal;
    await this.#refresh(scope, kind, keyed);
    return this.#refusal(kind, keyed, scope.clock.now());
  }

  /** Those that were counted there for the login that `place` names turned out to be its owner's: they were no guesses. */
  async giveBack(scope: Scope, kind: LimitKind, place: Place & { naming: string }): Promise<void> {
    const keyed = this.#keyed(scope, kind, place);
    const part = partOf(scope, place, keyed);
    if (!part) return;
    await takeOffCounts(scope, kind, holdersOf(keyed), part);
    for (const { key } of keyed) this.#known.delete(key);
  }

  #keyed({ contextId }: Pick<Scope, 'contextId'>, kind: LimitKind, place: Place): Keyed[] {
    return allowancesOf(kind, place, this.#settings).map((one) => ({ ...one, key: `${contextId} ${kind} ${one.holder}` }));
  }

  async #enter(scope: Scope, kind: LimitKind, keyed: Keyed[]): Promise<void> {
    for (const end = performance.now() + patienceMs; ; ) {
      await this.#refresh(scope, kind, keyed);
      const now = scope.clock.now();
      const refusal = this.#refusal(kind, keyed, now);
      if (refusal) throw refusal;
      // nothing is awaited between the look and the taking
      if (keyed.every(({ key, most }) => this.#countOf(key, now) + (this.#underWay.get(key) ?? 0) < most)) return this.#add(keyed, 1);
      const { key } = keyed[0]!;
      if (performance.now() > end || (this.#waiting.get(key) ?? 0) >= mostWaiting) throw new AppError('busy', 503);
      addTo(this.#waiting, key, 1);
      await sleep(lookMs).finally(() => addTo(this.#waiting, key, -1));
    }
  }

  #add(keyed: Keyed[], n: number): void {
    for (const { key } of keyed) addTo(this.#underWay, key, n);
  }

  #countOf(key: string, now: Date): number {
    const known = this.#known.get(key);
    return known && known.since > now.getTime() - windowMs ? known.n : 0;
  }

  #age(key: string): number {
    return performance.now() - (this.#known.get(key)?.readAt ?? Number.NEGATIVE_INFINITY);
  }

  /** Nobody reads again for a count that is used up, until others may have given something back. */
  #isFresh({ key, most }: Keyed, now: Date): boolean {
    return this.#countOf(key, now) < most || this.#age(key) < this.#fresh.usedUp;
  }

  #refusal(kind: LimitKind, keyed: Keyed[], now: Date): AppError | undefined {
    const usedUp = keyed.filter(({ key, most }) => this.#countOf(key, now) >= most);
    if (usedUp.length === 0) return undefined;
    this.#noteRefusal(kind);
    const until = Math.max(...usedUp.map(({ key }) => this.#known.get(key)!.since)) + windowMs;
    const retryAfterSeconds = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
    return new AppError('too_many_attempts', 429, { retryAfterSeconds });
  }

  /** Whoever asks for the same at the same moment waits for one read. */
  async #refresh(scope: Scope, kind: LimitKind, keyed: Keyed[]): Promise<void> {
    const now = scope.clock.now();
    const isUsedUp = (one: Keyed) => this.#isFresh(one, now) && this.#countOf(one.key, now) >= one.most;
    if (keyed.some(isUsedUp) || keyed.every(({ key }) => this.#age(key) < this.#fresh.count)) return;
    const { key } = keyed[0]!;
    const asked = performance.now();
    const reading =
      this.#reading.get(key) ??
      readCounts(scope, kind, holdersOf(keyed))
        // what was counted since this was asked is newer than the answer
        .then((counts) => this.#keep(keyed, counts, ({ readAt }) => readAt < asked))
        .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    await reading;
  }

  /** @param isOlder whether what is known gives way to what was found */
  #keep(keyed: Keyed[], counts: Count[], isOlder: (known: Known, found: Pick<Count, 'n' | 'since'>) => boolean): void {
    const readAt = performance.now();
    for (const { key, holder } of keyed) {
      const { n, since } = counts.find((one) => one.holder === holder) ?? { n: 0, since: 0 };
      const known = this.#known.get(key);
      if (!known || isOlder(known, { n, since })) this.#known.set(key, { n, since, readAt });
    }
  }

  /** @param part counts along, without a limit of its own */
  async #count(scope: Scope, kind: LimitKind, keyed: Keyed[], part?: string): Promise<AppError | undefined> {
    if (keyed.length === 0) return undefined;
    const counts = await addToCounts(scope, kind, [...holdersOf(keyed), ...(part ? [part] : [])]);
    // several that are counted at once are answered in any order
    this.#keep(keyed, counts, (known, found) => found.since > known.since || found.n > known.n);
    for (const { holder, n } of counts)
      if (keyed.some((one) => one.holder === holder && one.most === n)) await recordHeldBack(scope, kind, holder);
    const isBeyond = counts.some(({ holder, n }) => keyed.some((one) => one.holder === holder && n > one.most));
    return isBeyond ? this.#refusal(kind, keyed, scope.clock.now()) : undefined;
  }
}

/** What of a count was tried with one login. What was typed may be a password in the wrong field: it is not kept. */
function partOf({ contextId, keyRing }: Scope, { naming }: Place, keyed: Keyed[]): string | undefined {
  if (naming === undefined || !keyed[0]) return undefined;
  return `${keyed[0].holder} as ${keyRing.fingerprint(`${contextId} ${naming}`, 'address-limits')[0]!.slice(0, 22)}`;
}

function addTo(counts: Map<string, number>, key: string, n: number): void {
  const now = (counts.get(key) ?? 0) + n;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
}

const holdersOf = (keyed: Keyed[]): string[] => keyed.map(({ holder }) => holder);

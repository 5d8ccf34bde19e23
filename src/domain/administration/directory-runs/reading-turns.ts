import type { ContextId, DirectoryId } from '../../scope.ts';

export type Turn = { contextId: ContextId; directoryId: DirectoryId; isWhole: boolean };
type Taken = Turn & { begunAt: number };
type Waiting = Turn & { since: number; seenAt: number };

/** Each reading holds one of the queue's four workers for as long as it takes. */
const most = 2;
/** Changes are read in less. A company that takes more, or whose directory did not answer, comes after the others for as long as `slowMs`. */
const quickMs = 60_000;
const slowMs = 600_000;
/** Who waits comes again sooner, or to another process. */
const forgottenMs = 10_000;

/**
 * Who reads in this process: at most one directory of a company, and at most one of all that takes long, because all is read or because the company is slow. So there is always a
 * place for changes, which are read at once, and a directory that hangs is in the way of nobody twice.
 */
export class ReadingTurns {
  readonly #now: () => number;
  readonly #reading = new Map<DirectoryId, Taken>();
  readonly #waiting = new Map<DirectoryId, Waiting>();
  readonly #slowUntil = new Map<ContextId, number>();

  /** @param now in ms */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @returns false when it is not its turn yet: then it is to ask again within seconds */
  take(turn: Turn): boolean {
    const now = this.#now();
    for (const [directoryId, { seenAt }] of this.#waiting) if (now - seenAt > forgottenMs) this.#waiting.delete(directoryId);
    const own = { ...turn, since: this.#waiting.get(turn.directoryId)?.since ?? now, seenAt: now };
    this.#waiting.set(turn.directoryId, own);
    if (!this.#isTurn(own)) return false;
    this.#waiting.delete(turn.directoryId);
    this.#reading.set(turn.directoryId, { ...turn, begunAt: now });
    return true;
  }

  give({ directoryId }: Turn, isAnswered: boolean): void {
    const { contextId, isWhole, begunAt } = this.#reading.get(directoryId)!;
    this.#reading.delete(directoryId);
    const now = this.#now();
    if (!isAnswered || (!isWhole && now - begunAt > quickMs)) this.#slowUntil.set(contextId, now + slowMs);
  }

  #isTurn(own: Waiting): boolean {
    const reading = [...this.#reading.values()];
    if (reading.length >= most || reading.some(({ contextId }) => contextId === own.contextId)) return false;
    const isFree = !reading.some((one) => this.#isLong(one));
    const isLong = this.#isLong(own);
    if (isLong && !isFree) return false;
    const others = [...this.#waiting.values()].filter(
      (one) => one !== own && reading.every(({ contextId }) => contextId !== one.contextId),
    );
    if (isLong) return !others.some((one) => this.#isLong(one) && this.#isBefore(one, own));
    const isKept = isFree && others.some((one) => one.isWhole && !this.#isSlow(one));
    return reading.length < (isKept ? most - 1 : most);
  }

  #isBefore(one: Waiting, other: Waiting): boolean {
    const isSlow = this.#isSlow(one);
    return isSlow === this.#isSlow(other) ? one.since < other.since : !isSlow;
  }

  #isLong = (turn: Turn): boolean => turn.isWhole || this.#isSlow(turn);

  #isSlow({ contextId }: Turn): boolean {
    const until = this.#slowUntil.get(contextId) ?? 0;
    if (until <= this.#now()) this.#slowUntil.delete(contextId);
    return until > this.#now();
  }
}

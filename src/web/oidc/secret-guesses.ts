import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock/index.ts';

const mostGuesses = 10;
const windowMs = 600_000;
const mostPlaces = 5000;

type Place = { wrong: { mark: string; at: number }[]; hasSucceeded: boolean };

/**
 * Slows down who guesses an application's secret: of one address ten different wrong ones in ten minutes. Not attempts are counted but secrets, so that a server of the
 * application that was left with an old one, and asks with it all day, uses nothing up for those beside it; and an address where the application has authenticated before
 * is never refused the right one, whoever else guesses there. No count is of the application alone: nobody locks it out from elsewhere.
 * Of each process: a success costs no statement. What is kept of a secret is a mark that means nothing elsewhere.
 */
export class SecretGuesses {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  readonly #places = new LRUCache<string, Place>({ max: mostPlaces });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param place company, application and address. @returns seconds to wait where another secret from there is one too many, right or wrong */
  judge(place: string, secret: string, isRight: boolean): number | undefined {
    const now = this.#clock.now().getTime();
    const { wrong = [], hasSucceeded = false } = this.#places.get(place) ?? {};
    const recent = wrong.filter(({ at }) => at > now - windowMs);
    const isFull = recent.length >= mostGuesses;
    const wait = () => Math.ceil((recent[0]!.at + windowMs - now) / 1000);
    if (isRight) {
      if (isFull && !hasSucceeded) return wait();
      this.#places.set(place, { wrong: recent, hasSucceeded: true });
      return undefined;
    }
    const mark = createHmac('sha256', this.#key).update(secret).digest('base64url').slice(0, 16);
    if (recent.some((one) => one.mark === mark)) return undefined;
    if (isFull) return wait();
    this.#places.set(place, { wrong: [...recent, { mark, at: now }], hasSucceeded });
    return undefined;
  }
}

const ofServer = new WeakMap<object, SecretGuesses>();

/** Those of one server, whichever of its providers asks: a change of an application makes another provider. */
export function secretGuessesOf(services: { clock: Clock }): SecretGuesses {
  const guesses = ofServer.get(services) ?? new SecretGuesses(services.clock);
  ofServer.set(services, guesses);
  return guesses;
}

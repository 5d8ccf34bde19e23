import { createHmac, randomBytes } from 'node:crypto';
import { Cache } from '../../platform/cache/index.ts';
import type { Clock } from '../../platform/clock/index.ts';

const mostGuesses = 10;
const windowMs = 600_000;
const mostPlaces = 50_000;

type Wrong = { mark: string; at: number }[];

/**
 * Slows down who guesses an application's secret: ten different wrong ones of one address in ten minutes. A server that was left with an old secret uses nothing up, and an
 * address where the application has authenticated is never refused the right one. Nothing is counted for the application alone, so nobody locks it out from elsewhere.
 */
export class SecretGuesses {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  readonly #places = new Cache<Wrong>({ name: 'oidc_wrong_secrets', max: mostPlaces });
  /** Where an application has authenticated: apart, so that no flood of others drives it out. */
  readonly #succeeded = new Cache<true>({ name: 'oidc_right_secrets', max: mostPlaces });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hasSucceeded = (place: string): boolean => this.#succeeded.has(place);

  /**
   * @param place company, application and address
   * @returns `waitSeconds` where another secret from there is one too many, right or wrong; `isNew` of a wrong one that did not come before
   */
  judge(place: string, secret: string, isRight: boolean): { waitSeconds?: number; isNew?: true } {
    const now = this.#clock.now().getTime();
    const recent = (this.#places.get(place) ?? []).filter(({ at }) => at > now - windowMs);
    const isFull = recent.length >= mostGuesses;
    const wait = () => ({ waitSeconds: Math.ceil((recent[0]!.at + windowMs - now) / 1000) });
    if (isRight) {
      if (isFull && !this.#succeeded.has(place)) return wait();
      this.#succeeded.set(place, true);
      return {};
    }
    const mark = createHmac('sha256', this.#key).update(secret).digest('base64url').slice(0, 16);
    if (recent.some((one) => one.mark === mark)) return {};
    if (isFull) return wait();
    this.#places.set(place, [...recent, { mark, at: now }]);
    return { isNew: true };
  }
}

const ofServer = new WeakMap<object, SecretGuesses>();

/** Those of one server, whichever of its providers asks: a change of an application makes another provider. */
export function secretGuessesOf(services: { clock: Clock }): SecretGuesses {
  const guesses = ofServer.get(services) ?? new SecretGuesses(services.clock);
  ofServer.set(services, guesses);
  return guesses;
}

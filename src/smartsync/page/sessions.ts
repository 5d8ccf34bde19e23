import { randomPassword, randomToken, safeEqual } from '../../platform/crypto/tokens.ts';

/** What stays of a form between two pages: never sent to the browser. */
type Draft = { token?: string; bindPassword?: string };
export type Session = { id: string; csrf: string; draft: Draft; usedAt: number };

const lifeMs = 60 * 60 * 1000;
const mostSessions = 20;
const attempts = 10;
const attemptEveryMs = 6000;

/** Who may use the local page: anyone who can read the code that SmartSync prints at its start. */
export class Sessions {
  readonly code = randomPassword(3);
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;
  #left = attempts;
  #countedAt: number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#countedAt = now();
  }

  /** @returns undefined for a wrong code; 'wait' when too many were tried, however right this one is */
  open(code: string): Session | 'wait' | undefined {
    const gained = Math.floor((this.#now() - this.#countedAt) / attemptEveryMs);
    this.#left = Math.min(attempts, this.#left + gained);
    this.#countedAt += gained * attemptEveryMs;
    if (this.#left === 0) return 'wait';
    this.#left--;
    if (!safeEqual(code.trim(), this.code)) return undefined;
    this.#left = attempts;
    const session: Session = { id: randomToken(), csrf: randomToken(), draft: {}, usedAt: this.#now() };
    this.#sessions.set(session.id, session);
    if (this.#sessions.size > mostSessions) this.#sessions.delete(this.#sessions.keys().next().value!);
    return session;
  }

  find(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (!session) return undefined;
    if (this.#now() - session.usedAt > lifeMs) return void this.#sessions.delete(session.id);
    session.usedAt = this.#now();
    return session;
  }

  close(session: Session): void {
    this.#sessions.delete(session.id);
  }
}

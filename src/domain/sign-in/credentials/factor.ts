import type { User } from '../../people/users/index.ts';
import type { ArtifactStore } from '../../records/protocol-artifacts/index.ts';
import type { Scope, Transaction, UserId } from '../../scope.ts';

/** Where a factor is used: the company's configured origin and name, the browser's own cookie, and what remembers that a challenge was used. */
export type Place = { origin: string; company: string; browser: string; artifacts: ArtifactStore };

/** What a form brought back. Each factor reads the fields of its own views. */
export type Answer = { get(field: string): string };

/** What a factor's own view shows, and what its form brings back. */
export type Shown = Record<string, unknown>;

/**
 * `amr`: the methods that are proven now (RFC 8176). `unavailable`: whatever would have to answer does not, such as a directory that is away. That is nobody's guess,
 * so it never counts as an attempt. `clockWasAheadSeconds`: this factor was last used at a process whose clock was so far in the future.
 */
export type Outcome =
  | { outcome: 'proven'; amr: string[]; clockWasAheadSeconds?: number }
  | { outcome: 'refused' }
  | { outcome: 'unavailable' };

/** Something that proves who somebody is, at a sign-in under way. Its view is `views/factors/<kind>/form`, which shows the `part` that it is asked for: `prove`, `enrol` or `alone`. */
export type Proof = {
  /** What a page needs to ask for it, at each time that it is shown. @param userId undefined where the person is not known yet and the answer names them */
  challenge(scope: Scope, place: Place, userId: UserId | undefined): Promise<Shown>;
  prove(scope: Scope, place: Place, userId: UserId, answer: Answer): Promise<Outcome>;
};

/** A second factor. Everything that differs between one and another stands in its folder; the rest of the product reads the list (factors). */
export type Factor = Proof & {
  /** Whether these methods were proven by it. */
  isIn(amr: string[]): boolean;
  /** Whether browsers can use it at this address. */
  isUsableAt(origin: string): boolean;
  /** Of a factor that works only where it was set up: what of the address it is bound to, where it can be used at all. */
  hostOf?(origin: string): string | undefined;
  /** What the person needs to set one up, for the part `enrol` of its view. @param again the form before, after a wrong answer */
  offer(scope: Scope, place: Place, user: User, again: Answer): Promise<Shown>;
  /** @returns the methods that the answer itself proved, or undefined when it was wrong, late, or not what was asked for */
  enrol(scope: Transaction, place: Place, userId: UserId, answer: Answer, name: string): Promise<string[] | undefined>;
  /** Of a factor whose answer names its person, so that it can stand alone. Nothing is proven yet. */
  findOwner?(scope: Scope, answer: Answer): Promise<UserId | undefined>;
};

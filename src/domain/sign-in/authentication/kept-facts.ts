import type { Status, User } from '../../people/users/index.ts';
import type { PolicyOverride } from '../sign-in-policy/index.ts';
import type { Facts } from './next-step.ts';
import type { Standing } from './standing.ts';
import type { Attempted, Lockout } from './take-attempt.ts';

/**
 * What a refusal was decided by, as its event keeps it under the key of the person: numbers, codes and times (ms since the epoch), never a secret. So the entry explains itself
 * as it was, whatever changed since.
 */
export type KeptFacts = {
  isKnownBrowser?: boolean;
  account?: { status: Status; statusChangedAt: number };
  /** `used`: with this one, on the count that it stood on. */
  attempts?: Lockout & { used: number };
  password?: { changedAt: number; mustChange: boolean };
  directoryId?: string;
  held?: string[];
  /** As `nextStep` was asked. */
  signIn?: Facts;
  /** The rules that keep people out by place and time, with whose they are. */
  rules?: KeptRule[];
};

/** `from`: left out where it is the company's own. */
export type KeptRule = { part: string; value: unknown; from?: Pick<PolicyOverride, 'overrideId' | 'for'> };

type Tried = Pick<Attempted, 'isKnownBrowser' | 'settled'> & Partial<Pick<Attempted, 'taken'>>;

/** Of what is in hand already: a refusal that asks the store for more would tell by its time that there is such a person. */
export const keepAttempt = (
  { status, statusChangedAt }: User,
  { isKnownBrowser, settled, taken }: Tried,
  lockout: Lockout,
  standing?: Standing,
): KeptFacts => ({
  isKnownBrowser,
  account: { status, statusChangedAt: statusChangedAt.getTime() },
  attempts: { ...lockout, used: settled || (taken ?? lockout.limit) },
  ...(standing?.password && {
    password: { changedAt: standing.password.changedAt.getTime(), mustChange: standing.password.mustChange },
  }),
  ...(standing?.network && { directoryId: standing.network.directoryId }),
  ...(standing && { held: standing.factors }),
});

const mostLists = 5;
const mostEntries = 10;

/** Lists of networks may be long: their beginning is enough to know which they were. */
export const boundRules = (rules: KeptRule[]): KeptRule[] => rules.map((rule) => ({ ...rule, value: shorten(rule.value) }));

const shorten = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.slice(0, mostLists).map((inner: unknown) => (Array.isArray(inner) ? inner.slice(0, mostEntries) : inner))
    : value;

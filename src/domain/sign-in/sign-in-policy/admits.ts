import { Cache } from '../../../platform/cache/index.ts';
import { addressMatcher } from '../../../platform/net/index.ts';
import type { Hours } from './policy.ts';
import type { EffectivePolicy } from './strictest.ts';

export type PlaceAndTime = { ip: string; now: Date };

/** What keeps somebody out, whoever they have proven to be. */
export function admits(
  { networks, hours }: Pick<EffectivePolicy, 'networks' | 'hours'>,
  { ip, now }: PlaceAndTime,
): 'network' | 'hours' | undefined {
  if (!networks.every((ranges) => matcher(ranges)(ip))) return 'network';
  return hours.every((one) => isWithin(one, now)) ? undefined : 'hours';
}

// a list is made into a matcher once; lists come out of the cache of policies, which holds each as one object
const matchers = new WeakMap<string[], (address: string) => boolean>();
function matcher(ranges: string[]): (address: string) => boolean {
  const known = matchers.get(ranges) ?? addressMatcher(ranges);
  matchers.set(ranges, known);
  return known;
}

// a formatter costs fifty times what it formats
const clocks = new Cache<Intl.DateTimeFormat>({ name: 'clocks', max: 500 });
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(timeZone, known);
  return known;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** From its first minute until the last before `to`, by the clock of the time zone, daylight saving included. */
export function isWithin({ days, from, to, timeZone }: Hours, now: Date): boolean {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const time = `${parts.hour}:${parts.minute}`;
  return days.includes(weekdays.indexOf(parts.weekday!) + 1) && from <= time && time < to;
}

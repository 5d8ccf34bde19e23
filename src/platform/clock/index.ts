// Owns: what time it is, handed in so that tests can move it; days in a time zone. Does not: format times (views do, in the reader's zone).
import { Cache } from '../cache/index.ts';

export { readDuration } from './duration.ts';

export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };

export const epochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export const addSeconds = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);

const hour = 3_600_000;

// a formatter costs fifty times what it formats; a name of a time zone has many spellings
const days = new Cache<Intl.DateTimeFormat>({ name: 'days', max: 500 });

/** Which day it is in a place. @param timeZone an IANA name @returns YYYY-MM-DD */
export function dayIn(timeZone: string, at: Date): string {
  const format = days.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone });
  days.set(timeZone, format);
  return format.format(at);
}

/** For editors: as names of time zones are written. */
export const timeZoneRule = { pattern: '^[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*$' };

/** A name of the IANA time zone database, new or old (`Asia/Kolkata`, `Asia/Calcutta`); no offset. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The name by which V8 knows a zone. */
export const canonicalTimeZone = (name: string): string =>
  isTimeZone(name) ? new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone : name;

/** A day that there is. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

/** The first instant of a day in a place: midnight, or later where the clocks skip midnight. @param day YYYY-MM-DD */
export function startOfDay(timeZone: string, day: string): Date {
  const noon = Date.parse(`${day}T12:00Z`);
  const format = new Intl.DateTimeFormat('en-CA', { timeZone });
  // no place is further from UTC than 14 hours: before `low` it is another day there, at `high` it has begun
  let [low, high] = [noon - 27 * hour, noon + 12 * hour];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (format.format(middle) < day) low = middle;
    else high = middle;
  }
  return new Date(high);
}

/** What the clocks of a place show as this minute, `YYYY-MM-DDTHH:MM`. */
export const minuteIn = (timeZone: string, at: Date): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at).replace(' ', 'T');

/** The instant at which the clocks of a place show a minute, as `minuteIn` writes it; of two the earlier. @returns undefined for what is no minute */
export function instantAt(timeZone: string, minute: string): Date | undefined {
  const [, day = '', time = ''] = /^(\d{4}-\d\d-\d\d)T([01]\d:[0-5]\d|2[0-3]:[0-5]\d)$/.exec(minute) ?? [];
  if (!isDay(day)) return undefined;
  const asUtc = Date.parse(`${day}T${time}Z`);
  // no place is further from UTC than 14 hours, and offsets are of quarters of an hour
  for (let hours = 14; hours >= -12; hours -= 0.25) {
    const at = new Date(asUtc - hours * hour);
    if (minuteIn(timeZone, at) === minute) return at;
  }
  // the clocks skipped it
  return new Date(asUtc);
}

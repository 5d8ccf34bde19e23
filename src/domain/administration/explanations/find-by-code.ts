import { findEvents, listEvents } from '../../records/audit/index.ts';
import { findFailure, type PageFailure } from '../../records/page-failures/index.ts';
import { findCountedEvent } from '../../records/refusals/index.ts';
import type { Scope } from '../../scope.ts';

/** As it was read aloud, copied or typed: small letters, spaces, without its dash. @returns undefined for what no code looks like */
export function tidySupportCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[^0-9A-Z]/g, '');
  return letters.length === 8 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : undefined;
}

export type Found = { eventId: string } | { failure: PageFailure };

/** What a support code of this company stands for: an event of the audit, or what a page could not do. Those of other companies are not there. */
export async function findByCode(scope: Scope, text: string): Promise<Found | undefined> {
  const supportCode = tidySupportCode(text);
  if (!supportCode) return undefined;
  // the first of them has the facts; one that stands for an hour comes later
  const { items } = await listEvents(scope, { supportCode }, 10);
  const event = items.at(-1);
  if (event) return { eventId: event.id };
  const counted = await findCountedEvent(scope, supportCode);
  if (counted && (await findEvents(scope, [counted])).length > 0) return { eventId: counted };
  const failure = await findFailure(scope, supportCode);
  return failure && { failure };
}

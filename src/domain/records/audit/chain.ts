import { createHash } from 'node:crypto';

/** The hash before the first event of a chain. */
export const noHash: Buffer = Buffer.alloc(32);

/** Keys in one order, whatever the store gives back. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, stable(one)]),
  );
}

/** An event as it lies in the store, or in a file that came back: from there it can say anything. */
type SealedEvent = Record<'context_id' | 'event_id' | 'type' | 'outcome', string> &
  Record<'actor_id' | 'subject_kind' | 'subject_id' | 'subject_name' | 'application_id' | 'reason' | 'support_code', string | null> &
  Record<'actor_sealed' | 'subject_sealed', Buffer | null> & { at: Date; actor: unknown; details: unknown };

/** What of an event is sealed, as the one text that is hashed: people's data as they lie there, encrypted, so that the chain outlives the keys. */
export const canonicalEvent = (row: SealedEvent): string =>
  JSON.stringify([
    row.context_id,
    row.event_id,
    row.at.toISOString(),
    row.type,
    row.outcome,
    stable(row.actor),
    row.actor_id,
    row.actor_sealed?.toString('base64') ?? null,
    row.subject_kind,
    row.subject_id,
    row.subject_name,
    row.subject_sealed?.toString('base64') ?? null,
    row.application_id,
    row.reason,
    row.support_code,
    stable(row.details),
  ]);

/** SHA-256 over the hash before, the place and the event. */
export const nextHash = (before: Buffer, seq: number, canonical: string): Buffer =>
  createHash('sha256').update(before).update(`${seq}\n`).update(canonical).digest();

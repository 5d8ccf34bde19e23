import { createHash } from 'node:crypto';
import type { EventRow } from './read-events.ts';

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

/** What of an event is sealed, as the one text that is hashed: people's data as they lie there, encrypted, so that the chain outlives the keys. */
export const canonicalEvent = (row: Omit<EventRow, 'seal_seq' | 'seal_hash'>): string =>
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

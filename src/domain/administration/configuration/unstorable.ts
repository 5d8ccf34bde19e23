import { faultAt, type StateFault } from './state-error.ts';

/** What PostgreSQL stores in no text, nor UTF-8 at all. */
const isUnstorable = (text: string): boolean => text.includes('\0') || !text.isWellFormed();

/** Every text of a file, and every name of a key, that could not be stored, whatever it is for. */
export function findUnstorable(value: unknown, steps: readonly PropertyKey[] = []): StateFault[] {
  if (typeof value === 'string') return isUnstorable(value) ? [faultAt(steps, 'fields.hidden_characters')] : [];
  if (Array.isArray(value)) return value.flatMap((one, index) => findUnstorable(one, [...steps, index]));
  // of a file that was read the content stands here
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const at = [...steps, key];
    return isUnstorable(key) ? [faultAt(at, 'fields.hidden_characters')] : findUnstorable(one, at);
  });
}

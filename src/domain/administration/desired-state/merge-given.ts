import { type Data, isKeys } from '../configuration/index.ts';

/** Settings with what a file says of them: what it leaves out stays, lists are as written, null is the default again. */
export function mergeGiven(before: unknown, given: unknown): unknown {
  if (!isKeys(given)) return given;
  const merged: Record<string, unknown> = isKeys(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(given)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = mergeGiven(merged[key], value);
  }
  return merged;
}

/** As `mergeGiven`, of settings that have to be keys. */
export const mergeSettings = (before: object, given: unknown): Record<string, Data> => mergeGiven(before, given) as Record<string, Data>;

import type { z } from 'zod';

/**
 * What lies in the store may have been written by a newer version of ours: keys that this one does not know are left out. What a person or file gives is read strictly
 * instead.
 * @returns undefined when it cannot be read even so
 */
export function readKept<Value>(schema: z.ZodType<Value>, kept: unknown): Value | undefined {
  const first = schema.safeParse(kept);
  if (first.success) return first.data;
  const value = structuredClone(kept);
  for (const issue of first.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const owner = issue.path.reduce<unknown>((found, key) => (found as Record<PropertyKey, unknown>)?.[key], value);
    for (const key of issue.keys) delete (owner as Record<string, unknown>)[key];
  }
  const second = schema.safeParse(value);
  return second.success ? second.data : undefined;
}

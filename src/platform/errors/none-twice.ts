import type { z } from 'zod';

/**
 * A rule for a list: each item that has the same as one before it is refused, at the key that it has it in.
 * @param keyOf undefined for an item that has none
 * @param name of the key; without one the item itself is refused
 */
export const noneTwice =
  <T>(keyOf: (item: T) => unknown, message: string, name?: string) =>
  (list: readonly T[], ctx: z.core.$RefinementCtx): void => {
    const seen = new Set<unknown>();
    for (const [index, item] of list.entries()) {
      const key = keyOf(item);
      if (key === undefined) continue;
      if (seen.has(key)) ctx.addIssue({ code: 'custom', message, path: name === undefined ? [index] : [index, name] });
      seen.add(key);
    }
  };

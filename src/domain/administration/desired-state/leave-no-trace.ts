import { inTransaction, type Transaction } from '../../scope.ts';

const same = Symbol('same');

/** Does it in a savepoint, which is undone when nothing but a version or an event came of it: a second apply leaves no trace. @returns undefined then */
export async function leaveNoTrace<T>(
  scope: Transaction,
  work: (inside: Transaction) => Promise<T>,
  isSame: (after: T, inside: Transaction) => boolean | Promise<boolean>,
): Promise<T | undefined> {
  try {
    return await inTransaction(scope, async (inside) => {
      const after = await work(inside);
      if (await isSame(after, inside)) throw same;
      return after;
    });
  } catch (error) {
    if (error === same) return undefined;
    throw error;
  }
}

import type { ServerScope } from '../../scope.ts';
import { inTransaction } from '../../scope.ts';
import { StateError, type StateFault } from '../configuration/index.ts';
import type { Placing } from './at-path.ts';

/** `refused`: given where all faults are looked for, with what was refused so far. */
export type InParts<S extends ServerScope> = {
  scope: S;
  at: (...path: PropertyKey[]) => <T>(work: Promise<T>, placed?: Placing) => Promise<T>;
  refused?: StateFault[];
};

/**
 * A part of a file that can be refused by itself. Where all faults are looked for it has a savepoint, and the parts after it are tried as well.
 * @returns undefined where it was refused
 * @throws StateError by the path of the part, unless all faults are looked for
 */
export async function part<P extends InParts<ServerScope>, T>(
  one: P & { scope: ServerScope },
  path: PropertyKey[],
  work: (inside: P) => Promise<T>,
  placed?: Placing,
): Promise<T | undefined> {
  one.scope.giveWay?.();
  const tried = (inside: P): Promise<T> => one.at(...path)(work(inside), placed);
  if (!one.refused) return tried(one);
  try {
    return await inTransaction(one.scope, (scope) => tried({ ...one, scope }));
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    one.refused.push(...error.faults);
    return undefined;
  }
}

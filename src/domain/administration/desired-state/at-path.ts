import { AppError, listFaults } from '../../../platform/errors/index.ts';
import { faultAt, StateError } from '../configuration/index.ts';

/** Where the file has what a use case calls otherwise. */
export type Placing = (path: readonly PropertyKey[]) => readonly PropertyKey[];

/** What no other file would help against: somebody wrote meanwhile, or there is no room now. */
const isPassing = ({ code, status }: AppError): boolean =>
  status >= 500 || status === 429 || status === 404 || code === 'changed_meanwhile';

/** Gives a refusal of a use case the path of the file's part that caused it; what the file did not cause stays what it is. */
export const atPath =
  (...path: PropertyKey[]) =>
  async <T>(work: Promise<T>, placed: Placing = (inner) => inner): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AppError) || isPassing(error)) throw error;
      throw new StateError(listFaults(error).map((fault) => faultAt([...path, ...placed(fault.path)], fault.message, fault.params)));
    }
  };

import { AppError } from '../../../platform/errors/index.ts';
import { pathOf, StateError } from '../configuration/index.ts';

/** Gives a refusal of a use case the path of the file's part that caused it. */
export const atPath =
  (...path: PropertyKey[]) =>
  async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const fields = Object.entries(error.fields ?? {});
      const faults =
        fields.length > 0
          ? fields.map(([field, message]) => ({ path: pathOf([...path, field]), message, params: error.params }))
          : [{ path: pathOf(path), message: error.publicMessage, params: error.params }];
      throw new StateError(faults);
    }
  };

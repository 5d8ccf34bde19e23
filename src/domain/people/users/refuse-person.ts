import { type Fault, type FieldErrors, invalidInput } from '../../../platform/errors/index.ts';
import { longestName } from './user.ts';

/** Their own data by field, and the values of custom fields. @throws AppError invalid_input where something is wrong */
export function refusePerson(own: FieldErrors, custom: { errors: FieldErrors; faults: Fault[] } = { errors: {}, faults: [] }): void {
  const fields = { ...own, ...custom.errors };
  if (Object.keys(fields).length > 0)
    throw invalidInput(fields, undefined, () => [...Object.entries(own).map(tellClosely), ...custom.faults]);
}

const tellClosely = ([field, message]: [string, string]): Fault =>
  message === 'fields.name' ? { path: [field], message: 'fields.line_most', params: { most: longestName } } : { path: [field], message };

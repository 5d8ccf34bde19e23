import { z } from 'zod';
import { oneOfKeys } from '../../../platform/errors/index.ts';

/** Where a value comes from: a field of the person, or the same text for everybody. */
export const personFields = [
  'login',
  'email',
  'username',
  'userId',
  'firstName',
  'lastName',
  'fullName',
  'department',
  'locale',
  'role',
  'groupNames',
  'groupIds',
] as const;
export type PersonField = (typeof personFields)[number];
/** `custom.cost_center` is the company's own field of that code. */
export type SourceField = PersonField | `custom.${string}`;

const customPattern = /^custom\.[a-z][a-z0-9_]{0,62}$/;
const customSource = z
  .custom<`custom.${string}`>((value) => typeof value === 'string' && customPattern.test(value))
  .meta({ type: 'string', pattern: customPattern.source });

export const sourceField = z.union([z.enum(personFields), customSource], 'fields.invalid');

/** For editors: a value comes from one place. */
export const oneSource = { allOf: [oneOfKeys('from', 'value', 'template')] };

import { z } from 'zod';
import { whereKeysAre } from '../../../platform/errors/index.ts';
import { apiApplicationInput, apiInput, apiScopeInput } from '../../applications/apis/index.ts';
import { applicationInput } from '../../applications/applications/index.ts';
import { customFieldTypes, fieldClaimNames } from '../../company/custom-fields/index.ts';

/** The store takes no NUL. */
export const text = z
  .string()
  .trim()
  .min(1)
  .refine((value) => !value.includes('\0'), 'fields.hidden_characters');

export const user = z.strictObject({
  email: text.optional(),
  username: text.optional(),
  /** Left out, a new address is not, and another stays as it is. */
  emailVerified: z.boolean().optional(),
  /** One of the two, of people who have one name. */
  firstName: z.string().trim().optional(),
  lastName: z.string().trim().optional(),
  role: z.enum(['administrator', 'regular']).optional(),
  department: text.optional(),
  /** By the code of the field. */
  customFields: z.record(z.string(), z.unknown()).optional(),
  password: z.string().optional(),
  /** A password is made and told once, when the person is created. */
  generatePassword: z.boolean().default(false),
});

const choices = ['choice', 'choices'];
/** What the use case asks besides: who chooses has something to choose from, and nobody else has. */
const optionsByType = [
  whereKeysAre({ type: choices }, { required: ['options'], properties: { options: { minItems: 1, maxItems: 200 } } }),
  whereKeysAre({ type: customFieldTypes.filter((type) => !choices.includes(type)) }, { properties: { options: { maxItems: 0 } } }),
];

export const customField = z
  .strictObject({
    code: text,
    label: text,
    type: z.enum(customFieldTypes),
    options: z.array(text).default([]),
    required: z.boolean().default(false),
    personal: z.boolean().default(false),
    claim: z.enum(fieldClaimNames).nullish(),
  })
  .meta({ allOf: optionsByType });

export const group = z.strictObject({ name: text, description: z.string().optional(), members: z.array(text).optional() });

/** A list that is left out stays. */
const people = z.strictObject({ groups: z.array(text).optional(), users: z.array(text).optional() }).optional();

/** What a program has read of a file that the file names, or a text. */
export type FileContent = string | Uint8Array;
const picture = z
  .custom<FileContent>((value) => typeof value === 'string' || value instanceof Uint8Array, 'fields.type_text')
  .meta({ type: 'string' });
/** A data: address, or the name of a file beside this one; null is none. */
export const logo = z.union([picture, z.null()]).optional();

export const application = z.strictObject({
  ...applicationInput.shape,
  catalogueEntry: z.string().nullish(),
  enabled: z.boolean().optional(),
  logo,
  assignedTo: people,
});

export const api = z.strictObject({
  ...apiInput.shape,
  scopes: z.array(apiScopeInput.extend({ grantedTo: people })).optional(),
  applications: z.array(apiApplicationInput.extend({ code: text })).optional(),
});

export const directory = z.strictObject({ name: text });

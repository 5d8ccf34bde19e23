import { z } from 'zod';
import { ruleOf, whereKeysAre, wordsRule } from '../../../platform/errors/index.ts';
import { apiApplicationInput, apiInput, apiScopeInput } from '../../applications/apis/index.ts';
import { applicationInput } from '../../applications/applications/index.ts';
import { customFieldRules, customFieldTypes, fieldClaimNames } from '../../company/custom-fields/index.ts';
import { directoryInput } from '../../people/directories/index.ts';
import { groupInput } from '../../people/groups/index.ts';
import { loginRules } from '../../people/users/index.ts';

/** The store takes no NUL. */
export const text = z
  .string()
  .trim()
  .min(1)
  .refine((value) => !value.includes('\0'), 'fields.hidden_characters')
  .meta(wordsRule);

export const user = z.strictObject({
  email: text.meta(loginRules.email).optional(),
  username: text.meta(loginRules.username).optional(),
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
    code: text.meta(customFieldRules.code),
    label: text.meta(customFieldRules.label),
    type: z.enum(customFieldTypes),
    options: z.array(text.meta(customFieldRules.option)).meta({ uniqueItems: true }).default([]),
    required: z.boolean().default(false),
    personal: z.boolean().default(false),
    claim: z.enum(fieldClaimNames).nullish(),
  })
  .meta({ allOf: optionsByType });

export const group = z.strictObject({
  name: text.meta(ruleOf(groupInput.shape.name)),
  description: z.string().meta(ruleOf(groupInput.shape.description.unwrap())).optional(),
  members: z.array(text).optional(),
});

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

export const directory = z.strictObject({ name: text.meta(ruleOf(directoryInput.shape.name)) });

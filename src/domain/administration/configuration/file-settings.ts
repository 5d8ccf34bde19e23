import { z } from 'zod';
import { termsTextsSchema } from '../../applications/consents/index.ts';
import { brandingSettings } from '../../company/branding/index.ts';
import { mailTexts } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { rulesSchema } from '../../sign-in/sign-in-policy/index.ts';
import { logo, text } from './file-parts.ts';

type Shape = Record<string, z.ZodType>;

/** Settings are judged by the use case, which knows those before: the file is asked for their names only. */
const namesOf = (schema: z.ZodType) =>
  z.strictObject(Object.fromEntries(Object.keys((schema as z.ZodObject).shape).map((key) => [key, z.unknown().optional()])));

const shapeOf = (schema: z.ZodType): Shape => (schema as z.ZodObject).shape as Shape;
const without = (shape: Shape, ...names: string[]): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([name]) => !names.includes(name)));

const rules = rulesSchema.shape;
const overrideShape = shapeOf((rules.overrides as z.ZodDefault<z.ZodArray<z.ZodObject>>).unwrap().element);

/** Whom an override is about, by what people see: one of the three. */
export const overrideTarget = z
  .strictObject({ group: text.optional(), application: text.optional(), role: z.enum(['administrator', 'regular']).optional() })
  .refine((target) => Object.values(target).filter((one) => one !== undefined).length === 1, 'fields.override_target')
  .meta({ minProperties: 1, maxProperties: 1 });

const overrideParts = without(overrideShape, 'overrideId', 'for');

const policy = (base: z.ZodObject, override: z.ZodObject) =>
  base.extend({ overrides: z.array(override.extend({ for: overrideTarget })).optional() }).optional();

const { logo: _, ...brandingShape } = shapeOf(brandingSettings.schema);

/** What the file says of a company besides its lists of objects. */
export const settingsShape = {
  policy: policy(namesOf(rules.base), namesOf(z.strictObject(overrideParts))),
  newAccounts: namesOf(newAccountsSettings.schema).optional(),
  branding: namesOf(z.strictObject(brandingShape)).extend({ logo }).optional(),
  /** By mail and language. */
  mails: z.record(z.string(), z.unknown()).optional(),
  /** By language; null asks nobody any more. */
  terms: z.record(z.string(), z.unknown()).nullish(),
  directoryRules: z
    .strictObject(Object.fromEntries(Object.keys(directoryRules.schema.parse({})).map((rule) => [rule, z.boolean().optional()])))
    .optional(),
  /** 0 is for ever. */
  auditRetentionDays: z
    .number()
    .meta({ oneOf: [{ const: 0 }, { type: 'integer', minimum: 30, maximum: 36_500 }] })
    .optional(),
};

/** The same with what every key takes, for editors and the reference. */
export const describedSettings = {
  ...settingsShape,
  policy: policy(
    z.strictObject({
      ...without(shapeOf(rules.base), 'hours', 'identifiers'),
      // of the two, one that the file leaves out stays
      identifiers: z.strictObject({ email: z.boolean().optional(), username: z.boolean().optional() }).optional(),
      hours: z.union([shapeOf(rules.base).hours as z.ZodType, z.null()]).optional(),
    }),
    z.strictObject(overrideParts),
  ),
  newAccounts: newAccountsSettings.schema.optional(),
  branding: z.strictObject({ ...brandingShape, logo }).optional(),
  mails: mailTexts.schema.optional(),
  terms: termsTextsSchema.nullish(),
};

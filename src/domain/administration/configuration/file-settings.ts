import { z } from 'zod';
import { fromDigits } from '../../../platform/errors/index.ts';
import { termsTextsSchema } from '../../applications/consents/index.ts';
import { brandingSettings } from '../../company/branding/index.ts';
import { mailTexts } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { profileSettings } from '../../people/profiles/index.ts';
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
  .meta({ minProperties: 1, maxProperties: 1, nullIsDefault: false });

/** In whose keys, at every depth but in lists, null brings the default back: wherever one may be left out. */
export const withDefaults = <S extends z.ZodType>(schema: S): S => schema.meta({ nullIsDefault: true });

const overrideParts = without(overrideShape, 'overrideId', 'for');

const policy = (base: z.ZodObject, override: z.ZodObject) => {
  const overrides = z.array(withDefaults(override.extend({ for: overrideTarget }))).meta({ nullIsDefault: false });
  return withDefaults(base.extend({ overrides: overrides.optional() })).optional();
};

const { logo: _, ...brandingShape } = shapeOf(brandingSettings.schema);

const rulesOf = (rule: z.ZodType) =>
  z.strictObject(Object.fromEntries(Object.keys(directoryRules.schema.parse({})).map((name) => [name, rule])));

/** What the file says of a company besides its lists of objects. */
export const settingsShape = {
  policy: policy(namesOf(rules.base), namesOf(z.strictObject(overrideParts))),
  newAccounts: namesOf(newAccountsSettings.schema).optional(),
  profiles: namesOf(profileSettings.schema).optional(),
  branding: namesOf(z.strictObject(brandingShape)).extend({ logo }).optional(),
  /** By mail and language. */
  mails: z.record(z.string(), z.unknown()).optional(),
  /** By language; null asks nobody any more. */
  terms: z.record(z.string(), z.unknown()).nullish(),
  directoryRules: rulesOf(z.boolean().nullish()).optional(),
  /** 0 is for ever. */
  auditRetentionDays: z
    .preprocess(fromDigits, z.number().meta({ oneOf: [{ const: 0 }, { type: 'integer', minimum: 30, maximum: 36_500 }] }))
    .optional(),
};

/** The same with what every key takes, for editors and the reference. */
export const describedSettings = {
  ...settingsShape,
  policy: policy(rules.base, z.strictObject(overrideParts)),
  newAccounts: withDefaults(newAccountsSettings.schema).optional(),
  profiles: withDefaults(profileSettings.schema).optional(),
  branding: withDefaults(z.strictObject({ ...brandingShape, logo })).optional(),
  mails: withDefaults(mailTexts.schema).optional(),
  directoryRules: withDefaults(rulesOf(z.boolean().optional())).optional(),
  terms: termsTextsSchema.nullish(),
};

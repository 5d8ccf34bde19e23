import { z } from 'zod';
import { ruleOf, schemaFaults } from '../../../platform/errors/index.ts';
import { oidcInput, samlInput } from '../../applications/applications/index.ts';
import { contextCodeRule, contextInput, originPattern } from '../../company/contexts/index.ts';
import { directoryInput } from '../../people/directories/index.ts';
import { api, application, customField, directory, group, text, user } from './file-parts.ts';
import { describedSettings, settingsShape, withDefaults } from './file-settings.ts';
import { clientRules, partnerRules } from './protocol-rules.ts';
import { refuseTwice } from './refuse-twice.ts';
import { faultAt, StateError, type StateFault } from './state-error.ts';
import { findUnstorable } from './unstorable.ts';

/** Its values are for the use case to judge, which knows the settings before. */
const keysOf = (input: z.ZodObject, value: z.ZodType = z.unknown()) =>
  z.strictObject(Object.fromEntries(Object.keys(input.shape).map((key) => [key, value.optional()]))).optional();

/** As a number null would be 0. */
const something = z.unknown().refine((value) => value !== null, 'fields.null_here');

const fieldRule = (name: keyof typeof contextInput.shape) => ruleOf(contextInput.shape[name].unwrap());

const context = z.strictObject({
  code: text.meta(contextCodeRule),
  name: text.meta(fieldRule('name')).optional(),
  environment: z.enum(['production', 'approval']).optional(),
  pairedWith: text.optional(),
  address: z
    .url({ protocol: /^https?$/, error: 'fields.web_uri' })
    .regex(originPattern, 'fields.origin')
    .transform((value) => new URL(value).origin)
    .nullish(),
  /** The SAML entity ID where partners expect a fixed one. */
  samlEntityId: text.meta(fieldRule('samlEntityId')).nullish(),
  /** An IANA name, such as America/Sao_Paulo. */
  timeZone: text.meta(fieldRule('timeZone')).optional(),
});

/** @param settings of the company. @param protocols what stands below `oidc` and `saml` of an application. @param directorySettings what stands below `settings` of a directory */
const fileWith = <S extends z.ZodRawShape, T extends z.ZodRawShape, D extends z.ZodRawShape>(
  settings: S,
  protocols: T,
  directorySettings: D,
) =>
  z.strictObject({
    /** For editors. */
    $schema: z.string().optional(),
    contexts: z
      .array(
        context.extend(settings).extend({
          customFields: z.array(customField).default([]),
          users: z.array(user).default([]),
          groups: z.array(group).default([]),
          applications: z.array(application.extend(protocols)).default([]),
          apis: z.array(api).default([]),
          directories: z.array(directory.extend(directorySettings)).default([]),
        }),
      )
      .min(1),
  });

const settingsOfDirectory = directoryInput.shape.settings.unwrap();
const schema = fileWith(
  settingsShape,
  { oidc: keysOf(oidcInput, something).nullable(), saml: keysOf(samlInput, something).nullable() },
  { settings: keysOf(settingsOfDirectory) },
);

/** Where a server answers with the schema of the file. The number rises when a file that was right is so no longer. */
export const configurationSchemaPath = '/schemas/configuration/v1.json';

/** Every key with what it takes, for editors and the reference. */
export const describedFile = fileWith(
  describedSettings,
  { oidc: oidcInput.meta({ allOf: clientRules }).nullish(), saml: samlInput.partial().meta({ allOf: partnerRules }).nullish() },
  { settings: withDefaults(settingsOfDirectory).optional() },
);

/** `given` names the keys that the file has: an empty list is not the same as none. */
export type DesiredContext = z.output<typeof schema>['contexts'][number] & { given: readonly string[] };
export type DesiredState = { contexts: DesiredContext[] };
/** One object of a list that the file gives. */
export type Desired<List extends 'customFields' | 'users' | 'groups' | 'applications' | 'apis' | 'directories'> =
  DesiredContext[List][number];

/** As `parseState`, without an error. @returns no state where there are faults */
export function readState(input: unknown): { state?: DesiredState; faults: StateFault[] } {
  try {
    return { state: parseState(input), faults: [] };
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    return { faults: error.faults };
  }
}

/** @throws StateError with every fault of the file's shape; unknown keys are faults, so that a typing error is not passed over. So is what is listed twice */
export function parseState(input: unknown): DesiredState {
  // of an empty file everything is missing
  const said = input ?? {};
  const unstorable = findUnstorable(said);
  const parsed = schema.safeParse(said);
  const given = (index: number) => Object.keys((said as { contexts: object[] }).contexts[index]!);
  const refused = parsed.success
    ? []
    : schemaFaults(parsed.error, schema, said).map(({ path, message, params }) => faultAt(path, message, params));
  const faults = [...refused, ...unstorable.filter(({ path }) => !refused.some((one) => one.path === path))];
  if (!parsed.success || faults.length > 0) throw new StateError(faults);
  const contexts = parsed.data.contexts.map((one, index) => ({ ...one, given: given(index) }));
  refuseTwice(contexts);
  return { contexts };
}

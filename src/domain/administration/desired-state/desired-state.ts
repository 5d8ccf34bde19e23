import { z } from 'zod';
import { apiApplicationInput, apiInput, apiScopeInput } from '../../applications/apis/index.ts';
import { applicationInput, oidcInput, samlInput } from '../../applications/applications/index.ts';
import { customFieldTypes, fieldClaimNames } from '../../company/custom-fields/index.ts';
import { directoryInput, directoryRules } from '../../people/directories/index.ts';

type StateFault = { path: string; message: string; params?: Record<string, string | number> };

/** The file does not fit: every fault by its path, such as contexts[0].users[2].emial. */
export class StateError extends Error {
  /** `message` is a sentence, or a message key with its `params`. */
  readonly faults: StateFault[];
  constructor(faults: StateFault[]) {
    super(faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.faults = faults;
  }
}

const text = z.string().trim().min(1);

const user = z.strictObject({
  email: text.optional(),
  username: text.optional(),
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

const customField = z.strictObject({
  code: text,
  label: text,
  type: z.enum(customFieldTypes),
  options: z.array(text).default([]),
  required: z.boolean().default(false),
  personal: z.boolean().default(false),
  claim: z.enum(fieldClaimNames).nullish(),
});

const group = z.strictObject({ name: text, description: z.string().optional(), members: z.array(text).optional() });

const application = z.strictObject({
  ...applicationInput.shape,
  enabled: z.boolean().optional(),
  assignedTo: z.strictObject({ groups: z.array(text).default([]), users: z.array(text).default([]) }).optional(),
});

/** A list that is left out stays. */
const grantedTo = z.strictObject({ groups: z.array(text).optional(), users: z.array(text).optional() }).optional();

const api = z.strictObject({
  ...apiInput.shape,
  scopes: z.array(apiScopeInput.extend({ grantedTo })).optional(),
  applications: z.array(apiApplicationInput.extend({ code: text })).optional(),
});

/** Its values are for the use case to judge, which knows the settings before. */
const keysOf = (input: z.ZodObject) =>
  z.strictObject(Object.fromEntries(Object.keys(input.shape).map((key) => [key, z.unknown().optional()]))).optional();

const directory = z.strictObject({ name: text });

const context = z.strictObject({
  code: text,
  name: text.optional(),
  environment: z.enum(['production', 'approval']).optional(),
  pairedWith: text.optional(),
  address: z
    .url({ protocol: /^https?$/ })
    .transform((value) => new URL(value).origin)
    .nullish(),
  /** The SAML entity ID where partners expect a fixed one. */
  samlEntityId: text.nullish(),
  /** An IANA name, such as America/Sao_Paulo. */
  timeZone: text.optional(),
  customFields: z.array(customField).default([]),
  directoryRules: z
    .strictObject(Object.fromEntries(Object.keys(directoryRules.schema.parse({})).map((rule) => [rule, z.boolean().optional()])))
    .optional(),
  users: z.array(user).default([]),
  groups: z.array(group).default([]),
});

/** @param settings what stands below `oidc` and `saml` of an application. @param directorySettings what stands below `settings` of a directory */
const fileWith = <T extends z.ZodRawShape, D extends z.ZodRawShape>(settings: T, directorySettings: D) =>
  z.strictObject({
    /** For editors. */
    $schema: z.string().optional(),
    contexts: z
      .array(
        context.extend({
          applications: z.array(application.extend(settings)).default([]),
          apis: z.array(api).default([]),
          directories: z.array(directory.extend(directorySettings)).default([]),
        }),
      )
      .min(1),
  });

const settingsOfDirectory = directoryInput.shape.settings.unwrap();
const schema = fileWith({ oidc: keysOf(oidcInput), saml: keysOf(samlInput) }, { settings: keysOf(settingsOfDirectory) });

/** Every key with what it takes, for editors and the reference. */
export const describedFile = fileWith(
  { oidc: oidcInput.optional(), saml: samlInput.partial().optional() },
  { settings: settingsOfDirectory.optional() },
);

export type DesiredState = z.output<typeof schema>;
export type DesiredContext = DesiredState['contexts'][number];

/** @throws StateError with every fault of the file's shape; unknown keys are faults, so that a typing error is not passed over */
export function parseState(input: unknown): DesiredState {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new StateError(
    parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'there is no such key' }))
        : [
            {
              path: pathOf(issue.path),
              message: issue.code === 'invalid_type' && issue.message.endsWith('received undefined') ? 'is missing' : issue.message,
            },
          ],
    ),
  );
}

export const pathOf = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the file'
    : path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`)).join('');

import { z } from 'zod';
import { applicationInput, oidcInputKeys, samlInputKeys } from '../../applications/applications/index.ts';
import { customFieldTypes } from '../../company/custom-fields/index.ts';

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
  role: z.enum(['administrator', 'regular']).default('regular'),
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
});

const group = z.strictObject({ name: text, description: z.string().optional(), members: z.array(text).optional() });

/** `metadata` is the partner's XML, or the octets of its file; of several providers in it `entityId` names the one. */
const saml = z.strictObject(Object.fromEntries([...samlInputKeys, 'metadata'].map((key) => [key, z.unknown().optional()])));

const application = z.strictObject({
  ...applicationInput.shape,
  enabled: z.boolean().optional(),
  assignedTo: z.strictObject({ groups: z.array(text).default([]), users: z.array(text).default([]) }).optional(),
  oidc: z.strictObject(Object.fromEntries(oidcInputKeys.map((key) => [key, z.unknown().optional()]))).optional(),
  saml: saml.optional(),
});

const context = z.strictObject({
  code: text,
  name: text,
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
  users: z.array(user).default([]),
  groups: z.array(group).default([]),
  applications: z.array(application).default([]),
});

const schema = z.strictObject({ contexts: z.array(context).min(1) });

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

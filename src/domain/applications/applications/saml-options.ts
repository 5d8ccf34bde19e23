import { z } from 'zod';
import { webAddressRule, whole, wordRule } from '../../../platform/errors/index.ts';
import { isRedirectUri } from './redirect-addresses.ts';
import { relayStatePattern } from './relay-states.ts';
import type { SourceField } from './source-field.ts';
import { template, templateFields } from './template.ts';

/** How the form shows one: `day` is YYYY-MM-DD, the last day; `lines` is a list with one a line. */
type Kind = 'flag' | 'minutes' | 'text' | 'lines' | 'day';

/** `section`: of the form. `weakens`: whether a value of it takes away from the protection, so that it is said where the application is shown. */
type Option = {
  kind: Kind;
  section: 'addresses' | 'told' | 'protection';
  type: z.ZodType;
  weakens?: (value: never, settings: { signingCertificates: string[] }) => boolean;
};

export const entityId = z
  .string()
  .trim()
  .min(1, 'fields.entity_id')
  .max(1024, 'fields.entity_id')
  .refine((value) => !/[\p{C}\s]/u.test(value), 'fields.entity_id')
  .meta(wordRule);

const day = z.iso.date('fields.day');
const isWebAddress = (value: string) => /^https?:/.test(value) && isRedirectUri(value);
const always = () => true;
/** What no two people share; of its own fields the company knows. */
const isOnePersons = (field: SourceField): boolean =>
  ['login', 'email', 'username', 'userId'].includes(field) || field.startsWith('custom.');

/**
 * What one partner needs and others do not: off unless an administrator says so, and absent from the stored settings then. Form, `apply`, export, advice and
 * documentation are made from this list; the texts are `saml_options.NAME`.
 */
export const samlOptions = {
  allowHttp: { kind: 'flag', section: 'addresses', type: z.boolean(), weakens: always },
  acceptRsaPss: { kind: 'flag', section: 'addresses', type: z.boolean() },
  ignoreSignatures: {
    kind: 'flag',
    section: 'addresses',
    type: z.boolean(),
    weakens: (_, { signingCertificates }) => signingCertificates.length === 0,
  },
  acceptInclusiveC14nUntil: { kind: 'day', section: 'addresses', type: day, weakens: always },
  acceptSha1Until: { kind: 'day', section: 'addresses', type: day, weakens: always },
  relayStates: { kind: 'lines', section: 'addresses', type: z.array(relayStatePattern).max(50), weakens: always },
  soapLogoutUrl: {
    kind: 'text',
    section: 'addresses',
    type: z.string().trim().refine(isWebAddress, 'fields.web_uri').meta(webAddressRule),
  },
  artifactBinding: { kind: 'flag', section: 'addresses', type: z.boolean() },
  refuseLaunch: { kind: 'flag', section: 'addresses', type: z.boolean() },
  nameIdTemplate: { kind: 'text', section: 'told', type: template, weakens: (text: string) => !templateFields(text).some(isOnePersons) },
  spNameQualifier: { kind: 'text', section: 'told', type: entityId },
  audiences: { kind: 'lines', section: 'protection', type: z.array(entityId).max(10), weakens: always },
  oneTimeUse: { kind: 'flag', section: 'protection', type: z.boolean() },
  assertionMinutes: { kind: 'minutes', section: 'protection', type: whole(1, 480), weakens: (value: number) => value > 15 },
  sessionMinutes: {
    kind: 'minutes',
    section: 'protection',
    type: whole(0, 525_600),
    weakens: (value: number) => value === 0 || value > 1440,
  },
  oaepSha256: { kind: 'flag', section: 'protection', type: z.boolean() },
} as const satisfies Record<string, Option>;

type Options = typeof samlOptions;
export type SamlOption = keyof Options;
export type SamlOptions = { [Name in SamlOption]?: z.output<Options[Name]['type']> };

export const samlOptionNames = Object.keys(samlOptions) as SamlOption[];

/** For the schema of the settings. */
export const optionShape = Object.fromEntries(samlOptionNames.map((name) => [name, samlOptions[name].type.optional()])) as {
  [Name in SamlOption]: z.ZodOptional<Options[Name]['type']>;
};

/** One that ends is granted for a year at most, so that somebody looks again. */
const longestDays = 366;

/** @returns the fields with a day that is further off than a year */
export const tooFar = (saml: SamlOptions, now: Date): SamlOption[] => {
  const latest = new Date(now.getTime() + longestDays * 86_400_000).toISOString().slice(0, 10);
  return samlOptionNames.filter((name) => samlOptions[name].kind === 'day' && String(saml[name] ?? '') > latest);
};

/** Whether today is not after the last day, by UTC. */
export const isOpenUntil = (lastDay: string | undefined, now: Date): boolean =>
  lastDay !== undefined && now.toISOString().slice(0, 10) <= lastDay;

/** `unverifiableLogout`: it is told of sign-outs, and without a certificate no answer of it can pass (profiles §4.4.3.4). */
export type Advice = { option: SamlOption | 'unverifiableLogout'; state: 'weakens' | 'ended'; value: string };

type Advised = SamlOptions & { signingCertificates: string[]; singleLogoutServices?: unknown[] };

/** What of the settings is weaker than it could be, for whoever looks at the application. */
export function adviseOn(saml: Advised, now: Date): Advice[] {
  const { signingCertificates, singleLogoutServices: [service] = [] } = saml;
  const ofOptions = samlOptionNames.flatMap((option): Advice[] => {
    const value = saml[option];
    const { kind, weakens } = samlOptions[option] as Option;
    if (value === undefined || value === false || !weakens?.(value as never, saml)) return [];
    const hasEnded = kind === 'day' && !isOpenUntil(String(value), now);
    return [{ option, state: hasEnded ? 'ended' : 'weakens', value: Array.isArray(value) ? value.join(', ') : String(value) }];
  });
  return service && signingCertificates.length === 0
    ? [...ofOptions, { option: 'unverifiableLogout', state: 'weakens', value: 'true' }]
    : ofOptions;
}

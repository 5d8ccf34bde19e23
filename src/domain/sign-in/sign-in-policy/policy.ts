import { isIP } from 'node:net';
import { z } from 'zod';
import { isTimeZone, timeZoneRule } from '../../../platform/clock/index.ts';
import { whereKeysAre, whole } from '../../../platform/errors/index.ts';
import { factorKinds } from '../credentials/factors/index.ts';
import { passwordRules } from '../credentials/password/index.ts';

export const demands = ['off', 'optional', 'required'] as const;
export type SecondFactorDemand = (typeof demands)[number];

const part = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const range = z
  .string()
  .trim()
  .refine((text) => {
    const [address = '', bits] = text.split('/');
    const family = isIP(address);
    return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
  }, 'fields.network')
  // of IPv6 it is only told that there are colons
  .meta({ pattern: `^\\s*(?:${part}(?:\\.${part}){3}(?:/0{0,2}(?:3[0-2]|[12]?\\d))?|[0-9A-Fa-f.]*:[^\\s/]*(?:/\\d{1,3})?)\\s*$` });

const time = /^([01]\d|2[0-3]):[0-5]\d$/;
const timeOfDay = z.string().regex(time, 'fields.time_of_day');
const hours = z
  .strictObject({
    /** 1 is Monday, 7 is Sunday (ISO 8601). */
    days: z.array(whole(1, 7)).min(1, 'fields.days').max(7),
    from: timeOfDay,
    to: timeOfDay,
    timeZone: z.string().refine(isTimeZone, 'fields.time_zone').meta(timeZoneRule),
  })
  // of two that are no times nobody can say which is later
  .refine(({ from, to }) => from < to || ![from, to].every((one) => time.test(one)), { path: ['to'], message: 'fields.hours_order' });
export type Hours = z.output<typeof hours>;

const session = { idleMinutes: whole(1, 43_200), lifetimeHours: whole(1, 8760), /** 0 is off. */ keepDays: whole(0, 365) };
const secondFactor = { demand: z.enum(demands), factors: z.array(z.enum(factorKinds)), /** 0 is off. */ rememberDays: whole(0, 365) };
const networks = z.array(range).max(200);

/** The company's own rules. */
export const policySchema = z.strictObject({
  identifiers: z
    .strictObject({ email: z.boolean().default(true), username: z.boolean().default(true) })
    .meta({ allOf: [whereKeysAre({ email: [false] }, { not: { properties: { username: { const: false } }, required: ['username'] } })] })
    .prefault({})
    .refine(({ email, username }) => email || username, 'fields.identifiers'),
  lockout: z
    .strictObject({
      /** S37: failed attempts before a person is Blocked. */
      limit: whole(3, 20).default(5),
      /** After so long without a failure the count starts again. */
      decayMinutes: whole(1, 1440).default(15),
      /** 0: an administrator or a recovery ends the block, time does not. */
      unblockAfterMinutes: whole(0, 10_080).default(0),
      mail: z.boolean().default(true),
    })
    .prefault({}),
  password: z
    .strictObject({
      minLength: passwordRules.minLength.default(12),
      classes: passwordRules.classes.default([]),
      history: passwordRules.history.default(5),
      expiryDays: passwordRules.expiryDays.default(0),
      refuseBreached: passwordRules.refuseBreached.default(true),
    })
    .prefault({}),
  session: z
    .strictObject({
      idleMinutes: session.idleMinutes.default(120),
      lifetimeHours: session.lifetimeHours.default(12),
      keepDays: session.keepDays.default(0),
    })
    .prefault({}),
  secondFactor: z
    .strictObject({
      demand: secondFactor.demand.default('optional'),
      // a factor that is added to the product is not taken until the company says so
      factors: secondFactor.factors.default(['totp', 'passkey']),
      rememberDays: secondFactor.rememberDays.default(0),
    })
    // of a file that leaves out the demand it stays, and may be off
    .meta({ allOf: [whereKeysAre({ demand: ['optional', 'required', null] }, { properties: { factors: { minItems: 1 } } })] })
    .prefault({})
    .refine(({ demand, factors }) => demand === 'off' || factors.length > 0, { path: ['factors'], message: 'fields.factors' }),
  /** Addresses and CIDR ranges from which people may sign in; empty is anywhere. */
  networks: networks.default([]),
  hours: hours.optional(),
});
export type SignInPolicy = z.output<typeof policySchema>;
export const defaultPolicy: SignInPolicy = policySchema.parse({});

/** What one group, application or role is stricter about; what it leaves out is the company's. */
export const overrideSchema = z.strictObject({
  overrideId: z.uuid(),
  for: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('group'), groupId: z.uuid() }),
    z.strictObject({ kind: z.literal('application'), applicationId: z.uuid() }),
    z.strictObject({ kind: z.literal('role'), role: z.enum(['administrator', 'regular']) }),
  ]),
  password: z.strictObject(passwordRules).partial().default({}),
  session: z.strictObject({ idleMinutes: session.idleMinutes, lifetimeHours: session.lifetimeHours }).partial().default({}),
  // none at all would keep everybody out whom it concerns
  secondFactor: z
    .strictObject({ ...secondFactor, factors: secondFactor.factors.min(1, 'fields.factors') })
    .partial()
    .default({}),
  networks: networks.default([]),
  hours: hours.optional(),
});
export type PolicyOverride = z.output<typeof overrideSchema>;

export const rulesSchema = z.strictObject({ base: policySchema, overrides: z.array(overrideSchema).max(200).default([]) });
export type PolicyRules = z.output<typeof rulesSchema>;
export const defaultRules: PolicyRules = { base: defaultPolicy, overrides: [] };

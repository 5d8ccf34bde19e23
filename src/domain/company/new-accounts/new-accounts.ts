import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { whole } from '../../../platform/errors/index.ts';
import type { SettingsKind } from '../context-settings/index.ts';

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .meta({ pattern: '^\\s*@?[^\\s@/.\u3002\uff0e\uff61]+(?:[.\u3002\uff0e\uff61][^\\s@/.\u3002\uff0e\uff61]+)+\\s*$' })
  .transform((name) => domainToASCII(name.replace(/^@/, '')))
  .refine((name) => name.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(name), 'fields.domain');

const schema = z.strictObject({
  /** S64: which option the form for a new person begins with. */
  activation: z.enum(['invitation', 'temporary-password']).default('invitation'),
  /** Whether people may make their own account, by an address of one of `domains`; of any address when there is none. */
  selfRegistration: z.boolean().default(false),
  domains: z.array(domain).max(200).default([]),
  invitationDays: whole(1, 90).default(7),
  recoveryMinutes: whole(5, 1440).default(60),
  confirmationHours: whole(1, 168).default(24),
});

export type NewAccounts = z.output<typeof schema>;
/** How a new account begins. */
export type Activation = NewAccounts['activation'];
export const newAccountsSettings: SettingsKind<NewAccounts> = { name: 'new-accounts', schema };

/** Whether somebody with this address may make an account. */
export function mayRegister({ selfRegistration, domains }: NewAccounts, email: string): boolean {
  const host = domainToASCII(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
  return selfRegistration && (domains.length === 0 || domains.includes(host));
}

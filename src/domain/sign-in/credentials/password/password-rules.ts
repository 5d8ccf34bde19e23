import { z } from 'zod';
import { whole } from '../../../../platform/errors/index.ts';

export const characterClasses = ['lower', 'upper', 'digit', 'symbol'] as const;
export type CharacterClass = (typeof characterClasses)[number];
export const longestPassword = 128;

/** What a policy can ask of a password, field by field. */
export const passwordRules = {
  /** Characters (NIST SP 800-63B-4 §3.1.1.2). */
  minLength: whole(8, longestPassword),
  classes: z.array(z.enum(characterClasses)),
  /** So many earlier passwords may not come back. */
  history: whole(0, 24),
  /** 0 is never. */
  expiryDays: whole(0, 3650),
  refuseBreached: z.boolean(),
};
export type PasswordRules = { [Rule in keyof typeof passwordRules]: z.output<(typeof passwordRules)[Rule]> };

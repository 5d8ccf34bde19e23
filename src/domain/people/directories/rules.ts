import { z } from 'zod';
import type { SettingsKind } from '../../company/context-settings/index.ts';

const schema = z.strictObject({
  /** S24: people sign in with the password of their network. */
  signIn: z.boolean().default(false),
  /** Who has a network password may also have a personal one here. Administrators always keep one. */
  personalPassword: z.boolean().default(true),
  /** S23, S128: who is deactivated or reactivated here, is so in the directory. */
  stateToDirectory: z.boolean().default(false),
  /** Who is disabled or gone in the directory, is deactivated here. */
  stateFromDirectory: z.boolean().default(true),
  /** While the directory does not answer, who signed in within 14 days goes on. */
  whileAway: z.boolean().default(false),
  /** "Forgot your password?" may set the network password. */
  resetNetworkPassword: z.boolean().default(false),
});

/** What holds for all directories of a company. */
export type DirectoryRules = z.output<typeof schema>;
export const directoryRules: SettingsKind<DirectoryRules> = { name: 'directories', schema };

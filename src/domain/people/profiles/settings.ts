import { z } from 'zod';
import type { SettingsKind } from '../../company/context-settings/index.ts';

const schema = z.strictObject({
  /** A name is how a company, its applications and its audit report know somebody: only where the company says so. */
  names: z.boolean().default(false),
  /** A photo is seen by the person and by administrators alone. */
  photos: z.boolean().default(true),
});

/** What people may change of themselves. */
export type ProfileSettings = z.output<typeof schema>;
export const profileSettings: SettingsKind<ProfileSettings> = { name: 'profiles', schema };

import { z } from 'zod';
import { whole } from '../../../platform/errors/index.ts';

/** How long what an application is given lasts, in seconds: least, most, and what holds where the application says nothing. */
export const tokenTimes = {
  access_token_seconds: { least: 60, most: 86_400, usual: 900 },
  id_token_seconds: { least: 60, most: 86_400, usual: 3600 },
  refresh_token_seconds: { least: 300, most: 31_536_000, usual: 1_209_600 },
  grant_seconds: { least: 300, most: 63_072_000, usual: 2_592_000 },
  refresh_overlap_seconds: { least: 0, most: 300, usual: 30 },
};
export type TokenTime = keyof typeof tokenTimes;
export const tokenTimeNames = Object.keys(tokenTimes) as TokenTime[];

const within = (name: TokenTime) => whole(tokenTimes[name].least, tokenTimes[name].most).optional();

/** The settings of a client that say how long its tokens last and whose tokens it may ask about. */
export const tokenSettings = {
  access_token_seconds: within('access_token_seconds'),
  id_token_seconds: within('id_token_seconds'),
  /** Counted from its last use. */
  refresh_token_seconds: within('refresh_token_seconds'),
  /** Counted from the last sign-in to the application; no token outlives it. */
  grant_seconds: within('grant_seconds'),
  /** For so long a public client's refresh token that was used gives the same answer again. */
  refresh_overlap_seconds: within('refresh_overlap_seconds'),
  /** A gateway's: it may introspect the access tokens of every application of the company. */
  introspects_all_applications: z.boolean().optional(),
};
export const tokenSettingNames = Object.keys(tokenSettings) as (keyof typeof tokenSettings)[];

/** @param settings of a client, as it is kept or as the library has it */
export const secondsOf = (settings: object | undefined, name: TokenTime): number =>
  (settings as { [time in TokenTime]?: number } | undefined)?.[name] ?? tokenTimes[name].usual;

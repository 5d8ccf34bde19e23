import { z } from 'zod';
import type { FieldErrors } from '../../../platform/errors/index.ts';

const isSectorUri = (value: string): boolean => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === 'https:' && !url.username && !url.password && !value.includes('#') && value.length <= 2000;
};

/** By what subject an application knows a person (OpenID Connect Core §8). */
export const subjectShape = {
  /** `pairwise`: another one in each sector. `public`, or none: the same in all applications. */
  subject_type: z.enum(['public', 'pairwise']).optional(),
  /** Applications of one host share their subjects; nothing is fetched from there. */
  sector_identifier_uri: z
    .string()
    .refine(isSectorUri, 'fields.sector_identifier_uri')
    .meta({ pattern: '^\\s*[Hh][Tt][Tt][Pp][Ss]:[^#]+$' })
    .optional(),
};

const schema = z.object({ ...subjectShape, redirect_uris: z.array(z.string()), grant_types: z.array(z.string()) });
type Settings = z.output<typeof schema>;

/** The host in which its pairwise subjects hold (§8.1). @returns undefined for public ones, and where no single host says */
export function sectorOf({ subject_type, sector_identifier_uri, redirect_uris }: Omit<Settings, 'grant_types'>): string | undefined {
  if (subject_type !== 'pairwise') return undefined;
  const hosts = new Set((sector_identifier_uri ? [sector_identifier_uri] : redirect_uris).map((uri) => new URL(uri).host));
  const [host] = hosts;
  return hosts.size === 1 && host ? host : undefined;
}

export function refuseSubjects(settings: Settings): FieldErrors {
  if (settings.subject_type !== 'pairwise') return {};
  // the library has them only where a client proves itself by keys of its jwks_uri
  if (settings.grant_types.includes('urn:ietf:params:oauth:grant-type:device_code')) return { subject_type: 'fields.pairwise_device' };
  // what is no address is refused as one, and says no host
  if (!settings.sector_identifier_uri && !settings.redirect_uris.every((uri) => URL.canParse(uri))) return {};
  return sectorOf(settings) ? {} : { sector_identifier_uri: 'fields.sector_missing' };
}

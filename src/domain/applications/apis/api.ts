import { z } from 'zod';
import { lineOf, noneTwice, whole } from '../../../platform/errors/index.ts';
import { type Locale, locales } from '../../../platform/i18n/index.ts';
import type { ApiId, ApplicationId } from '../../scope.ts';

/** OpenID Connect Core §5.4 and §11, and our own: an API’s scope of the same name could not be told from them. */
export const openIdScopes = new Set(['openid', 'profile', 'email', 'address', 'phone', 'groups', 'offline_access']);

/** RFC 8707 §2: an absolute URI without a fragment; tokens are for exactly this text. */
const isApiIdentifier = (value: string): boolean =>
  /^[a-z][a-z0-9+.-]*:[\x21\x24-\x7e]+$/i.test(value) && value.length <= 500 && URL.canParse(value);

const scopeName = z
  .string()
  .trim()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'fields.api_scope_name')
  .refine((name) => !openIdScopes.has(name), 'fields.api_scope_own');

export const apiScopeInput = z.strictObject({
  name: scopeName,
  texts: z
    .strictObject(
      Object.fromEntries(locales.map((locale) => [locale, lineOf(200).optional()])) as Record<Locale, z.ZodOptional<z.ZodString>>,
    )
    .refine((texts) => Object.values(texts).some((text) => text !== undefined), 'fields.api_scope_texts'),
});

/** What a form or a file says of an API. The identifier never changes: tokens, agreements and the API itself carry it. */
export const apiInput = z.strictObject({
  identifier: z
    .string()
    .trim()
    .refine(isApiIdentifier, 'fields.api_identifier')
    .meta({ pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[\\x21\\x24-\\x7e]+$', maxLength: 500 }),
  name: lineOf(100),
  tokenFormat: z.enum(['jwt', 'opaque']).default('jwt'),
  signingAlg: z.enum(['RS256', 'ES256']).default('RS256'),
  accessTokenSeconds: whole(60, 86_400).default(900),
  /** The claim that repeats the scopes as a list, for frameworks that read roles (RFC 9068 §2.2.3.1). */
  scopesClaim: z.enum(['none', 'roles', 'permissions']).default('none'),
  scopes: z
    .array(apiScopeInput)
    .max(100, 'fields.api_scopes_many')
    .default([])
    .superRefine(noneTwice(({ name }) => name, 'fields.api_scope_twice', 'name')),
});
export type ApiInput = z.input<typeof apiInput>;

export type ApiData = z.output<typeof apiInput>;
export type ApiScope = ApiData['scopes'][number];
export type Api = ApiData & { apiId: ApiId; version: number };

export const apiApplicationInput = z.strictObject({
  /** What it may ask for in the name of a person who is granted it. */
  scopes: z.array(z.string()).max(100).default([]),
  /** What it may do in its own name (client_credentials), where no person’s grant stands beside it. */
  ownScopes: z.array(z.string()).max(100).default([]),
  /** It is the API: it may introspect the API’s tokens (RFC 7662). */
  isResourceServer: z.boolean().default(false),
});
export type ApiApplicationInput = z.input<typeof apiApplicationInput>;
export type ApiApplication = z.output<typeof apiApplicationInput> & { applicationId: ApplicationId };

/** In the reader’s language, or in one that there is. */
export const textOfScope = ({ texts }: ApiScope, locale: Locale): string => [locale, ...locales].map((one) => texts[one]).find(Boolean)!;

/** How an agreement names a scope of an API: neither of the two can hold a space. */
export const apiScopeKey = (identifier: string, scope: string): string => `${identifier} ${scope}`;

/** @returns undefined for a scope of OpenID Connect */
export function readApiScopeKey(key: string): { identifier: string; scope: string } | undefined {
  const [identifier, scope] = key.split(' ');
  return identifier && scope ? { identifier, scope } : undefined;
}

/** As a file for `apply` says it. */
export const portableApi = ({ apiId: _a, version: _v, ...data }: Api): ApiData => data;

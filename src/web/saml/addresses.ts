import type { ResolvedContext } from '../request/index.ts';

/** What partners know us by; all of it derives from the context's configured address. */
export const entityIdOf = (context: ResolvedContext): string => context.samlEntityId ?? context.url;
export const ssoUrl = (context: ResolvedContext): string => `${context.url}/saml/sso`;
export const sloUrl = (context: ResolvedContext): string => `${context.url}/saml/slo`;
export const metadataUrl = (context: ResolvedContext): string => `${context.url}/saml/metadata`;

import { type OidcEntry, oidcEntries } from './oidc.ts';
import { type SamlEntry, samlEntries } from './saml.ts';

export type CatalogueEntry = OidcEntry | SamlEntry;

/** S26, S27: applications whose settings are known. */
export const catalogue: CatalogueEntry[] = [...oidcEntries, ...samlEntries];

export const findCatalogueEntry = (id: string): CatalogueEntry | undefined => catalogue.find((entry) => entry.id === id);

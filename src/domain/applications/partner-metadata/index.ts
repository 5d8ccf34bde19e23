// Owns: what a SAML partner's published metadata says now: read again on schedule, a difference kept until an administrator accepts or ignores it.
// Does not: fetch (handed in) nor hold the settings in force (applications).
export { acceptMetadata, ignoreMetadata } from './decide-metadata.ts';
export { type Difference, differences, digestOf, type MetadataFacts } from './difference.ts';
export { type FetchMetadata, fetchPartner } from './fetch-partner.ts';
export { refreshAllMetadata, refreshMetadataJob } from './jobs.ts';
export { refreshMetadata } from './refresh-metadata.ts';
export { findPartnerMetadata, listRefreshable, type PartnerMetadata } from './store.ts';

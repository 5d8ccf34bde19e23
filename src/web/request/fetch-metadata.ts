import type { FetchMetadata } from '../../domain/applications/partner-metadata/index.ts';
import { metadataLimits } from '../../platform/saml/index.ts';
import type { Services } from './services.ts';

const headers = { accept: 'application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8' };

/** Fetches a partner's metadata, which its reader limits, under the rules for calls to the outside. @throws Error saying what went wrong; OutboundRefused for private addresses */
export const createMetadataFetcher =
  ({ outbound }: Pick<Services, 'outbound'>): FetchMetadata =>
  async (url, take) => {
    const { status } = await outbound(url, { headers, timeoutMs: 30_000, maxBytes: 2 * metadataLimits.bytes, take });
    if (status !== 200) throw new Error(`HTTP ${status}`);
  };

import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { OutboundRefused } from '../../../platform/net/index.ts';
import { type Allowed, createPartnerReader, type PartnerReading } from '../applications/index.ts';

/** Hands on the body as it arrives. @throws Error with a reason that an administrator may read */
export type FetchMetadata = (url: string, take: (chunk: Uint8Array) => void) => Promise<void>;

const placeholder = '{entityId}';

/**
 * Reads a partner's metadata from the address where it is published. An address with `{entityId}` in it, or one that ends in `/entities`, answers for many providers
 * (draft-young-md-query §3.1).
 * @throws AppError invalid_input on the field `metadata` or `metadataUrl`
 */
export async function fetchPartner(
  url: string,
  entityId: string | undefined,
  now: Date,
  fetchMetadata: FetchMetadata,
  allowed?: Allowed,
): Promise<PartnerReading> {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw invalidInput({ metadataUrl: 'fields.web_uri' });
  const address = addressFor(url, entityId);
  const reader = createPartnerReader(now, entityId, allowed);
  try {
    await fetchMetadata(address, (chunk) => reader.write(chunk));
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof OutboundRefused) throw invalidInput({ metadataUrl: 'fields.metadata_private' });
    const detail = (error as NodeJS.ErrnoException).code?.toString() ?? (error as Error).message;
    throw invalidInput({ metadataUrl: 'fields.metadata_unreachable' }, { detail: detail.slice(0, 300) });
  }
  return reader.end();
}

/** Whether an address answers for the entity ID that is asked for. */
const isQueryAddress = (url: string): boolean =>
  url.includes(placeholder) || (URL.canParse(url) && /\/entities\/?$/.test(new URL(url).pathname) && new URL(url).search === '');

function addressFor(url: string, entityId: string | undefined): string {
  if (!isQueryAddress(url)) return url;
  if (!entityId) throw invalidInput({ metadataUrl: 'fields.metadata_query' });
  // all that RFC 3986 §2.3 does not call unreserved
  const said = encodeURIComponent(entityId).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return url.includes(placeholder) ? url.replaceAll(placeholder, said) : `${url.replace(/\/$/, '')}/${said}`;
}

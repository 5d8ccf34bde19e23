import type { Services } from './services.ts';

/** Fetches a partner's metadata under the rules for calls to the outside. @throws Error saying what went wrong; OutboundRefused for private addresses */
export const createMetadataFetcher =
  ({ outbound }: Pick<Services, 'outbound'>) =>
  async (url: string): Promise<string> => {
    const { status, body } = await outbound(url, { headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' } });
    if (status !== 200) throw new Error(`HTTP ${status}`);
    return body;
  };

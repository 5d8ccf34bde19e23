import type { FileContent } from './file-parts.ts';

/** A picture as text (RFC 2397). */
export const dataAddress = ({ contentType, content }: { contentType: string; content: Buffer }): string =>
  `data:${contentType};base64,${content.toString('base64')}`;

/** @returns undefined for what is neither bytes nor a data: address */
export function bytesOf(given: FileContent): Buffer | undefined {
  if (typeof given !== 'string') return Buffer.from(given);
  const [, base64] = /^data:image\/[a-z]+;base64,([A-Za-z0-9+/=\s]*)$/.exec(given.trim()) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

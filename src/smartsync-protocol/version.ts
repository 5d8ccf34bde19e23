import { z } from 'zod';

/** `minor` grows with what may be left out, `major` with what may not. Readers pass over keys that they do not know. */
export const protocolVersion = { major: 1, minor: 0 } as const;

export const versionShape = z.object({ major: z.int().nonnegative(), minor: z.int().nonnegative() });
export type ProtocolVersion = z.output<typeof versionShape>;

/** One minor version apart work together. */
export const isCompatible = (theirs: ProtocolVersion, ours: ProtocolVersion = protocolVersion): boolean =>
  theirs.major === ours.major && Math.abs(theirs.minor - ours.minor) <= 1;

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { directoryKinds, type RequestOf } from '../../../smartsync-protocol/index.ts';
import type { Session } from '../servers.ts';

const seen = z.object({ before: z.string(), digest: z.string(), count: z.int(), at: z.number() });
const mark = z.object({ time: z.string(), at: z.number() });

/**
 * Where the next reading of changes goes on. `about`: all that it depends on; another question has another one. `wholeAt`: when everything was last read, by our clock. `mark`: the directory's time
 * of the last change known, and when we saw it first. `usn`: by invocation id of a domain controller.
 */
const cursorShape = z.object({
  version: z.literal(1),
  kind: z.enum(directoryKinds),
  about: z.string(),
  way: z.enum(['dirsync', 'usn', 'syncrepl', 'timestamps']),
  wholeAt: z.number(),
  mark: mark.optional(),
  dirsync: z.string().optional(),
  usn: z.record(z.string(), z.string()).optional(),
  sync: z.object({ people: z.string(), groups: z.string(), hasWorked: z.boolean() }).optional(),
  seen: seen.optional(),
});
export type Cursor = z.output<typeof cursorShape>;
export type Mark = z.output<typeof mark>;

export type ReadBody = RequestOf<'read'>;

/** Everything is read again after so long, whatever the directory says of changes: what no change tells (rights, restored memberships) comes in by that. */
const wholeEveryMs = 24 * 3_600_000;

/** Undefined for one of another question, or that is not ours, or old: then everything is read. */
export function readCursor(text: string | undefined, session: Session, body: ReadBody): Cursor | undefined {
  try {
    const cursor = cursorShape.parse(JSON.parse(text ?? ''));
    const fits = cursor.kind === session.facts.kind && cursor.about === aboutOf(session, body);
    return fits && Date.now() - cursor.wholeAt < wholeEveryMs ? cursor : undefined;
  } catch {
    return undefined;
  }
}

/** A change of filter, base or attributes is another question. */
export function aboutOf({ base }: Session, { userFilter, groupFilter, userAttributes, groupAttributes }: ReadBody): string {
  const names = (list: string[]) => list.map((name) => name.toLowerCase()).sort();
  const parts = [base, userFilter, groupFilter, names(userAttributes), names(groupAttributes)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

import type { Entry } from 'ldapts';
import { bytesOf, textOf } from './entry.ts';
import type { Facts } from './facts.ts';
import { code, hasCode, Refused } from './failure.ts';
import { guidOf, idFilter, isUuid } from './ids.ts';
import type { Session } from './servers.ts';

/** The attribute that stays when an entry is moved or renamed. */
export const idAttribute = ({ kind }: Pick<Facts, 'kind'>): 'objectGUID' | 'entryUUID' =>
  kind === 'active-directory' ? 'objectGUID' : 'entryUUID';

export const idBytes = ({ kind }: Pick<Facts, 'kind'>): string[] => (kind === 'active-directory' ? ['objectGUID'] : []);

/** Undefined for an entry without one, or that does not show it. */
export function idOf({ kind }: Pick<Facts, 'kind'>, entry: Entry): string | undefined {
  if (kind === 'active-directory') {
    const bytes = bytesOf(entry, 'objectGUID');
    return bytes?.length === 16 ? guidOf(bytes) : undefined;
  }
  const id = textOf(entry, 'entryUUID')?.toLowerCase();
  return id && isUuid(id) ? id : undefined;
}

/**
 * The entry with this id, first looked for at the name where it was last seen. A name alone is no proof: somebody else may have it by now.
 * @throws Refused `not-found`
 */
export async function findEntry(session: Session, { id, dn }: { id: string; dn: string }, attributes: string[] = []): Promise<Entry> {
  const { connection, facts, base } = session;
  const asked = [idAttribute(facts), ...attributes];
  const there = await connection.read(dn, asked, idBytes(facts)).catch((error) => {
    if (!hasCode(error, code.noSuchObject, code.invalidDnSyntax, code.referral)) throw error;
    return undefined;
  });
  if (there && idOf(facts, there) === id) return there;
  const [found] = await connection.search(base, { filter: idFilter(facts.kind, id), attributes: asked, bytes: idBytes(facts) });
  if (!found) throw new Refused('not-found', `there is no entry ${id} below ${base}`);
  return found;
}

import type { PasswordAnswer, RequestOf } from '../../smartsync-protocol/index.ts';
import { Refused } from './failure.ts';
import { acceptPassword, bindAs, openSecret, readPerson } from './person.ts';
import type { Servers } from './servers.ts';
import type { Work } from './work.ts';

/**
 * A bind as the person, at the name that the entry with this id has now: so a wrong password is tried once, and never at the name of somebody else. An empty password is not sent
 * (RFC 4513 §5.1.2).
 */
export async function verifyPassword(
  servers: Servers,
  { entry, sealed }: RequestOf<'verify-password'>,
  work: Work,
): Promise<PasswordAnswer> {
  const { key, password } = await openSecret(work, 'verify-password', entry.id, sealed);
  if (!password) throw new Refused('wrong-password');
  const person = await readPerson(servers, entry, work.signal);
  const policy = await servers.use('person', (session) => bindAs(session, person, password), work.signal);
  if (policy.error === 'changeAfterReset') throw new Refused('must-change');
  return acceptPassword(work, key);
}

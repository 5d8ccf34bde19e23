import { Attribute, BerWriter, Change } from 'ldapts';
import type { PasswordAnswer, RefusalReason, RequestOf } from '../../smartsync-protocol/index.ts';
import { PasswordPolicy } from './controls.ts';
import { textOf } from './entry.ts';
import { code, hasCode, messageOf, Refused } from './failure.ts';
import { adPasswordRefusal, policyPasswordRefusal } from './new-password-refusal.ts';
import { acceptPassword, bindAs, openSecret, type Person, readPerson } from './person.ts';
import type { Servers, Session } from './servers.ts';
import type { Work } from './work.ts';

const passwordModify = '1.3.6.1.4.1.4203.1.11.1';

/** By the person, who knows the old one: the directory's policy decides. */
export async function changePassword(
  servers: Servers,
  { entry, sealed }: RequestOf<'change-password'>,
  work: Work,
): Promise<PasswordAnswer> {
  const { key, oldPassword, newPassword } = await openSecret(work, 'change-password', entry.id, sealed);
  if (!oldPassword) throw new Refused('wrong-password');
  if (!newPassword) throw new Refused('password-too-short');
  const person = await readPerson(servers, entry, work.signal);
  if (person.facts.kind === 'active-directory') {
    // on our connection: who must change it first cannot bind
    const changes = [unicodePassword('delete', oldPassword), unicodePassword('add', newPassword)];
    await servers.use('service', (session) => setInAd(session, person, newPassword, { changes, isOwn: true }), work.signal);
    return acceptPassword(work, key);
  }
  const isExpired = await servers.use('person', (session) => changeAs(session, person, oldPassword, newPassword), work.signal);
  // the bind showed that the old one was right: who is too late for a bind gets it from us
  if (isExpired) await servers.use('service', (session) => resetByPolicy(session, person, newPassword, false), work.signal);
  return acceptPassword(work, key);
}

/** By the service account. */
export async function resetPassword(
  servers: Servers,
  { entry, sealed, mustChange }: RequestOf<'reset-password'>,
  work: Work,
): Promise<PasswordAnswer> {
  const { key, newPassword, password = newPassword } = await openSecret(work, 'reset-password', entry.id, sealed);
  if (!password) throw new Refused('password-too-short');
  const person = await readPerson(servers, entry, work.signal);
  await servers.use('service', (session) => setPassword(session, person, password, mustChange), work.signal);
  return acceptPassword(work, key);
}

/** Sets it by the right of the service account. @throws Refused with the rule that the password breaks */
export async function setPassword(session: Session, person: Person, password: string, mustChange: boolean): Promise<void> {
  if (session.facts.kind !== 'active-directory') return resetByPolicy(session, person, password, mustChange);
  const changes = [unicodePassword('replace', password)];
  if (mustChange) changes.push(change('replace', 'pwdLastSet', '0'));
  await setInAd(session, person, password, { changes, isOwn: false });
  // who forgot it has often tried too much; without the right to it, the lock ends by itself
  if (Number(textOf(person.entry, 'lockoutTime') ?? 0) > 0)
    await session.connection.modify(person.dn, [change('replace', 'lockoutTime', '0')]).catch((error) => {
      if (!hasCode(error, code.insufficientAccessRights)) throw error;
    });
}

/** Nobody sends a new password in the clear, whatever the directory allows. @throws Refused `needs-tls` */
export function needTls({ connection }: Session): void {
  if (!connection.isEncrypted) throw new Refused('needs-tls', `${connection.url} is not encrypted`);
}

export const change = (operation: 'add' | 'delete' | 'replace', type: string, ...values: (string | Buffer)[]): Change =>
  new Change({ operation, modification: new Attribute({ type, values: values as string[] }) });

/** In quotes, in UTF-16 ([MS-ADTS] 3.1.1.3.1.5.1). */
export const unicodePwd = (password: string): Buffer => Buffer.from(`"${password}"`, 'utf16le');

const unicodePassword = (operation: 'add' | 'delete' | 'replace', password: string) =>
  change(operation, 'unicodePwd', unicodePwd(password));

async function setInAd(
  session: Session,
  person: Person,
  newPassword: string,
  { changes, isOwn }: { changes: Change[]; isOwn: boolean },
): Promise<void> {
  needTls(session);
  session.begin();
  await session.connection.modify(person.dn, changes).catch(async (error) => {
    throw asRefused(error, await adPasswordRefusal(error, session, person, newPassword, isOwn));
  });
}

/** RFC 3062 as the person. @returns whether the bind is over because the password is, so that it could not be changed */
async function changeAs(session: Session, person: Person, oldPassword: string, newPassword: string): Promise<boolean> {
  needTls(session);
  try {
    await bindAs(session, person, oldPassword);
  } catch (error) {
    if (error instanceof Refused && error.reason === 'password-expired') return true;
    throw error;
  }
  session.begin();
  await modifyPassword(session, { oldPassword, newPassword }, true);
  return false;
}

/** RFC 3062 as the service account. */
async function resetByPolicy(session: Session, person: Person, newPassword: string, mustChange: boolean): Promise<void> {
  needTls(session);
  session.begin();
  await modifyPassword(session, { dn: person.dn, newPassword }, false);
  const isReset = mustChange ? change('replace', 'pwdReset', 'TRUE') : change('delete', 'pwdReset');
  // pwdReset is there with ppolicy only, and a policy may have set it or not
  await session.connection.modify(person.dn, [isReset]).catch((error) => {
    if (!hasCode(error, code.noSuchAttribute, code.undefinedAttributeType, code.insufficientAccessRights)) throw error;
  });
}

type PasswordModify = { dn?: string; oldPassword?: string; newPassword: string };

async function modifyPassword(
  { connection, facts }: Session,
  { dn, oldPassword, newPassword }: PasswordModify,
  isOwn: boolean,
): Promise<void> {
  const value = new BerWriter();
  value.startSequence();
  if (dn) value.writeString(dn, 0x80);
  if (oldPassword) value.writeString(oldPassword, 0x81);
  value.writeString(newPassword, 0x82);
  value.endSequence();
  const policy = new PasswordPolicy();
  const controls = facts.extensions.has(PasswordPolicy.type) ? [policy] : [];
  await connection.extended(passwordModify, value.buffer, controls).catch((error) => {
    throw asRefused(error, policyPasswordRefusal(error, policy.error, isOwn));
  });
}

const asRefused = (error: unknown, reason: RefusalReason | undefined): unknown => (reason ? new Refused(reason, messageOf(error)) : error);

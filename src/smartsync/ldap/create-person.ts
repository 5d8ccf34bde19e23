import { Attribute, type Entry } from 'ldapts';
import type { CreatePersonAnswer, RequestOf } from '../../smartsync-protocol/index.ts';
import { needTls, setPassword, unicodePwd } from './change-password.ts';
import { escapeDnValue } from './dn.ts';
import { textOf } from './entry.ts';
import { generalizedTime } from './facts.ts';
import { code, hasCode, messageOf, Refused } from './failure.ts';
import { escapeFilterValue } from './filter.ts';
import { idAttribute, idBytes, idOf } from './find-entry.ts';
import { adPasswordRefusal } from './new-password-refusal.ts';
import { bindAs, openSecret, type Person } from './person.ts';
import type { Servers, Session } from './servers.ts';
import type { Work } from './work.ts';

type Body = RequestOf<'create-person'>;

/** An entry of this age may be what we began before we fell. */
const recentSeconds = 900;

/** A person of the directory by S98 to S106. Asked again, after whatever happened, it makes no second one. */
export async function createPerson(servers: Servers, body: Body, work: Work): Promise<CreatePersonAnswer> {
  const { password, newPassword = password } = await openSecret(work, 'create-person', body.login, body.sealed);
  if (!newPassword) throw new Refused('password-too-short');
  const own = await servers.use('service', (session) => findTaken(session, body), work.signal);
  if (own) return completed(servers, own, newPassword, work);
  return servers.use(
    'service',
    async (session) => {
      needTls(session);
      if (!(await canRead(session, body.rootDn))) throw new Refused('container-not-found', body.rootDn);
      session.begin();
      return session.facts.kind === 'active-directory'
        ? createInAd(session, body, newPassword)
        : createByPolicy(session, body, newPassword);
    },
    work.signal,
  );
}

const canRead = ({ connection }: Session, dn: string): Promise<boolean> =>
  connection.read(dn, ['objectClass']).then(Boolean, (error) => {
    if (hasCode(error, code.noSuchObject, code.invalidDnSyntax, code.referral)) return false;
    throw error;
  });

/** Who has the login. */
async function findTaken({ connection, facts, base }: Session, { login, accountDomain, rootDn }: Body): Promise<Person | undefined> {
  const isAd = facts.kind === 'active-directory';
  const value = escapeFilterValue(login);
  const filter = isAd ? `(|(sAMAccountName=${value})(userPrincipalName=${value}@${escapeFilterValue(accountDomain)}))` : `(uid=${value})`;
  const attributes = [idAttribute(facts), 'whenCreated', 'createTimestamp', 'modifyTimestamp', 'creatorsName'];
  for (const where of isAd ? [facts.rootDn ?? base] : [base, rootDn]) {
    const [entry] = await connection.search(where, { filter, attributes, bytes: idBytes(facts) }).catch((error) => {
      if (hasCode(error, code.noSuchObject, code.invalidDnSyntax)) return [];
      throw error;
    });
    if (entry) return { dn: entry.dn, facts, entry, isLockedForEver: false };
  }
  return undefined;
}

/** Somebody with that login is ours when they were made just now and our password is theirs, or when they have none yet. @throws Refused `exists` for everybody else */
async function completed(servers: Servers, person: Person, password: string, { signal }: Work): Promise<CreatePersonAnswer> {
  const made = generalizedTime(textOf(person.entry, 'whenCreated') ?? textOf(person.entry, 'createTimestamp'));
  const exists = new Refused('exists', person.dn);
  const age = made ? (Date.now() - made.getTime()) / 1000 + (person.facts.clockOffsetSeconds ?? 0) : Number.POSITIVE_INFINITY;
  if (age > recentSeconds) throw exists;
  const isOurs = await servers
    .use('person', (session) => bindAs(session, person, password), signal)
    .then(
      () => true,
      (error) => {
        if (!(error instanceof Refused)) throw error;
        return error.reason === 'must-change';
      },
    );
  if (!isOurs) {
    const { facts, entry } = person;
    const isUntouched = facts.kind === 'openldap' && textOf(entry, 'modifyTimestamp') === textOf(entry, 'createTimestamp');
    if (!isUntouched || !(await servers.use('service', (session) => hasNoPassword(session, person), signal))) throw exists;
    await servers.use('service', (session) => setPassword(session, person, password, true), signal);
  }
  return accept(person.facts, person.entry);
}

/** Made by ourselves, and never given a password. */
async function hasNoPassword({ connection }: Session, { dn }: Person): Promise<boolean> {
  const matches = async (filter: string): Promise<boolean> =>
    (await connection.search(dn, { scope: 'base', filter, attributes: ['1.1'] })).length === 1;
  // an account that may only write passwords gets no answer: then ppolicy's time, and that nobody changed the entry, tell
  return !(await matches('(userPassword=*)')) && (await matches('(&(objectClass=inetOrgPerson)(!(pwdChangedTime=*)))'));
}

function accept(facts: Session['facts'], entry: Entry): CreatePersonAnswer {
  const id = idOf(facts, entry);
  if (!id) throw new Refused('failed', `the entry was made, but its ${idAttribute(facts)} cannot be read`);
  return { outcome: 'accepted', id, dn: entry.dn };
}

async function readBack({ connection, facts }: Session, dn: string): Promise<CreatePersonAnswer> {
  const entry = await connection.read(dn, [idAttribute(facts)], idBytes(facts));
  return accept(facts, entry ?? { dn });
}

const attributesOf = (values: Record<string, string | string[] | Buffer | undefined>): Attribute[] =>
  Object.entries(values).flatMap(([type, value]) =>
    value === undefined || value.length === 0 ? [] : new Attribute({ type, values: (Array.isArray(value) ? value : [value]) as string[] }),
  );

/** What sAMAccountName of a user may not be ([MS-SAMR] 3.1.1.6). */
const notInAdLogins = /["/\\[\]:;|=,+*?<>@\x00-\x1f]/;
const mostAdLogin = 20;
const mostCommonName = 64;

/** With the password in one write, so that nobody is ever there without. */
async function createInAd(session: Session, body: Body, password: string): Promise<CreatePersonAnswer> {
  const { login, firstName, lastName, email, department, rootDn, accountDomain } = body;
  if (login.length > mostAdLogin || notInAdLogins.test(login) || login.endsWith('.'))
    throw new Refused('invalid-value', `sAMAccountName has at most ${mostAdLogin} characters and none of "/\\[]:;|=,+*?<>@`);
  const displayName = `${firstName} ${lastName}`.trim() || login;
  // two people with the same name are distinguished by their logins
  for (const name of [displayName, `${displayName.slice(0, mostCommonName - login.length - 3)} (${login})`]) {
    const dn = `CN=${escapeDnValue([...name].slice(0, mostCommonName).join('').trim())},${rootDn}`;
    const attributes = attributesOf({
      objectClass: ['top', 'person', 'organizationalPerson', 'user'],
      sAMAccountName: login,
      userPrincipalName: `${login}@${accountDomain}`,
      displayName,
      givenName: firstName,
      sn: lastName,
      mail: email,
      department,
      unicodePwd: unicodePwd(password),
      userAccountControl: '512',
      pwdLastSet: '0',
    });
    try {
      await session.connection.add(dn, attributes);
      return await readBack(session, dn);
    } catch (error) {
      if (hasCode(error, code.entryAlreadyExists) && name === displayName) continue;
      throw await creationRefusal(error, session, dn, password);
    }
  }
  throw new Refused('exists', displayName);
}

async function creationRefusal(error: unknown, session: Session, dn: string, password: string): Promise<unknown> {
  if (hasCode(error, code.insufficientAccessRights)) return new Refused('no-right', messageOf(error));
  const nobody = { dn, facts: session.facts, entry: { dn }, isLockedForEver: false };
  const reason = await adPasswordRefusal(error, session, nobody, password, false);
  return reason ? new Refused(reason, messageOf(error)) : error;
}

/** First the entry, then its password by RFC 3062, which hashes it; without one the entry goes again. */
async function createByPolicy(session: Session, body: Body, password: string): Promise<CreatePersonAnswer> {
  const { login, firstName, lastName, email, department, rootDn } = body;
  const { connection, facts } = session;
  const dn = `uid=${escapeDnValue(login)},${rootDn}`;
  const name = `${firstName} ${lastName}`.trim() || login;
  const attributes = attributesOf({
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
    uid: login,
    cn: name,
    displayName: name,
    givenName: firstName,
    sn: lastName || login,
    mail: email,
    departmentNumber: department,
  });
  await connection.add(dn, attributes);
  try {
    await setPassword(session, { dn, facts, entry: { dn }, isLockedForEver: false }, password, true);
  } catch (error) {
    await connection.remove(dn).catch(() => undefined);
    throw error;
  }
  return readBack(session, dn);
}

import { Attribute, Change, type Client } from 'ldapts';
import { type DirectoryPerson, rdn } from './directory-people.ts';

/** Bits of `userAccountControl` ([MS-ADTS] 2.2.16). */
const normal = 0x200;
const disabled = 0x2;

/** @returns a password as `unicodePwd` takes it ([MS-ADTS] 3.1.1.3.1.5.1) */
export const unicodePassword = (password: string): Buffer => Buffer.from(`"${password}"`, 'utf16le');

/** @returns the security identifier of an entry */
export async function sidOf(client: Client, dn: string): Promise<Buffer> {
  const options = { scope: 'base' as const, attributes: ['objectSid'], explicitBufferAttributes: ['objectSid'] };
  return (await client.search(dn, options)).searchEntries[0]!['objectSid'] as Buffer;
}

export type PersonInDomain = Omit<DirectoryPerson, 'password'> & { password: string; isDisabled?: boolean };

export type Domain = {
  baseDn: string;
  realm: string;
  addPerson(person: PersonInDomain): Promise<string>;
  addPeople(people: Iterable<DirectoryPerson>): Promise<void>;
  /** `members` are logins or names of groups. */
  addGroup(name: string, members?: string[]): Promise<string>;
  /** @returns the distinguished name of the one with this login, or of the group with this name */
  find(name: string): Promise<string>;
  replace(name: string, attributes: Record<string, string | string[] | Buffer>): Promise<void>;
  disable(login: string): Promise<void>;
  enable(login: string): Promise<void>;
  /** The person must change the password at the next sign-in. */
  expirePassword(login: string): Promise<void>;
  expireAccount(login: string): Promise<void>;
  setPassword(login: string, password: string): Promise<void>;
  /** The group takes the place of Domain Users, and no longer shows in `memberOf`. */
  makePrimary(login: string, group: string): Promise<void>;
  remove(name: string): Promise<void>;
  move(name: string, toDn: string): Promise<void>;
};

const values = (attributes: Record<string, string | string[] | Buffer>) =>
  Object.entries(attributes).map(
    ([type, value]) => new Attribute({ type, values: (Array.isArray(value) ? value : [value]) as string[] | Buffer[] }),
  );

/** What tests do in a domain, as its administrator. */
export function openDomain(asAdmin: <T>(work: (client: Client) => Promise<T>) => Promise<T>, baseDn: string, realm: string): Domain {
  const lookUp = async (client: Client, name: string): Promise<string> => {
    const escaped = name.replace(/[\\*()\0]/g, (one) => `\\${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const { searchEntries } = await client.search(baseDn, { filter: `(sAMAccountName=${escaped})`, attributes: ['dn'] });
    if (searchEntries.length !== 1) throw new Error(`${searchEntries.length} entries are called ${name}`);
    return searchEntries[0]!.dn;
  };
  const change = (name: string, attributes: Record<string, string | string[] | Buffer>) =>
    asAdmin(async (client) =>
      client.modify(
        await lookUp(client, name),
        values(attributes).map((modification) => new Change({ operation: 'replace', modification })),
      ),
    );
  const add = async (client: Client, { login, password, isDisabled = false, ...person }: PersonInDomain) => {
    const dn = `${rdn('CN', person.rdn ?? login)},${rdn('OU', person.unit ?? 'People')},${baseDn}`;
    await client.add(
      dn,
      values({
        objectClass: 'user',
        sAMAccountName: login,
        userPrincipalName: `${login}@${realm}`,
        givenName: person.firstName,
        sn: person.lastName,
        displayName: `${person.firstName} ${person.lastName}`,
        ...(person.email === undefined ? {} : { mail: person.email }),
        unicodePwd: unicodePassword(password),
        userAccountControl: String(isDisabled ? normal | disabled : normal),
        ...person.more,
      }),
    );
    return dn;
  };
  return {
    baseDn,
    realm,
    addPerson: (person) => asAdmin((client) => add(client, person)),
    addPeople: (people) =>
      asAdmin(async (client) => {
        for (const person of people) await add(client, { password: 'Network-Passw0rd', ...person });
      }),
    addGroup: (name, members = []) =>
      asAdmin(async (client) => {
        const dn = `${rdn('CN', name)},OU=Groups,${baseDn}`;
        const member = await Promise.all(members.map((one) => lookUp(client, one)));
        await client.add(dn, values({ objectClass: 'group', sAMAccountName: name, ...(member.length > 0 ? { member } : {}) }));
        return dn;
      }),
    find: (name) => asAdmin((client) => lookUp(client, name)),
    replace: change,
    disable: (login) => change(login, { userAccountControl: String(normal | disabled) }),
    enable: (login) => change(login, { userAccountControl: String(normal) }),
    expirePassword: (login) => change(login, { pwdLastSet: '0' }),
    // 100-nanosecond intervals since 1601: a day of 2020
    expireAccount: (login) => change(login, { accountExpires: '132223104000000000' }),
    setPassword: (login, password) => change(login, { unicodePwd: unicodePassword(password) }),
    makePrimary: (login, group) =>
      asAdmin(async (client) => {
        const personDn = await lookUp(client, login);
        const sid = await sidOf(client, await lookUp(client, group));
        const primary = new Attribute({ type: 'primaryGroupID', values: [String(sid.readUInt32LE(sid.length - 4))] });
        await client.modify(personDn, new Change({ operation: 'replace', modification: primary }));
      }),
    remove: (name) => asAdmin(async (client) => client.del(await lookUp(client, name))),
    move: (name, toDn) => asAdmin(async (client) => client.modifyDN(await lookUp(client, name), toDn)),
  };
}

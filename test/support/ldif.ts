import { createHash, randomBytes } from 'node:crypto';
import { type DirectoryGroup, type DirectoryPerson, rdn } from './directory-people.ts';

export type Entry = { dn: string; attributes: Record<string, string | string[] | Buffer> };

/** @returns an entry in LDIF (RFC 2849), every value in base64, so that none needs a rule */
export function ldif({ dn, attributes }: Entry): string {
  const encode = (value: string | Buffer) => Buffer.from(value as string).toString('base64');
  const lines = Object.entries(attributes).flatMap(([type, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${type}:: ${encode(one)}\n`),
  );
  return `dn:: ${encode(dn)}\n${lines.join('')}\n`;
}

const unit = (dn: string, ou: string): Entry => ({ dn, attributes: { objectClass: 'organizationalUnit', ou } });

/** @returns `password` as slapd keeps it with `{SSHA}` */
export function salted(password: string): string {
  const salt = randomBytes(8);
  return `{SSHA}${Buffer.concat([createHash('sha1').update(password).update(salt).digest(), salt]).toString('base64')}`;
}

/** Where `person` is in an OpenLDAP of ours. */
export const personDn = ({ login, rdn: name, unit: ou = 'People' }: DirectoryPerson, baseDn: string): string =>
  `${name === undefined ? rdn('uid', login) : rdn('cn', name)},${rdn('ou', ou)},${baseDn}`;

export const groupDn = (name: string, baseDn: string): string => `${rdn('cn', name)},ou=Groups,${baseDn}`;

export function personEntry(person: DirectoryPerson, baseDn: string): Entry {
  const { login, firstName, lastName, email, password, more } = person;
  const attributes: Entry['attributes'] = {
    objectClass: 'inetOrgPerson',
    uid: login,
    cn: person.rdn ?? `${firstName} ${lastName}`,
    givenName: firstName,
    sn: lastName,
    ...(email === undefined ? {} : { mail: email }),
    ...(password === undefined ? {} : { userPassword: password }),
    ...more,
  };
  return { dn: personDn(person, baseDn), attributes };
}

type Content = { people: Iterable<DirectoryPerson>; groups: Iterable<DirectoryGroup>; entries: Iterable<Entry> };

/**
 * People and groups as `slapadd` takes them, which runs no overlay: with `memberOf`, and passwords hashed.
 * Of people who are asked for one after the other, only their names stay in memory.
 */
export function* directoryEntries({ people, groups, entries }: Content, baseDn: string): Generator<Entry> {
  const all = [...groups];
  const groupsOf = new Map<string, string[]>();
  const include = (member: string, { name }: DirectoryGroup) =>
    groupsOf.set(member, [...(groupsOf.get(member) ?? []), groupDn(name, baseDn)]);
  for (const group of all) {
    for (const login of group.members ?? []) include(`person ${login}`, group);
    for (const name of group.groups ?? []) include(`group ${name}`, group);
  }
  const memberOf = (key: string): Entry['attributes'] => (groupsOf.has(key) ? { memberOf: groupsOf.get(key)! } : {});
  const units = new Set(['People', 'Groups']);
  for (const ou of units) yield unit(`${rdn('ou', ou)},${baseDn}`, ou);
  const dnOf = new Map<string, string>();
  for (const person of people) {
    if (person.unit && !units.has(person.unit)) {
      units.add(person.unit);
      yield unit(`${rdn('ou', person.unit)},${baseDn}`, person.unit);
    }
    const { dn, attributes } = personEntry(person, baseDn);
    if (groupsOf.has(`person ${person.login}`)) dnOf.set(person.login, dn);
    const hashed: Entry['attributes'] =
      person.password === undefined
        ? {}
        : {
            // one that is hashed already is taken as it is
            userPassword: person.password.startsWith('{') ? person.password : salted(person.password),
          };
    yield { dn, attributes: { ...attributes, ...hashed, ...memberOf(`person ${person.login}`) } };
  }
  for (const { name, members = [], groups: inside = [] } of all) {
    const member = [...members.map((login) => dnOf.get(login)!), ...inside.map((one) => groupDn(one, baseDn))];
    // a groupOfNames must have a member: the empty name stands for nobody
    const attributes = { objectClass: 'groupOfNames', cn: name, member: member.length > 0 ? member : [''] };
    yield { dn: groupDn(name, baseDn), attributes: { ...attributes, ...memberOf(`group ${name}`) } };
  }
  yield* entries;
}

/** A person of a directory. `rdn` is the common name that the entry is called by, where it is not called by the login. */
export type DirectoryPerson = {
  login: string;
  firstName: string;
  lastName: string;
  email?: string;
  password?: string;
  rdn?: string;
  /** The organizational unit, below the base. */
  unit?: string;
  more?: Record<string, string | string[]>;
};

/** `members` are logins, `groups` names of groups inside this one. */
export type DirectoryGroup = { name: string; members?: string[]; groups?: string[] };

const names: [string, string][] = [
  ['Ana', 'Souza'],
  ['João', 'da Silva'],
  ['José María', 'Núñez Ibáñez'],
  ['Łukasz', 'Żółkiewski'],
  ['Nguyễn', 'Thị Hồng'],
  ['伟', '王'],
  ['さくら', '佐藤'],
  ['민준', '김'],
  ['Дмитрий', 'Щербаков'],
  ['محمد', 'الهاشمي'],
  ['שרה', 'כהן'],
  ['अनन्या', 'शर्मा'],
  ['สมชาย', 'ใจดี'],
  ['Ελένη', 'Παπαδοπούλου'],
  ['Ólafur', 'Þórðarson'],
  ['İlknur', 'Çağlı'],
  ['Siobhán', "O'Brien"],
  ['Jürgen', 'Groß-Müller'],
  ['Anne-Laure', 'de la Œuvre'],
  ['Ngozi', 'Okonkwo'],
];

const odd = [
  'Souza, Ana',
  'Anna "Nan" Lee',
  '#1 Helpdesk',
  'R+D Room',
  'back\\slash',
  'a<b>c;d=e',
  ' led by a space',
  'followed by one ',
  'João Ávila (*)',
  '王, 伟 #2',
  'two\nlines',
];

export const directoryPassword = 'Network-Passw0rd';

/** People with names of many scripts; the same ones each time. Their logins are `p000001` and on. */
export function* people(count: number, password = directoryPassword): Generator<DirectoryPerson> {
  for (let i = 1; i <= count; i++) {
    const [firstName, lastName] = names[(i - 1) % names.length]!;
    const login = `p${String(i).padStart(6, '0')}`;
    yield { login, firstName, lastName, email: `${login}@directory.example`, password };
  }
}

/** People whose distinguished names need escapes: commas, quotes, hashes, plus signs, spaces at the ends, line breaks. */
export const oddPeople = (password = directoryPassword): DirectoryPerson[] =>
  odd.map((rdn, i) => ({
    login: `odd${i + 1}`,
    firstName: 'Odd',
    lastName: `Name ${i + 1}`,
    email: `odd${i + 1}@directory.example`,
    password,
    rdn,
  }));

/** Groups that share `people` out among them, so that each person is in `each` of them. */
export function groups(count: number, people: readonly DirectoryPerson[], each = 1): DirectoryGroup[] {
  const made = Array.from({ length: count }, (_, i) => ({ name: `Team ${i + 1}`, members: [] as string[] }));
  people.forEach(({ login }, i) => {
    for (let k = 0; k < Math.min(each, count); k++) made[(i + k * 7) % count]!.members.push(login);
  });
  return made;
}

/** @returns one part of a distinguished name, such as `cn=Souza\, Ana` (RFC 4514, section 2.4) */
export const rdn = (type: string, value: string): string =>
  `${type}=${value
    .replace(/[\\"+,;<>=]/g, '\\$&')
    .replace(/^[ #]| $/g, '\\$&')
    .replace(/[\0-\x1f]/g, (one) => `\\${one.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)}`;

import { expect } from 'chai';
import type { CustomField, CustomFieldType } from '../../../../src/domain/company/custom-fields/index.ts';
import { type DirectoryInput, directoryInput } from '../../../../src/domain/people/directories/index.ts';
import { type DescribedPerson, describePerson } from '../../../../src/domain/people/directory-entries/index.ts';
import type { DirectoryKind } from '../../../../src/smartsync-protocol/index.ts';

type Settings = DirectoryInput['settings'];
const field = (code: string, type: CustomFieldType, more: Partial<CustomField> = {}): CustomField => ({
  fieldId: `id-${code}`,
  code,
  label: code,
  type,
  options: [],
  isRequired: false,
  isPersonal: false,
  position: 1,
  version: 1,
  ...more,
});
const fields = [
  field('badge', 'text', { isRequired: true }),
  field('floor', 'number'),
  field('since', 'date'),
  field('remote', 'boolean'),
  field('site', 'choice', { options: ['Lisbon', 'Recife'] }),
  field('tools', 'choices', { options: ['car', 'phone', 'key'] }),
];
const customFields = Object.fromEntries(fields.map(({ code }) => [code, `x-${code}`]));

/** What the directory says, by attribute in lower case; one value need not be a list. */
function describeAs(
  said: Record<string, string | string[]>,
  settings: Settings = {},
  kind: DirectoryKind | undefined = 'active-directory',
): DescribedPerson {
  const attributes = Object.fromEntries(Object.entries(said).map(([name, values]) => [name, [values].flat()]));
  return describePerson({ attributes }, { kind, settings: directoryInput.parse({ name: 'D', settings }).settings }, fields);
}

const ana = { givenname: 'Ana', sn: 'Lima', mail: 'ana@example.com' };

describe('domain/people/directory-entries: describePerson', () => {
  const names: [what: string, said: Record<string, string | string[]>, firstName: string | undefined, lastName: string | undefined][] = [
    ['first and last name', { givenname: 'Ana', sn: 'Lima' }, 'Ana', 'Lima'],
    ['the first name alone', { givenname: 'Ana' }, 'Ana', ''],
    ['the last name alone', { sn: 'Lima' }, '', 'Lima'],
    ['a whole name beside the two', { givenname: 'Ana', sn: 'Lima', displayname: 'Somebody Else' }, 'Ana', 'Lima'],
    ['S75: a whole name', { displayname: 'Ana Maria de Souza Lima' }, 'Ana', 'Maria de Souza Lima'],
    ['S75: a whole name of one word', { displayname: 'Ana' }, 'Ana', ''],
    ['S75: a whole name with spaces of all kinds', { displayname: '  Ana \t Lima\u00a0Souza ' }, 'Ana', 'Lima Souza'],
    ['empty values', { givenname: ' ', sn: '', displayname: 'Ana Lima' }, 'Ana', 'Lima'],
    ['the first of several values', { givenname: ['Ana', 'Anna'], sn: ['Lima'] }, 'Ana', 'Lima'],
    ['letters with combining marks', { givenname: 'Ine\u0302s', sn: 'Lima' }, 'In\u00eas', 'Lima'],
    ['no name', { mail: 'ana@example.com' }, undefined, undefined],
  ];
  for (const [what, said, firstName, lastName] of names)
    it(`names: ${what}`, () =>
      expect(describeAs({ mail: 'a@example.com', ...said })).to.include({ ...(firstName === undefined ? {} : { firstName, lastName }) }));

  const logins: [what: string, said: Record<string, string>, settings: Settings, login: Partial<DescribedPerson>, reason?: string][] = [
    ['an e-mail', {}, {}, { email: 'ana@example.com' }],
    ['an e-mail with what was copied around it', { mail: ' mailto:Ana@Example.com\u200b' }, {}, { email: 'Ana@Example.com' }],
    ['no e-mail', { mail: '' }, {}, {}, 'no-email'],
    ['an e-mail that is none', { mail: 'ana at example' }, {}, {}, 'invalid-email'],
    ['an e-mail without a domain of the internet', { mail: 'ana@server' }, {}, {}, 'invalid-email'],
    ['no e-mail, by username', { mail: '', samaccountname: 'ana' }, { withoutEmail: 'username' }, { username: 'ana' }],
    ['an e-mail that is none, by username', { mail: 'ana@', samaccountname: 'ana' }, { withoutEmail: 'username' }, { username: 'ana' }],
    ['an e-mail, where usernames would do', { samaccountname: 'ana' }, { withoutEmail: 'username' }, { email: 'ana@example.com' }],
    ['a username that cannot be one', { mail: '', samaccountname: 'ana lima' }, { withoutEmail: 'username' }, {}, 'invalid-username'],
    ['neither of the two', { mail: '' }, { withoutEmail: 'username' }, {}, 'no-email'],
    [
      'another attribute',
      { userprincipalname: 'ana@corp.example' },
      { mapping: { email: 'userPrincipalName' } },
      { email: 'ana@corp.example' },
    ],
    ['no name', { givenname: '', sn: '' }, {}, { email: 'ana@example.com' }, 'no-name'],
    ['a name that is none', { givenname: 'A'.repeat(101) }, {}, { email: 'ana@example.com' }, 'invalid-name'],
  ];
  for (const [what, said, settings, login, reason] of logins)
    it(`login: ${what}`, () => {
      const { email, username, reason: why } = describeAs({ ...ana, ...said }, settings);
      expect({ email, username, why }).to.deep.equal({ email: login.email, username: login.username, why: reason });
    });

  it('each kind of directory has attributes of its own; a kind that is not known yet has those of the standards', () => {
    const said = {
      ...ana,
      department: 'Sales',
      departmentnumber: '42',
      displayname: 'A B',
      cn: 'C D',
      uid: 'ana1',
      samaccountname: 'ana2',
    };
    const without = { ...said, givenname: '', sn: '', mail: '' };
    const byKind = (kind?: DirectoryKind) => describeAs(without, { withoutEmail: 'username' }, kind);
    expect(byKind('active-directory')).to.include({ firstName: 'A', lastName: 'B', department: 'Sales', username: 'ana2' });
    for (const kind of ['openldap', undefined] as const)
      expect(
        describePerson(
          { attributes: Object.fromEntries(Object.entries(without).map(([k, v]) => [k, [v]])) },
          { kind, settings: directoryInput.parse({ name: 'D', settings: { withoutEmail: 'username' } }).settings },
          [],
        ),
      ).to.include({
        firstName: 'C',
        lastName: 'D',
        department: '42',
        username: 'ana1',
      });
  });

  const values: [what: string, said: Record<string, string | string[]>, values: Record<string, unknown>, leftOut?: string[]][] = [
    ['a text', { 'x-badge': '4711' }, { 'id-badge': '4711' }],
    ['a number', { 'x-floor': '12' }, { 'id-floor': 12 }],
    ['a day', { 'x-since': '2020-02-29' }, { 'id-since': '2020-02-29' }],
    ['a day as directories write times', { 'x-since': '20200229000000.0Z' }, { 'id-since': '2020-02-29' }],
    ['yes and no as directories write them', { 'x-remote': 'TRUE' }, { 'id-remote': true }],
    ['one of a list', { 'x-site': 'Recife' }, { 'id-site': 'Recife' }],
    ['several of a list', { 'x-tools': ['key', 'car'] }, { 'id-tools': ['car', 'key'] }],
    ['what the directory does not say, required or not', {}, {}],
    ['a number that is none', { 'x-floor': 'ground', 'x-badge': '1' }, { 'id-badge': '1' }, ['customFields.floor']],
    ['a day that is none', { 'x-since': '2021-02-29' }, {}, ['customFields.since']],
    ['one that is not on the list', { 'x-site': 'Porto', 'x-tools': ['car', 'boat'] }, {}, ['customFields.site', 'customFields.tools']],
    ['a department that is none', { department: 'D'.repeat(101) }, {}, ['department']],
  ];
  for (const [what, said, expected, leftOut = []] of values)
    it(`values: ${what}`, () => {
      const person = describeAs({ ...ana, ...said }, { mapping: { customFields } });
      expect(person.customValues).to.deep.equal(expected);
      expect(Object.keys(person.leftOut)).to.deep.equal(leftOut);
      expect(person.reason, 'none of it stops a person').to.equal(undefined);
      expect(person.department).to.equal(undefined);
    });

  it('a field that was deleted since it was mapped counts for nothing', () => {
    expect(describeAs({ ...ana, 'x-old': '1' }, { mapping: { customFields: { old: 'x-old' } } })).to.deep.include({
      customValues: {},
      leftOut: {},
    });
  });
});

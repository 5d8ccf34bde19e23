import { expect } from 'chai';
import { Attribute, Change } from 'ldapts';
import { directoryPassword, people } from '../support/directory-people.ts';
import { personDn, personEntry, salted } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';
import { everySnippetRuns, snippet } from '../support/snippets.ts';

const baseDn = 'dc=acme,dc=example';
const [dn, password] = [`cn=smartsync,${baseDn}`, 'smartsync of the network'];
const everyone = [...people(600)];

/** What a directory says no to. */
const refused = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    (error: Error) => {
      if (!/0x32/.test(error.message)) throw error;
      return true;
    },
  );

describe('interop: the rights of docs/directories.md, as they are printed, at OpenLDAP', () => {
  const running: Slapd[] = [];
  const start = async (rights: string) => {
    const account = { objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: 'smartsync', userPassword: salted(password) };
    const slapd = await startSlapd({ baseDn, people: everyone, entries: [{ dn, attributes: account }], rights });
    running.push(slapd);
    return slapd;
  };
  const setPassword = (value: string) =>
    new Change({ operation: 'replace', modification: new Attribute({ type: 'userPassword', values: [value] }) });
  const ana = personDn(everyone[0]!, baseDn);
  const joao = personDn(everyone[1]!, baseDn);
  const printed = () => snippet('docs/directories.md', 'text');

  before(function () {
    needSoftware(this, 'slapd', 'openssl');
  });
  after(async () => {
    for (const slapd of running) await slapd.stop();
  });

  async function expectToReadAllButPasswords(slapd: Slapd): Promise<void> {
    const client = await slapd.client(dn, password);
    const { searchEntries } = await client.search(baseDn, {
      filter: '(objectClass=inetOrgPerson)',
      attributes: ['mail', 'entryUUID', 'userPassword'],
    });
    expect(searchEntries).to.have.length(everyone.length);
    expect(searchEntries.filter(({ mail, entryUUID }) => !mail || !entryUUID)).to.deep.equal([]);
    expect(searchEntries.filter((entry) => String(entry['userPassword']) !== '')).to.deep.equal([]);
  }

  it('SmartSync reads everybody, creates people, sets passwords and status; people set their own', async () => {
    const slapd = await start(printed());
    await expectToReadAllButPasswords(slapd);
    const client = await slapd.client(dn, password);
    const created = personEntry({ login: 'new', firstName: 'New', lastName: 'Person' }, baseDn);
    await client.add(created.dn, created.attributes as Record<string, string>);
    await client.modify(ana, setPassword('another password 1'));
    const locked = new Attribute({ type: 'pwdAccountLockedTime', values: ['000001010000Z'] });
    await client.modify(joao, new Change({ operation: 'replace', modification: locked }));
    const asAna = await slapd.client(ana, 'another password 1');
    await asAna.modify(ana, setPassword('another password 2'));
    expect(await refused(asAna.modify(joao, setPassword('another password 3')))).to.equal(true);
    const { searchEntries } = await asAna.search(joao, { scope: 'base', attributes: ['userPassword'] });
    expect(String(searchEntries[0]!['userPassword'])).to.equal('');
  });

  it('one that only reads', async () => {
    const slapd = await start(printed().replace('example" =w', 'example" none').replace('example" write', 'example" read'));
    await expectToReadAllButPasswords(slapd);
    const client = await slapd.client(dn, password);
    expect(await refused(client.modify(ana, setPassword('another password 1')))).to.equal(true);
    expect(await refused(client.del(joao))).to.equal(true);
    await (await slapd.client(ana, directoryPassword)).modify(ana, setPassword('another password 1'));
  });

  everySnippetRuns('docs/directories.md');
});

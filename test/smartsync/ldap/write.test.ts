import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Attribute, Change } from 'ldapts';
import type { RequestOf } from '../../../src/smartsync-protocol/index.ts';
import { idOfEntry, type ServedDirectory, sambaSettings, serveDirectory, slapdSettings } from '../../support/agent-work.ts';
import { directoryPassword } from '../../support/directory-people.ts';
import { needSoftware } from '../../support/missing.ts';
import { type Samba, startSamba } from '../../support/samba.ts';
import { type Slapd, startSlapd } from '../../support/slapd.ts';

type Body = Omit<RequestOf<'create-person'>, 'sealed'>;

describe('what the agent writes to a directory', () => {
  let samba: Samba;
  let slapd: Slapd;
  const served: Record<string, ServedDirectory> = {};

  before(async function () {
    needSoftware(this, 'samba', 'slapd');
    this.timeout(120_000);
    [samba, slapd] = await Promise.all([startSamba(), startSlapd()]);
    served['ad'] = await serveDirectory(sambaSettings(samba, 'writer'));
    served['ad without right'] = await serveDirectory(sambaSettings(samba));
    served['openldap'] = await serveDirectory(slapdSettings(slapd, { bindDn: slapd.writerDn, bindPassword: slapd.writerPassword }));
    served['openldap without right'] = await serveDirectory(slapdSettings(slapd));
  });
  after(async () => {
    for (const one of Object.values(served)) await one.close();
    await Promise.all([samba?.stop(), slapd?.stop()]);
  });

  const server = (kind: string): Samba | Slapd => (kind.startsWith('ad') ? samba : slapd);
  const body = (kind: string, login: string, more: Partial<Body> = {}): Body => ({
    rootDn: `ou=People,${server(kind).baseDn}`,
    accountDomain: 'mail.example',
    login,
    firstName: 'José "Pepe"',
    lastName: `Núñez, ${login} #1+2`,
    email: `${login}@mail.example`,
    department: 'R&D',
    ...more,
  });
  const create = (kind: string, one: Body, { password = directoryPassword, requestId = randomUUID() as string } = {}) =>
    served[kind]!.ask('create-person', one, { passwords: { password }, requestId });
  const read = async (kind: string, dn: string) => {
    const client = await server(kind).client();
    return (await client.search(dn, { scope: 'base', attributes: ['*', '+'] })).searchEntries[0]!;
  };
  const verify = (kind: string, entry: { id: string; dn: string }, password = directoryPassword) =>
    served[kind]!.ask('verify-password', { entry }, { passwords: { password } });

  it('makes a person in AD, who must change the password first', async () => {
    const answer = await create('ad', body('ad', 'jnunez'));
    if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
    expect(await read('ad', answer.dn)).to.deep.include({
      sAMAccountName: 'jnunez',
      userPrincipalName: 'jnunez@mail.example',
      displayName: 'José "Pepe" Núñez, jnunez #1+2',
      cn: 'José "Pepe" Núñez, jnunez #1+2',
      givenName: 'José "Pepe"',
      mail: 'jnunez@mail.example',
      department: 'R&D',
      userAccountControl: '512',
      pwdLastSet: '0',
    });
    expect(await verify('ad', answer)).to.include({ reason: 'must-change' });
  });

  it('makes a person in OpenLDAP, whose password is hashed there', async () => {
    const answer = await create('openldap', body('openldap', 'j,nunez+1'));
    if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
    const entry = await read('openldap', answer.dn);
    expect(entry).to.deep.include({
      uid: 'j,nunez+1',
      sn: 'Núñez, j,nunez+1 #1+2',
      mail: 'j,nunez+1@mail.example',
      departmentNumber: 'R&D',
    });
    expect(entry['userPassword']).to.match(/^\{SSHA\}/);
    expect(await verify('openldap', answer)).to.include({ reason: 'must-change' });
  });

  for (const kind of ['ad', 'openldap']) {
    it(`makes one person of a request that comes twice, also at once and after a fall (${kind})`, async () => {
      const [one, requestId] = [body(kind, 'twice'), randomUUID() as string];
      const answers = await Promise.all([create(kind, one, { requestId }), create(kind, one, { requestId })]);
      expect(answers[0]).to.include({ outcome: 'accepted' });
      expect(answers[1]).to.deep.equal(answers[0]);
      // another process asks: the password shows that it is the same
      expect(await create(kind, one)).to.deep.equal(answers[0]);
      expect(await create(kind, one, { password: 'Other-Passw0rd-1' })).to.include({ outcome: 'refused', reason: 'exists' });
    });

    for (const [reason, more, password] of [
      ['container-not-found', { rootDn: 'ou=nowhere' }, directoryPassword],
      ['container-not-found', { rootDn: 'no name at all' }, directoryPassword],
      ['password-too-short', {}, 'Ab1-'],
      ['password-too-short', {}, ''],
    ] as const)
      it(`says ${reason} and leaves nobody behind (${kind})`, async () => {
        const login = `no${Math.random()}`.slice(0, 12);
        const rootDn = 'rootDn' in more && more.rootDn === 'ou=nowhere' ? `ou=nowhere,${server(kind).baseDn}` : undefined;
        const one = body(kind, login, { ...more, ...(rootDn && { rootDn }) });
        expect(await create(kind, one, { password })).to.include({ outcome: 'refused', reason });
        expect(await create(kind, body(kind, login))).to.include({ outcome: 'accepted' });
      });

    it(`says no-right where it has none (${kind})`, async () => {
      const answer = await create(`${kind} without right`, body(kind, 'noright'));
      expect(answer).to.include({ outcome: 'refused', reason: 'no-right' });
    });

    it(`says exists for a login that somebody has had for long (${kind})`, async () => {
      const login = 'has*(it)\\';
      const name = kind === 'ad' ? 'longago' : login;
      if (kind === 'ad') await samba.addPerson({ login: name, firstName: 'A', lastName: 'B', password: directoryPassword });
      else await create(kind, body(kind, login));
      expect(await create(kind, body(kind, name), { password: 'Other-Passw0rd-1' })).to.include({ outcome: 'refused', reason: 'exists' });
    });

    it(`disables and enables again, and nothing else changes (${kind})`, async () => {
      const answer = await create(kind, body(kind, 'switched'));
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      const { id, dn } = answer;
      const set = (isEnabled: boolean, by = kind) => served[by]!.ask('set-enabled', { entry: { id, dn }, isEnabled });
      expect(await set(false, `${kind} without right`)).to.include({ outcome: 'refused', reason: 'no-right' });
      if (kind === 'ad') await samba.replace('switched', { userAccountControl: String(0x10200) });
      for (const isEnabled of [false, false, true, true]) {
        expect(await set(isEnabled)).to.deep.equal({ outcome: 'accepted' });
        const said = await verify(kind, { id, dn });
        // a password that never expires need not be changed
        const enabled = kind === 'ad' ? 'accepted' : 'must-change';
        expect('reason' in said ? said.reason : said.outcome).to.equal(isEnabled ? enabled : 'account-disabled');
        const entry = await read(kind, dn);
        if (kind === 'ad') expect(entry['userAccountControl']).to.equal(String(0x10200 | (isEnabled ? 0 : 2)));
        else expect(entry['pwdAccountLockedTime']).to.equal(isEnabled ? undefined : '000001010000Z');
      }
      expect(await served[kind]!.ask('set-enabled', { entry: { id: randomUUID(), dn }, isEnabled: false })).to.include({
        reason: 'not-found',
      });
    });
  }

  it('tells two people of one name apart by their logins (AD)', async () => {
    const names = { firstName: 'Ana', lastName: 'Souza' };
    const answers = [await create('ad', body('ad', 'ana1', names)), await create('ad', body('ad', 'ana2', names))];
    expect(answers.map((answer) => 'dn' in answer && answer.dn.split(',')[0])).to.deep.equal(['CN=Ana Souza', 'CN=Ana Souza (ana2)']);
  });

  it('refuses a login that AD cannot have', async () => {
    for (const login of ['a'.repeat(21), 'a@b', 'a/b', 'a.'])
      expect(await create('ad', body('ad', login)), login).to.include({ outcome: 'refused', reason: 'invalid-value' });
  });

  it('completes an entry that fell between its two writes (OpenLDAP)', async () => {
    const dn = `uid=fallen,ou=People,${slapd.baseDn}`;
    const client = await slapd.client(slapd.writerDn, slapd.writerPassword);
    await client.add(dn, { objectClass: 'inetOrgPerson', uid: 'fallen', cn: 'F', sn: 'F' });
    const id = await idOfEntry(slapd, dn);
    expect(await create('openldap', body('openldap', 'fallen'))).to.deep.equal({ outcome: 'accepted', id, dn });
    expect(await verify('openldap', { id, dn })).to.include({ reason: 'must-change' });
    const touched = `uid=touched,ou=People,${slapd.baseDn}`;
    await client.add(touched, { objectClass: 'inetOrgPerson', uid: 'touched', cn: 'F', sn: 'F' });
    await client.modify(
      touched,
      new Change({ operation: 'replace', modification: new Attribute({ type: 'userPassword', values: ['Somebody-elses-1'] }) }),
    );
    expect(await create('openldap', body('openldap', 'touched'))).to.include({ reason: 'exists' });
  });
});

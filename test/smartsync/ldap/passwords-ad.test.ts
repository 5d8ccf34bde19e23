import { expect } from 'chai';
import { Attribute, Change, InvalidCredentialsError } from 'ldapts';
import { bindRefusal } from '../../../src/smartsync/ldap/bind-refusal.ts';
import { brokenRule } from '../../../src/smartsync/ldap/new-password-refusal.ts';
import { idOfEntry, type ServedDirectory, sambaSettings, serveDirectory } from '../../support/agent-work.ts';
import { directoryPassword, oddPeople } from '../../support/directory-people.ts';
import { needSoftware } from '../../support/missing.ts';
import { type Samba, startSamba } from '../../support/samba.ts';

describe('passwords of people in an Active Directory', () => {
  let samba: Samba;
  let served: ServedDirectory;
  /** By an account that may reset and create. */
  let writer: ServedDirectory;

  before(async function () {
    needSoftware(this, 'samba');
    this.timeout(120_000);
    samba = await startSamba();
    served = await serveDirectory(sambaSettings(samba));
    writer = await serveDirectory(sambaSettings(samba, 'writer'));
  });
  after(async () => {
    await served?.close();
    await writer?.close();
    await samba?.stop();
  });

  const person = async (login: string, more: { rdn?: string } = {}) => {
    const dn = await samba.addPerson({ login, firstName: 'Ana', lastName: login, password: directoryPassword, ...more });
    return { id: await idOfEntry(samba, dn), dn };
  };
  const verify = (entry: { id: string; dn: string }, password: string) =>
    served.ask('verify-password', { entry }, { passwords: { password } });
  it('accepts the right one with a proof', async () => {
    const entry = await person('right');
    const answer = await verify(entry, directoryPassword);
    expect(answer).to.include({ outcome: 'accepted' });
  });

  it('never sends an empty one', async () => {
    expect(await verify(await person('empty'), '')).to.deep.equal({ outcome: 'refused', reason: 'wrong-password' });
  });

  for (const [reason, prepare] of Object.entries({
    'wrong-password': async () => undefined,
    'account-disabled': (login: string) => samba.disable(login),
    'account-expired': (login: string) => samba.expireAccount(login),
    'must-change': (login: string) => samba.expirePassword(login),
    'account-locked': (login: string) => samba.lockOut(login),
    'outside-hours': async (login: string) => samba.replace(login, { logonHours: '\0'.repeat(21) }),
  } satisfies Record<string, (login: string) => Promise<unknown>>))
    it(`says ${reason}`, async () => {
      const entry = await person(`is-${reason}`.slice(0, 20));
      await prepare(`is-${reason}`.slice(0, 20));
      expect(await verify(entry, reason === 'wrong-password' ? 'not it' : directoryPassword)).to.include({ outcome: 'refused', reason });
    });

  it('understands each sub-code of AD, and calls only one of them a wrong password', () => {
    const reasons = Object.fromEntries(
      ['525', '52e', '52f', '530', '531', '532', '533', '568', '701', '773', '775'].map((data) => [
        data,
        bindRefusal(
          new InvalidCredentialsError(`80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v2580\0`),
          undefined,
          false,
        ),
      ]),
    );
    expect(reasons).to.deep.equal({
      525: 'not-found',
      '52e': 'wrong-password',
      '52f': 'failed',
      530: 'outside-hours',
      531: 'wrong-workstation',
      532: 'password-expired',
      533: 'account-disabled',
      568: 'failed',
      701: 'account-expired',
      773: 'must-change',
      775: 'account-locked',
    });
  });

  it('follows who was moved, and never asks whoever has the old name now', async () => {
    const entry = await person('moved');
    await samba.move('moved', `CN=moved elsewhere,OU=Groups,${samba.baseDn}`);
    await samba.addPerson({ login: 'successor', rdn: 'moved', firstName: 'B', lastName: 'B', password: 'Other-Passw0rd-1' });
    expect(await verify(entry, directoryPassword)).to.include({ outcome: 'accepted' });
    expect(await verify(entry, 'Other-Passw0rd-1')).to.include({ reason: 'wrong-password' });
    await samba.remove('moved');
    expect(await verify(entry, directoryPassword)).to.include({ reason: 'not-found' });
  });

  it('counts a wrong password once', async () => {
    const entry = await person('once');
    await verify({ ...entry, dn: `CN=elsewhere,${samba.baseDn}` }, 'not it');
    const client = await samba.client();
    const { searchEntries } = await client.search(entry.dn, { scope: 'base', attributes: ['badPwdCount'] });
    expect(searchEntries[0]!['badPwdCount']).to.equal('1');
  });

  it('reads names that need escapes', async () => {
    for (const odd of oddPeople()) {
      const dn = await samba.addPerson({ ...odd, password: directoryPassword });
      const entry = { id: await idOfEntry(samba, dn), dn };
      expect(await verify(entry, directoryPassword), dn).to.include({ outcome: 'accepted' });
    }
  });

  const changeOwn = (entry: { id: string; dn: string }, newPassword: string, oldPassword = directoryPassword) =>
    served.ask('change-password', { entry }, { passwords: { oldPassword, newPassword } });

  describe('changed by the person', () => {
    it('is accepted with a proof, also by who must change it first', async () => {
      const entry = await person('changes');
      await samba.expirePassword('changes');
      expect(await changeOwn(entry, 'Another-Passw0rd-1')).to.include({ outcome: 'accepted' });
      expect(await verify(entry, 'Another-Passw0rd-1')).to.include({ outcome: 'accepted' });
    });

    for (const [reason, newPassword, oldPassword] of [
      ['wrong-password', 'Another-Passw0rd-1', 'not it'],
      ['wrong-password', 'Another-Passw0rd-1', ''],
      ['password-too-short', 'Ab1', directoryPassword],
      ['password-too-short', '', directoryPassword],
      ['password-too-simple', 'lowercaseletters', directoryPassword],
      ['password-in-history', directoryPassword, directoryPassword],
    ] as const)
      it(`says ${reason} of “${newPassword}” after “${oldPassword}”`, async () => {
        const login = `says${Math.random()}`.slice(0, 14);
        expect(await changeOwn(await person(login), newPassword, oldPassword)).to.include({ outcome: 'refused', reason });
      });

    it('says that it is too young', async () => {
      const entry = await person('young');
      const client = await samba.client();
      const minAge = (ticks: string) =>
        client.modify(
          samba.baseDn,
          new Change({ operation: 'replace', modification: new Attribute({ type: 'minPwdAge', values: [ticks] }) }),
        );
      await minAge('-864000000000');
      try {
        expect(await changeOwn(entry, 'Another-Passw0rd-1')).to.include({ outcome: 'refused', reason: 'password-too-young' });
      } finally {
        await minAge('0');
      }
    });
  });

  it('finds the rule that Windows does not name', () => {
    const rules = { minLength: 10, minAge: 86_400, isComplex: true, lastSetAt: 1000, names: ['asouza', 'Ana Souza'] };
    const broken = (password: string, now: number, isOwn = true) => brokenRule(rules, password, now, isOwn);
    expect([
      broken('Short-1', 1e6),
      broken('Long-Enough-1', 2000),
      broken('longenoughletters', 1e6),
      broken('my-Souza-1-password', 1e6),
      broken('Long-Enough-1', 1e6),
      broken('Long-Enough-1', 2000, false),
    ]).to.deep.equal([
      'password-too-short',
      'password-too-young',
      'password-too-simple',
      'password-too-simple',
      'password-in-history',
      'password-too-simple',
    ]);
  });

  describe('reset by the service account', () => {
    const reset = (by: ServedDirectory, entry: { id: string; dn: string }, newPassword: string, mustChange = false) =>
      by.ask('reset-password', { entry, mustChange }, { passwords: { newPassword } });

    it('is accepted where it has the right, and the person must change it where told', async () => {
      const entry = await person('forgot');
      expect(await reset(writer, entry, 'Reset-Passw0rd-1')).to.include({ outcome: 'accepted' });
      expect(await verify(entry, 'Reset-Passw0rd-1')).to.include({ outcome: 'accepted' });
      expect(await reset(writer, entry, 'Reset-Passw0rd-2', true)).to.include({ outcome: 'accepted' });
      expect(await verify(entry, 'Reset-Passw0rd-2')).to.include({ reason: 'must-change' });
    });

    it('unlocks who tried too much before', async () => {
      const entry = await person('tried');
      await samba.lockOut('tried');
      expect(await reset(writer, entry, 'Reset-Passw0rd-1')).to.include({ outcome: 'accepted' });
      expect(await verify(entry, 'Reset-Passw0rd-1')).to.include({ outcome: 'accepted' });
    });

    it('is refused with the reason', async () => {
      const entry = await person('noreset');
      expect(await reset(served, entry, 'Reset-Passw0rd-1')).to.include({ outcome: 'refused', reason: 'no-right' });
      expect(await reset(writer, entry, 'aB1-')).to.include({ reason: 'password-too-short' });
      expect(await reset(writer, entry, 'onlysmallletters')).to.include({ reason: 'password-too-simple' });
    });
  });

  it('opens nothing that was sealed for something else', async () => {
    const entry = await person('sealed');
    const answer = await served.ask('verify-password', { entry }, { passwords: { password: directoryPassword }, about: 'somebody else' });
    expect(answer).to.include({ outcome: 'refused', reason: 'failed' });
  });
});

import { expect } from 'chai';
import { idOfEntry, type ServedDirectory, serveDirectory, slapdSettings } from '../../support/agent-work.ts';
import { directoryPassword, oddPeople } from '../../support/directory-people.ts';
import { personDn, personEntry } from '../../support/ldif.ts';
import { needSoftware } from '../../support/missing.ts';
import { eventually } from '../../support/process.ts';
import { type Slapd, startSlapd } from '../../support/slapd.ts';

type Named = { id: string; dn: string };

describe('passwords of people in an OpenLDAP', () => {
  let slapd: Slapd;
  let served: ServedDirectory;
  let writer: ServedDirectory;

  before(async function () {
    needSoftware(this, 'slapd');
    slapd = await startSlapd({ people: oddPeople() });
    served = await serveDirectory(slapdSettings(slapd));
    writer = await serveDirectory(slapdSettings(slapd, { bindDn: slapd.writerDn, bindPassword: slapd.writerPassword }));
  });
  after(async () => {
    await served?.close();
    await writer?.close();
    await slapd?.stop();
  });

  const person = async (login: string, more: Record<string, string> = {}): Promise<Named> => {
    const entry = personEntry({ login, firstName: 'Ana', lastName: login, password: directoryPassword, more }, slapd.baseDn);
    await slapd.add([entry]);
    return { id: await idOfEntry(slapd, entry.dn), dn: entry.dn };
  };
  const verify = (entry: Named, password: string, by = served) => by.ask('verify-password', { entry }, { passwords: { password } });
  const changeOwn = (entry: Named, newPassword: string, oldPassword = directoryPassword, by = served) =>
    by.ask('change-password', { entry }, { passwords: { oldPassword, newPassword } });
  const lockOut = async (entry: Named) => {
    for (let i = 0; i < 4; i++) await verify(entry, 'not it');
  };
  const fleeting = () => ({ pwdPolicySubentry: `cn=fleeting,ou=Policies,${slapd.baseDn}` });

  it('accepts the right one with a proof, at names that need escapes too', async () => {
    for (const odd of oddPeople()) {
      const dn = personDn(odd, slapd.baseDn);
      const entry = { id: await idOfEntry(slapd, dn), dn };
      expect(await verify(entry, directoryPassword), dn).to.deep.include({ outcome: 'accepted' });
    }
  });

  for (const [reason, prepare] of Object.entries({
    'wrong-password': async () => undefined,
    'account-disabled': ({ dn }: Named) => slapd.replace(dn, { pwdAccountLockedTime: '000001010000Z' }),
    'account-locked': lockOut,
    'must-change': ({ dn }: Named) => slapd.replace(dn, { pwdReset: 'TRUE' }),
    'password-expired': ({ dn }: Named) => slapd.replace(dn, { ...fleeting(), pwdChangedTime: '20200101000000Z' }),
  } satisfies Record<string, (entry: Named) => Promise<unknown>>))
    it(`says ${reason}`, async () => {
      const entry = await person(`is-${reason}`);
      await prepare(entry);
      expect(await verify(entry, reason === 'wrong-password' ? 'not it' : directoryPassword)).to.include({ outcome: 'refused', reason });
    });

  it('never sends an empty one', async () => {
    expect(await verify(await person('empty'), '')).to.deep.equal({ outcome: 'refused', reason: 'wrong-password' });
  });

  it('says not-found for an id that nobody has, whoever has the name', async () => {
    const { dn } = await person('other-id');
    expect(await verify({ id: crypto.randomUUID(), dn }, directoryPassword)).to.include({ reason: 'not-found' });
  });

  it('follows who was moved, and never asks whoever has the old name now', async () => {
    const entry = await person('moved');
    const there = `uid=moved,ou=Groups,${slapd.baseDn}`;
    await slapd.rename(entry.dn, there);
    const successor = personEntry({ login: 'moved', firstName: 'B', lastName: 'B', password: 'Another-Passw0rd-1' }, slapd.baseDn);
    await slapd.add([successor]);
    expect(await verify(entry, directoryPassword)).to.include({ outcome: 'accepted' });
    expect(await verify(entry, 'Another-Passw0rd-1')).to.include({ reason: 'wrong-password' });
  });

  it('is changed by the person under the policy, also by who must', async () => {
    const entry = await person('changes', { pwdReset: 'TRUE' });
    expect(await changeOwn(entry, 'Another-Passw0rd-1')).to.include({ outcome: 'accepted' });
    expect(await verify(entry, 'Another-Passw0rd-1')).to.include({ outcome: 'accepted' });
  });

  it('is changed by the service account for who comes too late, where it may', async () => {
    const late = async (login: string) => {
      const entry = await person(login);
      await slapd.replace(entry.dn, { ...fleeting(), pwdChangedTime: '20200101000000Z' });
      return entry;
    };
    expect(await changeOwn(await late('late'), 'Another-Passw0rd-1', 'not it', writer)).to.include({ reason: 'wrong-password' });
    expect(await changeOwn(await late('later'), 'Another-Passw0rd-1', directoryPassword, served)).to.include({ reason: 'no-right' });
    const entry = await late('latest');
    expect(await changeOwn(entry, 'Another-Passw0rd-1', directoryPassword, writer)).to.include({ outcome: 'accepted' });
    await slapd.replace(entry.dn, { pwdPolicySubentry: [] });
    expect(await verify(entry, 'Another-Passw0rd-1')).to.include({ outcome: 'accepted' });
  });

  for (const [reason, newPassword, oldPassword] of [
    ['wrong-password', 'Another-Passw0rd-1', 'not it'],
    ['wrong-password', 'Another-Passw0rd-1', ''],
    ['password-too-short', 'short', directoryPassword],
    ['password-too-short', '', directoryPassword],
    ['password-in-history', directoryPassword, directoryPassword],
  ] as const)
    it(`says ${reason} of “${newPassword}” after “${oldPassword}”`, async () => {
      expect(await changeOwn(await person(`says${Math.random()}`), newPassword, oldPassword)).to.include({ outcome: 'refused', reason });
    });

  it('says that it is too young, or not the person’s to change', async () => {
    const policy = `cn=default,ou=Policies,${slapd.baseDn}`;
    const entry = await person('young');
    await changeOwn(entry, 'Another-Passw0rd-1');
    for (const [attributes, reason] of [
      [{ pwdMinAge: '3600' }, 'password-too-young'],
      [{ pwdMinAge: '0', pwdAllowUserChange: 'FALSE' }, 'password-may-not-change'],
      [{ pwdAllowUserChange: 'TRUE', pwdSafeModify: 'TRUE' }, 'accepted'],
    ] as const) {
      await slapd.replace(policy, attributes);
      const answer = await changeOwn(entry, 'Third-Passw0rd-1', 'Another-Passw0rd-1');
      expect('reason' in answer ? answer.reason : answer.outcome).to.equal(reason);
    }
    await slapd.replace(policy, { pwdSafeModify: 'FALSE' });
  });

  it('is reset by who has the right, and must be changed where told', async () => {
    const entry = await person('forgot');
    const reset = (by: ServedDirectory, newPassword: string, mustChange: boolean) =>
      by.ask('reset-password', { entry, mustChange }, { passwords: { newPassword } });
    expect(await reset(served, 'Reset-Passw0rd-1', false)).to.include({ outcome: 'refused', reason: 'no-right' });
    expect(await reset(writer, 'short', false)).to.include({ outcome: 'refused', reason: 'password-too-short' });
    expect(await reset(writer, 'Reset-Passw0rd-1', true)).to.include({ outcome: 'accepted' });
    expect(await verify(entry, 'Reset-Passw0rd-1')).to.include({ reason: 'must-change' });
    expect(await reset(writer, 'Reset-Passw0rd-2', false)).to.include({ outcome: 'accepted' });
    expect(await verify(entry, 'Reset-Passw0rd-2')).to.include({ outcome: 'accepted' });
  });

  it('is sent in the clear to be checked, if the company wants that, and never to be set', async () => {
    const entry = await person('clear');
    const clear = await serveDirectory(
      slapdSettings(slapd, { urls: [slapd.url], bindDn: slapd.writerDn, bindPassword: slapd.writerPassword }),
    );
    try {
      await eventually(async () => expect(clear.directory.status()).to.include({ isUp: true, isEncrypted: false }));
      expect(await verify(entry, directoryPassword, clear)).to.include({ outcome: 'accepted' });
      expect(await changeOwn(entry, 'Another-Passw0rd-1', directoryPassword, clear)).to.include({ reason: 'needs-tls' });
      const passwords = { newPassword: 'Another-Passw0rd-1' };
      expect(await clear.ask('reset-password', { entry, mustChange: false }, { passwords })).to.include({ reason: 'needs-tls' });
      const body = { rootDn: `ou=People,${slapd.baseDn}`, accountDomain: 'x.example', login: 'clearly', firstName: 'A', lastName: 'B' };
      expect(await clear.ask('create-person', body, { passwords: { password: 'Another-Passw0rd-1' } })).to.include({ reason: 'needs-tls' });
    } finally {
      await clear.close();
    }
  });
});

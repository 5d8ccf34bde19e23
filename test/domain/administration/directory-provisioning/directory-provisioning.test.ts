import { expect } from 'chai';
import { changeAccount } from '../../../../src/domain/administration/account-changes/index.ts';
import {
  findProvisioning,
  type ProvisionInput,
  provisionPerson,
  requestStateWrite,
  suggestProvision,
  writeState,
} from '../../../../src/domain/administration/directory-provisioning/index.ts';
import { changeSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { addDirectory, type Directory, directoryRules, noteDirectoryState } from '../../../../src/domain/people/directories/index.ts';
import { findEntryOfUser, findWantedState, listWantedStates } from '../../../../src/domain/people/directory-entries/index.ts';
import type { Ask } from '../../../../src/domain/people/directory-requests/index.ts';
import { createGroup } from '../../../../src/domain/people/groups/index.ts';
import { getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { refusalReasons } from '../../../../src/smartsync-protocol/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-provisioning', () => {
  const store = useStore();
  let directory: Directory;
  let version = 0;
  type Asked = { kind: string; body: Record<string, unknown>; passwords?: Record<string, unknown> };
  const asked: Asked[] = [];
  /** A directory that answers this. */
  const answering =
    (answer: unknown): Ask =>
    async (_scope, _directoryId, { kind, body }, options) => {
      asked.push({ kind, body: body as never, passwords: options?.passwords });
      return answer as never;
    };
  const input = (more: Partial<ProvisionInput> = {}): ProvisionInput => ({
    directoryId: directory.directoryId,
    rootDn: 'OU=People,DC=ad,DC=test',
    accountDomain: 'ad.test',
    login: 'sita',
    password: 'Temporary-1',
    repeatPassword: 'Temporary-1',
    ...more,
  });
  const made = () => ({ outcome: 'accepted', id: newId(), dn: 'CN=सीता,OU=People,DC=ad,DC=test' });
  const provision = async (user: User) => {
    const answer = made();
    await provisionPerson(store.scope, answering(answer), user.userId, input());
    return answer;
  };
  const listWaiting = async (limit?: number) =>
    (await listWantedStates(store.scope.db, store.scope.clock.now(), limit)).map(({ userId }) => userId);
  const setStateToDirectory = async (stateToDirectory: boolean) => {
    await changeSettings(store.scope, directoryRules, { stateToDirectory }, version);
    version++;
  };

  before(async () => {
    directory = (await addDirectory(store.scope, { name: 'Headquarters' })).directory;
    await noteDirectoryState(store.scope, directory.directoryId, { isUp: true, kind: 'active-directory' });
  });
  beforeEach(() => {
    asked.length = 0;
  });

  it('a person is made in the directory with the temporary password of that account only, and is known by its id there', async () => {
    const user = await store.person({ firstName: 'सीता', lastName: '', department: 'Vendas' });
    expect(await findProvisioning(store.scope, user)).to.deep.include({ state: 'not-configured' });
    const answer = await provision(user);
    expect(asked[0]).to.deep.equal({
      kind: 'create-person',
      body: {
        rootDn: 'OU=People,DC=ad,DC=test',
        accountDomain: 'ad.test',
        login: 'sita',
        firstName: 'सीता',
        lastName: '',
        email: user.email,
        department: 'Vendas',
      },
      passwords: { password: 'Temporary-1' },
    });
    expect(await findEntryOfUser(store.scope, user.userId)).to.deep.include({
      entryId: answer.id,
      dn: answer.dn,
      state: 'accepted',
      userId: user.userId,
    });
    const [event] = (await eventsOf(store.scope, { subjectId: user.userId })).filter(({ type }) => type === 'user.provisioned');
    expect(event!.details).to.deep.equal({ directory: 'Headquarters', dn: answer.dn, login: 'sita' });
    const shown = await findProvisioning(store.scope, user);
    const hex = answer.id.replaceAll('-', '');
    expect(shown.state === 'enabled' && Buffer.from(shown.immutableId, 'base64').subarray(8).toString('hex')).to.equal(hex.slice(16));
    expect(shown.state === 'enabled' && Buffer.from(shown.immutableId, 'base64').readUInt32LE().toString(16).padStart(8, '0')).to.equal(
      hex.slice(0, 8),
    );
    await store.refused('already_in_directory', () => provision(user));
  });

  it('an answer with the id of an entry that is nobody new links nobody', async () => {
    const group = await createGroup(store.scope, { name: 'Said by an agent' });
    const odd = {
      'a group': { kind: 'group', state: 'pending' },
      'a group of ours': { kind: 'group', state: 'accepted', group_id: group.groupId },
      'somebody deleted here': { state: 'rejected', reason: 'deleted' },
      'somebody accepted': { state: 'accepted' },
      'somebody gone': { is_gone: true },
    } as const;
    for (const [what, more] of Object.entries(odd)) {
      const [user, another, answer] = [await store.person(), await store.person(), made()];
      await provisionPerson(store.scope, answering(answer), another.userId, input());
      const entry = () => store.scope.db('directory_entries').where('entry_id', answer.id);
      await entry().update({ user_id: null, state: 'pending', ...more });
      const before = await entry();
      await store.refused('already_in_directory', () => provisionPerson(store.scope, answering(answer), user.userId, input()));
      expect(await entry(), what).to.deep.equal(before);
      expect(await findEntryOfUser(store.scope, user.userId), what).to.equal(undefined);
      await entry().delete();
    }
    const [user, another, answer] = [await store.person(), await store.person(), made()];
    await provisionPerson(store.scope, answering(answer), another.userId, input());
    await store.scope.db('directory_entries').where('entry_id', answer.id).update({ user_id: null, state: 'pending' });
    await provisionPerson(store.scope, answering(answer), user.userId, input());
    expect(await findEntryOfUser(store.scope, user.userId)).to.include({ entryId: answer.id, state: 'accepted' });
  });

  it('the form begins with what the directory said of itself, and with a user name that it can take', async () => {
    const user = await store.person({ email: 'an.address.of.many.letters@acme.example' });
    expect(
      suggestProvision(user, { ...directory, rootDn: 'DC=ad,DC=test', accountDomain: 'ad.test', kind: 'active-directory' }),
    ).to.deep.equal({
      rootDn: 'DC=ad,DC=test',
      accountDomain: 'ad.test',
      login: 'an.address.of.many.l',
    });
  });

  it('what is typed wrong is said by field, and nothing is asked', async () => {
    const { userId } = await store.person();
    const cases: [Partial<ProvisionInput>, string][] = [
      [{ rootDn: ' ' }, 'rootDn'],
      [{ login: 'a b' }, 'login'],
      [{ login: 'a@b' }, 'login'],
      [{ login: '' }, 'login'],
      [{ password: '', repeatPassword: '' }, 'password'],
      [{ repeatPassword: 'other' }, 'repeatPassword'],
    ];
    for (const [wrong, field] of cases)
      expect(
        Object.keys(await store.refused('invalid_input', () => provisionPerson(store.scope, answering(made()), userId, input(wrong)))),
      ).to.include(field);
    await store.refused('not_found', () => provisionPerson(store.scope, answering(made()), unknownId, input()));
    await store.refused('not_found', () => provisionPerson(store.scope, answering(made()), userId, input({ directoryId: unknownId })));
    expect(asked).to.have.length(0);
  });

  it('whatever the directory refuses, the person is not linked, the answer says why, and the audit has the reason', async () => {
    for (const reason of refusalReasons) {
      const user = await store.person();
      const refused = await provisionPerson(
        store.scope,
        answering({ outcome: 'refused', reason, detail: 'said there' }),
        user.userId,
        input(),
      ).catch((error) => error);
      expect(refused.code, reason).to.be.oneOf(reason === 'unavailable' ? ['directory_away'] : ['invalid_input', 'provisioning_refused']);
      expect(await findEntryOfUser(store.scope, user.userId), reason).to.equal(undefined);
      const event = (await eventsOf(store.scope, { subjectId: user.userId })).at(-1)!;
      expect(event).to.deep.include({ type: 'user.provisioning-refused', outcome: 'failure', reason: `directory-${reason}` });
      expect(JSON.stringify(event)).not.to.include('Temporary-1');
    }
    const user = await store.person();
    const late = await provisionPerson(store.scope, answering({ outcome: 'unavailable', reason: 'late' }), user.userId, input()).catch(
      (error) => error,
    );
    expect(late.code).to.equal('directory_away');
    const { directory: unset } = await addDirectory(store.scope, { name: 'Not configured yet' });
    await store.refused('directory_away', () =>
      provisionPerson(store.scope, answering(made()), user.userId, input({ directoryId: unset.directoryId })),
    );
  });

  it('S23, S128: an administrator’s deactivation goes to the directory once it answers, and only where the company wants it', async () => {
    const user = await store.person();
    await provision(user);
    await changeAccount(store.scope, 'deactivate', user.userId, 'en');
    expect(await findWantedState(store.scope, user.userId)).to.equal(undefined);
    await changeAccount(store.scope, 'reactivate', user.userId, 'en');

    await setStateToDirectory(true);
    await changeAccount(store.scope, 'deactivate', user.userId, 'en');
    expect((await store.queued('write-directory-state')).at(-1)).to.deep.include({ userId: user.userId });
    const { rows } = await store.scope.db.raw(
      "SELECT DISTINCT queue_name FROM graphile_worker.jobs WHERE task_identifier = 'write-directory-state'",
    );
    expect(rows, 'one after the other of each directory').to.deep.equal([{ queue_name: `directory state ${directory.directoryId}` }]);
    await writeState(store.scope, answering({ outcome: 'unavailable', reason: 'no-agent' }), user.userId);
    expect(await findWantedState(store.scope, user.userId)).to.deep.include({ isEnabled: false });
    // not again in the same minute
    expect(await listWaiting()).to.deep.equal([]);
    store.wait(1);
    expect(await listWaiting()).to.deep.equal([user.userId]);
    await writeState(store.scope, answering({ outcome: 'refused', reason: 'no-right' }), user.userId);
    // asked again later, not at once
    store.wait(1);
    expect(await listWaiting()).to.deep.equal([]);
    expect((await eventsOf(store.scope, { subjectId: user.userId })).at(-1)).to.deep.include({
      type: 'user.directory-state-refused',
      reason: 'directory-no-right',
    });
    store.wait(60);
    expect(await listWaiting()).to.deep.equal([user.userId]);
    const refusing = (reason: string) =>
      store.eventsOf(() => writeState(store.scope, answering({ outcome: 'refused', reason }), user.userId));
    expect(await refusing('no-right'), 'refused as before').to.deep.equal([]);
    expect(await refusing('failed'), 'refused for another reason').to.deep.equal(['user.directory-state-refused']);
    await writeState(store.scope, answering({ outcome: 'accepted' }), user.userId);
    expect(asked.filter(({ kind }) => kind === 'set-enabled').map(({ body }) => body.isEnabled)).to.deep.equal([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(await findWantedState(store.scope, user.userId)).to.equal(undefined);
    expect(await findEntryOfUser(store.scope, user.userId)).to.deep.include({ isEnabled: false });
    const types = await store.eventsOf(() => writeState(store.scope, answering({ outcome: 'accepted' }), user.userId));
    expect(types).to.deep.equal([]);
    expect((await getUser(store.scope, user.userId)).status).to.equal('deactivated');
    await setStateToDirectory(false);
  });

  it('what has not reached the directory is forgotten once the company does not want it there', async () => {
    await setStateToDirectory(true);
    const user = await store.person();
    await provision(user);
    await changeAccount(store.scope, 'deactivate', user.userId, 'en');
    await setStateToDirectory(false);
    asked.length = 0;
    await writeState(store.scope, answering({ outcome: 'accepted' }), user.userId);
    expect(asked).to.have.length(0);
    expect(await findWantedState(store.scope, user.userId)).to.equal(undefined);
    expect(await findEntryOfUser(store.scope, user.userId)).to.deep.include({ isEnabled: true, isStateWanted: false });
  });

  it('people of one directory do not keep those of another waiting, and nobody is looked for in one that is away', async () => {
    await setStateToDirectory(true);
    const { directory: second } = await addDirectory(store.scope, { name: 'Branch office' });
    await noteDirectoryState(store.scope, second.directoryId, { isUp: true, kind: 'openldap' });
    const deactivate = async (directoryId: string) => {
      const user = await store.person();
      await provisionPerson(store.scope, answering(made()), user.userId, input({ directoryId }));
      await changeAccount(store.scope, 'deactivate', user.userId, 'en');
      return user.userId;
    };
    const many = [];
    for (let n = 0; n < 4; n++) many.push(await deactivate(directory.directoryId));
    const one = await deactivate(second.directoryId);
    expect(await listWaiting(2)).to.include(one);
    await noteDirectoryState(store.scope, directory.directoryId, { isUp: false, reason: 'no-agent' });
    expect(await listWaiting()).to.deep.equal([one]);
    await noteDirectoryState(store.scope, directory.directoryId, { isUp: true });
    for (const userId of [...many, one]) await writeState(store.scope, answering({ outcome: 'accepted' }), userId);
    expect(await listWaiting()).to.deep.equal([]);
    await setStateToDirectory(false);
  });

  it('an answer to what is not wanted any more changes nothing', async () => {
    await setStateToDirectory(true);
    const user = await store.person();
    await provision(user);
    await changeAccount(store.scope, 'deactivate', user.userId, 'en');
    const meanwhile: Ask = async (...request) => {
      await changeAccount(store.scope, 'reactivate', user.userId, 'en');
      return answering({ outcome: 'accepted' })(...request);
    };
    await writeState(store.scope, meanwhile, user.userId);
    expect(await findWantedState(store.scope, user.userId)).to.deep.include({ isEnabled: true });
    await setStateToDirectory(false);
  });

  it('people whom no directory has are never written', async () => {
    await setStateToDirectory(true);
    const user = await store.person();
    await inTransaction(store.scope, (inside) => requestStateWrite(inside, user.userId, false));
    await writeState(store.scope, answering({ outcome: 'accepted' }), user.userId);
    expect(asked).to.have.length(0);
    await setStateToDirectory(false);
  });
});

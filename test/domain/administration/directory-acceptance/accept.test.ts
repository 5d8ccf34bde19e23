import { expect } from 'chai';
import { deleteAccount } from '../../../../src/domain/administration/account-changes/index.ts';
import {
  acceptEntries,
  changeEntries,
  putBackEntries,
  rejectEntries,
} from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { mayRecover } from '../../../../src/domain/administration/password-recovery/send-recovery.ts';
import { getDirectory } from '../../../../src/domain/people/directories/index.ts';
import { countEntries, countMatching, listEntries, rejectDeleted } from '../../../../src/domain/people/directory-entries/index.ts';
import { createGroup, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { findUserById, findUserByLogin, requestDeletion } from '../../../../src/domain/people/users/index.ts';
import { sealEvents, verifyChain } from '../../../../src/domain/records/audit/index.ts';
import { getOperation, runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import {
  addTestDirectory,
  entryOf,
  groupEntry,
  importEntries,
  importGone,
  personEntry,
  setDirectoryRules,
} from '../../../support/directory-entries.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-acceptance: who waits', () => {
  const store = useStore();
  const named = (mail: string, more: Record<string, string[]> = {}) => personEntry({ attributes: { mail: [mail], ...more } });

  it('addresses count as verified only where the directory is set so, and then new ones do, too', async () => {
    const { scope } = store;
    for (const emailsAreVerified of [false, true]) {
      const directory = await addTestDirectory(scope, { emailsAreVerified });
      const [before, after] = [`before.${emailsAreVerified}@example.com`, `after.${emailsAreVerified}@example.com`];
      const person = named(before);
      await importEntries(scope, directory, [person]);
      await acceptEntries(scope, directory.directoryId, { all: true });
      expect(await findUserByLogin(scope, before)).to.include({ emailVerified: emailsAreVerified });
      await importEntries(scope, directory, [{ ...person, attributes: { ...person.attributes, mail: [after] } }]);
      expect(await findUserByLogin(scope, after)).to.include({ emailVerified: emailsAreVerified });
    }
  });

  it('S16–S18: nobody is a person here before being accepted, and is Activated then, without a mail', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const ana = personEntry({ attributes: { givenname: ['Ana'], sn: ['Lima'], mail: ['ana.lima@example.com'], department: ['Sales'] } });
    await importEntries(scope, directory, [ana]);
    expect(await entryOf(scope, directory, ana)).to.include({ state: 'pending', reason: undefined, login: 'ana.lima@example.com' });
    expect(await findUserByLogin(scope, 'ana.lima@example.com')).to.equal(undefined);
    const types = await store.eventsOf(async () => {
      expect(await acceptEntries(scope, directory.directoryId, { entryIds: [ana.entryId] })).to.deep.equal({ done: 1, refused: [] });
      expect(await acceptEntries(scope, directory.directoryId, { entryIds: [ana.entryId] }), 'once more').to.deep.equal({
        done: 0,
        refused: [],
      });
    });
    expect(types).to.deep.equal(['user.created']);
    const user = await findUserByLogin(scope, 'Ana.Lima@example.com');
    expect(user).to.include({
      firstName: 'Ana',
      lastName: 'Lima',
      department: 'Sales',
      status: 'activated',
      role: 'regular',
      emailVerified: false,
    });
    expect(mayRecover, 'who has no password yet gets one by "Forgot your password?"').to.include(user!.status);
    expect(await entryOf(scope, directory, ana)).to.include({ state: 'accepted', userId: user!.userId });
    const [event] = (await eventsOf(scope)).filter(({ type, subjectId }) => type === 'user.created' && subjectId === user!.userId);
    expect(event!.details).to.include({ login: 'ana.lima@example.com', directory: directory.name });
    expect(await store.queued('deliver-mail')).to.deep.equal([]);
  });

  it('who cannot be accepted goes on waiting with the reason, alone or among many, and those beside are accepted', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const { email } = await store.person();
    await createGroup(scope, { name: 'Taken here' });
    const cases = {
      'no-email': named(''),
      'invalid-email': named('nobody at all'),
      'no-name': named('no.name@example.com', { givenname: [], sn: [] }),
      'invalid-name': named('invalid.name@example.com', { sn: ['x'.repeat(101)] }),
      conflict: named(email!.toUpperCase()),
      disabled: personEntry({ isEnabled: false }),
    };
    const groups = { conflict: groupEntry('TAKEN here'), 'invalid-name': groupEntry('x'.repeat(101)) };
    const fit = [personEntry(), groupEntry('Fit')];
    await importEntries(scope, directory, [...Object.values(cases), ...Object.values(groups), ...fit]);
    const check = async () => {
      for (const [reason, entry] of [...Object.entries(cases), ...Object.entries(groups)])
        expect(await entryOf(scope, directory, entry), reason).to.include({
          state: 'pending',
          reason,
          userId: undefined,
          groupId: undefined,
        });
    };
    await check();
    for (const entry of Object.values(cases)) {
      const { done } = await store.unchanged(() => acceptEntries(scope, directory.directoryId, { entryIds: [entry.entryId] }));
      expect(done).to.equal(0);
    }
    const { done, refused } = await acceptEntries(scope, directory.directoryId, { all: true });
    expect(done).to.equal(fit.length);
    const many = Object.fromEntries(refused.map(({ reason, n }) => [reason, n]));
    expect(many).to.deep.equal({ 'no-email': 1, 'invalid-email': 1, 'no-name': 1, 'invalid-name': 2, conflict: 2, disabled: 1 });
    await check();
  });

  it('a disabled account is accepted where the state of the directory counts for nothing', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const entry = personEntry({ isEnabled: false });
    await setDirectoryRules(scope, { stateFromDirectory: false });
    await importEntries(scope, directory, [entry]);
    expect(await acceptEntries(scope, directory.directoryId, { all: true })).to.deep.equal({ done: 1, refused: [] });
    await setDirectoryRules(scope, { stateFromDirectory: true });
  });

  it('one login makes one person, whoever comes with it: twice in one directory, in two, written in two ways', async () => {
    const { scope } = store;
    const [first, second] = [await addTestDirectory(scope), await addTestDirectory(scope)];
    const entries = [named('same@example.com'), named('SAME@example.com')];
    const other = named('Same@EXAMPLE.com');
    await importEntries(scope, first, entries);
    await importEntries(scope, second, [other]);
    const accept = (directory: typeof first) => acceptEntries(scope, directory.directoryId, { all: true });
    expect(await accept(first)).to.deep.equal({ done: 1, refused: [{ reason: 'conflict', n: 1 }] });
    expect(await accept(second)).to.deep.equal({ done: 0, refused: [{ reason: 'conflict', n: 1 }] });
  });

  it('groups of two directories with one name are told apart by their directories', async () => {
    const { scope } = store;
    for (const isFirst of [true, false]) {
      const directory = await addTestDirectory(scope, { acceptsGroups: true });
      const group = groupEntry('Domain Users');
      await importEntries(scope, directory, [group]);
      const { groupId } = await entryOf(scope, directory, group);
      expect((await findGroupByName(scope, isFirst ? 'Domain Users' : `Domain Users (${directory.name})`))!.groupId).to.equal(groupId);
    }
  });

  it('automatic acceptance takes those who come and those who become fit, never the rejected', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, { acceptsPeople: true, acceptsGroups: true });
    const [ana, bia, team] = [personEntry(), named(''), groupEntry('Automatic')];
    await importEntries(scope, directory, [ana, bia, team]);
    for (const entry of [ana, team]) expect(await entryOf(scope, directory, entry)).to.include({ state: 'accepted' });
    await rejectEntries(scope, directory.directoryId, { entryIds: [bia.entryId, ana.entryId] });
    expect(await entryOf(scope, directory, ana), 'only who waits can be rejected').to.include({ state: 'accepted' });
    const mended = { ...bia, attributes: { ...bia.attributes, mail: ['bia@example.com'] } };
    await importEntries(scope, directory, [mended]);
    expect(await entryOf(scope, directory, bia)).to.include({ state: 'rejected', login: 'bia@example.com' });
    await putBackEntries(scope, directory.directoryId, { entryIds: [bia.entryId] });
    expect(await entryOf(scope, directory, bia)).to.include({ state: 'pending', reason: undefined });
    await importEntries(scope, directory, [mended]);
    expect(await entryOf(scope, directory, bia)).to.include({ state: 'accepted' });
  });

  it('S132: who is deleted here is found under Rejected, and comes back only when an administrator says so', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, { acceptsPeople: true });
    const ana = personEntry();
    await importEntries(scope, directory, [ana]);
    const { userId } = await entryOf(scope, directory, ana);
    await requestDeletion(scope, userId!);
    await importEntries(scope, directory, [{ ...ana, attributes: { ...ana.attributes, sn: ['Changed'] } }]);
    expect((await findUserById(scope, userId!))!.lastName, 'it is being deleted').to.not.equal('Changed');
    await deleteAccount(scope, userId!);
    await importEntries(scope, directory, [ana]);
    expect(await entryOf(scope, directory, ana)).to.include({ state: 'rejected', reason: 'deleted', userId: undefined });
    const rejected = await listEntries(scope, { directoryId: directory.directoryId, state: 'rejected' });
    expect(rejected.items.map(({ entryId }) => entryId)).to.deep.equal([ana.entryId]);
    expect(await putBackEntries(scope, directory.directoryId, { all: true, reason: 'deleted' })).to.deep.equal({ done: 1, refused: [] });
    expect(await acceptEntries(scope, directory.directoryId, { all: true })).to.deep.equal({ done: 1, refused: [] });
    expect((await entryOf(scope, directory, ana)).userId).to.not.equal(userId);
    expect(rejectDeleted).to.be.a('function');
  });

  it('who waits and is gone there waits no more, until back', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const ana = personEntry();
    const waiting = { directoryId: directory.directoryId, state: 'pending' } as const;
    await importEntries(scope, directory, [ana]);
    await importGone(scope, directory, [ana]);
    expect((await listEntries(scope, waiting)).items).to.deep.equal([]);
    expect(await countMatching(scope, waiting)).to.equal(0);
    expect(await acceptEntries(scope, directory.directoryId, { entryIds: [ana.entryId] })).to.deep.equal({
      done: 0,
      refused: [{ reason: 'gone', n: 1 }],
    });
    await importEntries(scope, directory, [ana]);
    expect(await countEntries(scope, directory.directoryId)).to.deep.equal([{ state: 'pending', kind: 'person', reason: undefined, n: 1 }]);
  });

  it('an administrator asks for many at once, and a job does it with progress; cut off, it goes on', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const entries = Array.from({ length: 1100 }, () => personEntry());
    await importEntries(scope, directory, [...entries, named('')]);
    const root = await store.person({ role: 'administrator' });
    const as = actingFor(scope, root);
    const { done, operationId } = await acceptEntries(as, directory.directoryId, { all: true });
    expect(done).to.equal(0);
    const run = (before?: () => Promise<unknown>) =>
      runOperation(
        scope,
        operationId!,
        async () => true,
        async (inside, operation) => {
          await before?.();
          await changeEntries.run(inside, operation, {});
        },
      );
    let calls = 0;
    const cut: Scope = { ...scope, clock: { now: () => (++calls > 6 ? expect.fail('the process fell') : scope.clock.now()) } };
    await runOperation(
      cut,
      operationId!,
      async () => true,
      (inside, operation) => changeEntries.run(inside, operation, {}),
    ).catch(() => {});
    await run();
    expect(await getOperation(as, operationId!)).to.include({ state: 'done', done: 1100, refused: 1, total: 1101 });
    expect(await acceptEntries(as, directory.directoryId, { entryIds: [entries[0]!.entryId] })).to.deep.equal({ done: 0, refused: [] });
    await sealEvents(scope, 'UTC');
    expect((await verifyChain(scope)).breach).to.equal(undefined);
  });

  it('refusals, by code, with nothing written; of another company there is nothing', async () => {
    const { scope, other } = store;
    const directory = await addTestDirectory(scope);
    const ana = personEntry();
    await importEntries(scope, directory, [ana]);
    for (const work of [acceptEntries, rejectEntries, putBackEntries]) {
      await store.refused('not_found', () => work(scope, unknownId, { all: true }));
      await store.refused('not_found', () => work(other, directory.directoryId, { entryIds: [ana.entryId] }));
      await store.refused('invalid_input', () => work(scope, directory.directoryId, { entryIds: [] }));
      await store.unchanged(() => work(scope, directory.directoryId, { entryIds: [unknownId, 'x'] }));
    }
    await store.refused('invalid_input', () => acceptEntries(scope, directory.directoryId, { all: true, search: 'nobody' }));
    await store.refused('not_found', () => getDirectory(other, directory.directoryId));
    expect((await listEntries(other, { state: 'pending' })).items).to.deep.equal([]);
    expect(await countEntries(other, directory.directoryId)).to.deep.equal([]);
    for (const work of [acceptEntries, rejectEntries])
      await store.inOneTransaction((inside) => work(inside, directory.directoryId, { entryIds: [ana.entryId] }));
  });
});

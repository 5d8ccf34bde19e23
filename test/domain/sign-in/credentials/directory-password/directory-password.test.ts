import { expect } from 'chai';
import { changeSettings, loadSettings } from '../../../../../src/domain/company/context-settings/index.ts';
import { directoryRules } from '../../../../../src/domain/people/directories/index.ts';
import type { User } from '../../../../../src/domain/people/users/index.ts';
import type { ContextId, DirectoryId, UserId } from '../../../../../src/domain/scope.ts';
import {
  changeDirectoryPassword,
  floorOfRefusals,
  forgetRefused,
  forgetVerifier,
  keepVerifier,
  matchesVerifier,
  proveDirectoryPassword,
  resetDirectoryPassword,
  sweepVerifiers,
} from '../../../../../src/domain/sign-in/credentials/directory-password/index.ts';
import { newId, type Password, readPassword } from '../../../../../src/platform/crypto/index.ts';
import { accepted, directoryOf, fakeNetwork, networkPassword, refusedFor, unavailable } from '../../../../support/network.ts';
import { pause } from '../../../../support/patience.ts';
import { unknownId, useStore } from '../../../../support/use-cases.ts';

describe('domain/sign-in/credentials: the password of a directory', () => {
  const store = useStore();
  const right = readPassword(networkPassword);
  const entryOf = async () => {
    const { directoryId } = await directoryOf(store);
    return { directoryId, entryId: '00000000-0000-4000-8000-000000000001', dn: 'CN=x' };
  };
  const prove = async (
    network: ReturnType<typeof fakeNetwork>,
    entry: { directoryId: DirectoryId; entryId: string; dn: string },
    password = right,
  ) => (await outcomeOf(network, entry, password)).outcome;
  const outcomeOf = (
    network: ReturnType<typeof fakeNetwork>,
    entry: { directoryId: DirectoryId; entryId: string; dn: string },
    password = right,
  ) => proveDirectoryPassword(store.scope, network.ask, entry, { userId: unknownId as UserId, password, isOnce: false });

  it('is proven by the directory alone; an empty one and one of a page’s length are never sent', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    expect(await prove(network, entry)).to.equal('proven');
    expect(await prove(network, entry, readPassword('a wrong one'))).to.equal('wrong');
    for (const password of ['', 'x'.repeat(1001)]) expect(await prove(network, entry, readPassword(password))).to.equal('wrong');
    expect(network.asked).to.have.length(2);
  });

  it('is sent as one character is written, however a keyboard writes it', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    network.password = 'caf\u00e9 caf\u00e9';
    expect(await prove(network, entry, readPassword('cafe\u0301 cafe\u0301'))).to.equal('proven');
  });

  it('a directory that lets wait and answers nothing keeps one person waiting, and then nobody for a while', async () => {
    const [network, entry, other] = [fakeNetwork(), await entryOf(), await entryOf()];
    network.answer = () => pause(600).then(() => unavailable('late'));
    const before = performance.now();
    expect(await prove(network, entry)).to.equal('unavailable');
    const after = performance.now();
    for (let n = 0; n < 20; n++) expect(await prove(network, entry)).to.equal('unavailable');
    expect(performance.now() - after).to.be.below((after - before) / 2);
    expect(network.asked).to.have.length(1);
    network.answer = accepted;
    expect(await prove(network, other), 'another directory').to.equal('proven');
  });

  it('how long refusals take is remembered of the companies and directories that were asked last', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    const ask = async (contextId: ContextId) =>
      (
        await proveDirectoryPassword({ ...store.scope, contextId }, network.ask, entry, {
          userId: unknownId as UserId,
          password: right,
          isOnce: false,
        })
      ).outcome;
    const slow = newId() as ContextId;
    network.answer = () => pause(600).then(() => accepted);
    expect(await ask(slow)).to.equal('proven');
    expect(floorOfRefusals(slow)).to.be.greaterThan(650);
    network.answer = accepted;
    for (let n = 0; n < 2000; n++) await ask(newId() as ContextId);
    expect(floorOfRefusals(slow)).to.equal(400);
  });

  it('is not away because more people wait for it than may, nor for who gets no response while others do', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    const crowd = Promise.withResolvers<typeof accepted>();
    network.answer = () => crowd.promise;
    const waiting = Array.from({ length: 200 }, () => prove(network, entry));
    expect(await outcomeOf(network, entry)).to.deep.equal({ outcome: 'unavailable', isLate: false, isAway: false });
    expect(network.asked).to.have.length(200);
    crowd.resolve(accepted);
    await Promise.all(waiting);
    const late = () => pause(600).then(() => unavailable('late'));
    network.answer = late;
    const inVain = outcomeOf(network, entry);
    network.answer = accepted;
    expect(await prove(network, entry)).to.equal('proven');
    expect(await inVain).to.deep.equal({ outcome: 'unavailable', isLate: true, isAway: false });
    expect(await prove(network, entry), 'nobody rests').to.equal('proven');
    network.answer = late;
    expect(await outcomeOf(network, entry)).to.deep.equal({ outcome: 'unavailable', isLate: true, isAway: true });
    expect(await outcomeOf(network, entry)).to.deep.equal({ outcome: 'unavailable', isLate: false, isAway: true });
  });

  it('one that says at once that it cannot is asked again at once', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    network.answer = unavailable('no-agent');
    expect(await prove(network, entry)).to.equal('unavailable');
    network.answer = undefined;
    expect(await prove(network, entry)).to.equal('proven');
  });

  it('a queue that fails lets nobody in, and the next one is asked', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    network.answer = () => Promise.reject(new Error('the queue is gone'));
    expect(await prove(network, entry).catch(({ message }) => message)).to.equal('the queue is gone');
    network.answer = undefined;
    expect(await prove(network, entry)).to.equal('proven');
  });

  it('is changed with the present one, and reset without', async () => {
    const [network, entry] = [fakeNetwork(), await entryOf()];
    const [currentPassword, newPassword] = [right, readPassword('another one')];
    const wrong = { currentPassword: newPassword, newPassword };
    expect(await changeDirectoryPassword(store.scope, network.ask, entry, wrong)).to.equal(false);
    expect(await changeDirectoryPassword(store.scope, network.ask, entry, { currentPassword, newPassword })).to.equal(true);
    expect(network.password).to.equal('another one');
    await resetDirectoryPassword(store.scope, network.ask, entry, right);
    expect(network.password).to.equal(networkPassword);
    network.answer = refusedFor('password-in-history');
    const refused = await resetDirectoryPassword(store.scope, network.ask, entry, right).catch(({ fields }) => fields);
    expect(refused).to.deep.equal({ newPassword: 'fields.network_password_in_history' });
  });

  it('verifiers go that are worth nothing', async () => {
    const { directoryId, person } = await directoryOf(store);
    const { value, version } = await loadSettings(store.scope, directoryRules);
    await changeSettings(store.scope, directoryRules, { ...value, signIn: true, whileAway: true }, version);
    const all = await Promise.all(Array.from({ length: 6 }, () => person()));
    for (const { userId } of all) await keepVerifier(store.scope, userId, directoryId, right);
    const [, left, rejected, deactivated, promoted, old] = all.map(({ userId }) => userId);
    const of = (table: 'directory_entries' | 'users' | 'directory_verifiers', userId = '') =>
      store.scope.db(table).where('user_id', userId);
    await of('directory_entries', left).delete();
    await of('directory_entries', rejected).update({ state: 'rejected' });
    await of('users', deactivated).update({ status: 'deactivated' });
    await of('users', promoted).update({ role: 'administrator' });
    await of('directory_verifiers', old).update({ proven_at: new Date(Date.now() - 15 * 86_400_000) });
    const kept = () => store.scope.db('directory_verifiers').where('directory_id', directoryId).pluck('user_id');
    await sweepVerifiers(store.scope.db);
    expect(await kept()).to.deep.equal([all[0]!.userId]);
    await changeSettings(store.scope, directoryRules, { ...value, signIn: true, whileAway: false }, version + 1);
    await sweepVerifiers(store.scope.db);
    expect(await kept()).to.deep.equal([]);
  });

  it('a verifier says yes, no or nothing', async () => {
    const { directoryId } = await entryOf();
    const user = await store.person();
    expect(await matchesVerifier(store.scope, user, directoryId, right)).to.equal(undefined);
    await keepVerifier(store.scope, user.userId, directoryId, right);
    expect(await matchesVerifier(store.scope, user, directoryId, right)).to.equal(true);
    expect(await matchesVerifier(store.scope, user, directoryId, readPassword('a wrong one'))).to.equal(false);
    await forgetRefused(store.scope, user.userId, readPassword('a wrong one'));
    expect(await matchesVerifier(store.scope, user, directoryId, right)).to.equal(true);
    await forgetRefused(store.scope, user.userId, right);
    expect(await matchesVerifier(store.scope, user, directoryId, right)).to.equal(undefined);
    await keepVerifier(store.scope, user.userId, directoryId, right);
    await forgetVerifier(store.scope, user.userId);
    expect(await matchesVerifier(store.scope, user, directoryId, right)).to.equal(undefined);
  });

  it('one that is being made is not kept when the directory says no meanwhile, to any process', async () => {
    const { directoryId } = await entryOf();
    const elsewhere = ({ userId }: User) =>
      store.scope.db('directory_refusals').insert({
        context_id: store.scope.contextId,
        user_id: userId,
        process_id: newId(Date.now()),
        n: 1,
        refused_at: new Date(),
      });
    const other = readPassword('a wrong one');
    const refusals: [string, boolean, (user: User) => Promise<unknown>][] = [
      ['this password', false, ({ userId }) => forgetRefused(store.scope, userId, right)],
      ['another password', true, ({ userId }) => forgetRefused(store.scope, userId, other)],
      ['the account', false, ({ userId }) => forgetVerifier(store.scope, userId)],
      ['something, at another process', false, elsewhere],
    ];
    for (const [what, isKept, refuse] of refusals)
      for (const isThere of [true, false]) {
        const user = await store.person();
        if (isThere) await keepVerifier(store.scope, user.userId, directoryId, other);
        const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const hashBehind = async (password: Password) => {
          begun.resolve();
          await goOn.promise;
          return store.scope.hasher.hashBehind(password);
        };
        const making = keepVerifier({ ...store.scope, hasher: { hashBehind } as never }, user.userId, directoryId, right);
        await begun.promise;
        await refuse(user);
        goOn.resolve();
        await making;
        expect((await matchesVerifier(store.scope, user, directoryId, right)) === true, what).to.equal(isKept);
        await keepVerifier(store.scope, user.userId, directoryId, right);
        expect(await matchesVerifier(store.scope, user, directoryId, right), 'the next yes counts').to.equal(true);
      }
  });
});

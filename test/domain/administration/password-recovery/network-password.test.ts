import { expect } from 'chai';
import {
  openRecovery,
  recoverPassword,
  requestRecovery,
  sendRecoveryJob,
} from '../../../../src/domain/administration/password-recovery/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../../../src/domain/people/directories/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { claimLink, createLink } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { keepVerifier } from '../../../../src/domain/sign-in/credentials/directory-password/index.ts';
import { findPassword, setPersonalPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import { watchRefusals } from '../../../support/audit.ts';
import {
  type Answer,
  accepted,
  directoryOf,
  type FakeNetwork,
  fakeNetwork,
  networkPassword,
  refusedFor,
  unavailable,
} from '../../../support/network.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';

const fresh = 'another one there';

describe('domain/administration/password-recovery: of people with a password of the network', () => {
  const store = useStore();
  let directory: Awaited<ReturnType<typeof directoryOf>>;
  let network: FakeNetwork;
  before(async () => {
    directory = await directoryOf(store);
  });
  beforeEach(async () => {
    network = fakeNetwork();
    await rules({ signIn: true, personalPassword: true, resetNetworkPassword: false });
  });

  async function rules(changes: Partial<DirectoryRules>) {
    const { value, version } = await loadSettings(store.scope, directoryRules);
    await changeSettings(store.scope, directoryRules, { ...value, ...changes }, version);
  }
  const withPersonal = async (user: User) => {
    const hash = await store.scope.hasher.hash(readPassword('the personal one'));
    await inTransaction(store.scope, (inside) => setPersonalPassword(inside, user, hash));
    return user;
  };
  /** @returns the kind of mail that follows a wish */
  async function mailFor({ userId, email }: User): Promise<unknown> {
    await requestRecovery(store.scope, email!, 'en');
    const payload = (await store.queued('send-recovery')).at(-1)!;
    await sendRecoveryJob.run(() => store.scope, payload, undefined, { isLast: false });
    return (await store.queued('deliver-mail')).findLast((mail) => mail.userId === userId)?.mail;
  }
  const linkFor = ({ userId }: User) => createLink(store.scope, { kind: 'recovery', owner: { userId }, lifetimeSeconds: 3600 });
  const recover = (token: string, newPassword = fresh, repeatPassword = newPassword) =>
    recoverPassword(store.scope, defaultRules, token, { newPassword, repeatPassword }, network.ask);
  /** What a directory refused is written. */
  const refusalOf = (token: string): Promise<{ code?: string; fields?: unknown }> =>
    recover(token).then(
      () => ({}),
      (error) => error,
    );
  const byOf = async (user: User) =>
    openRecovery(store.scope, await linkFor(user)).then(
      ({ recovery }) => recovery.by,
      ({ code }) => code,
    );

  it('who has no other is told what to do there, and only where the company wants it gets a link', async () => {
    const user = await directory.person();
    expect(await mailFor(user)).to.equal('network_recovery');
    expect(await byOf(user), 'a link from before opens nothing').to.equal('link_over');
    await rules({ resetNetworkPassword: true });
    expect(await mailFor(user)).to.equal('recovery');
    expect(await byOf(user)).to.equal('network');
  });

  it('the mails that tell are as few as those with a link', async () => {
    const user = await directory.person();
    for (let n = 0; n < 5; n++) await mailFor(user);
    const mails = (await store.queued('deliver-mail')).filter((mail) => mail.userId === user.userId);
    expect(mails).to.have.length(3);
  });

  it('who has a personal one that counts, an administrator, and everybody where no directory is signed in by, choose a personal one', async () => {
    await rules({ resetNetworkPassword: true });
    const [both, administrator] = [await withPersonal(await directory.person()), await directory.person({ role: 'administrator' })];
    for (const user of [both, administrator, await store.person()]) expect(await byOf(user)).to.equal('personal');
    await rules({ personalPassword: false });
    expect(await byOf(both), 'which counts no more').to.equal('network');
    expect(await byOf(administrator)).to.equal('personal');
    await rules({ signIn: false });
    expect(await byOf(both)).to.equal('personal');
    await recover(await linkFor(both));
    expect(network.asked).to.deep.equal([]);
    expect(await findPassword(store.scope, both.userId)).to.include({ mustChange: false });
  });

  it('the link sets it in the directory, once, and ends what the old one opened', async () => {
    await rules({ resetNetworkPassword: true });
    const user = await directory.person();
    await store.session(user.userId);
    await keepVerifier(store.scope, user.userId, directory.directoryId, readPassword(networkPassword));
    await changeStatus(store.scope, user.userId, 'block');
    const token = await linkFor(user);
    const events = await store.eventsOf(() => recover(token));
    expect(events).to.include.members(['network-password.changed', 'user.unblocked', 'session.ended']);
    expect(network.asked).to.deep.equal([{ kind: 'reset-password', passwords: { newPassword: fresh } }]);
    expect((await getUser(store.scope, user.userId)).status).to.equal('activated');
    expect(await listSessionsOfUser(store.scope, user.userId)).to.have.length(0);
    expect(await store.scope.db('directory_verifiers').where('user_id', user.userId)).to.have.length(0);
    expect(await findPassword(store.scope, user.userId)).to.equal(undefined);
    await store.refused('link_over', () => recover(token));
  });

  it('what the directory refuses is said, and the link stays', async () => {
    await rules({ resetNetworkPassword: true });
    const user = await directory.person();
    const token = await linkFor(user);
    network.answer = refusedFor('password-in-history');
    expect((await refusalOf(token)).fields).to.deep.equal({ newPassword: 'fields.network_password_in_history' });
    network.answer = refusedFor('no-right');
    expect((await refusalOf(token)).code).to.equal('directory_refused');
    network.answer = unavailable();
    expect((await refusalOf(token)).code).to.equal('directory_unavailable');
    expect(await store.refused('invalid_input', () => recover(token, ''))).to.deep.equal({ newPassword: 'fields.required' });
    expect(await store.refused('invalid_input', () => recover(token, fresh, 'x'))).to.deep.equal({
      repeatPassword: 'fields.password_repeat',
    });
    network.answer = undefined;
    await recover(token);
  });

  it('of six at once one reaches the directory, and what it refuses is audited each time', async () => {
    await rules({ resetNetworkPassword: true });
    const user = await directory.person();
    const token = await linkFor(user);
    /** The directory answers when the others are through. */
    const atOnce = async (answer: Answer) => {
      const codes: string[] = [];
      network.asked = [];
      network.answer = async () => {
        await eventually(async () => expect(codes).to.have.length(5));
        return answer;
      };
      const one = async () =>
        codes.push(
          await recover(token).then(
            () => 'done',
            ({ code }) => code,
          ),
        );
      await Promise.all(Array.from({ length: 6 }, one));
      expect(network.asked).to.have.length(1);
      return codes;
    };
    const seen = await watchRefusals(store.scope, 'network-password.changed');
    const over = Array(5).fill('link_over');
    for (const [answer, code] of [
      [refusedFor('password-too-simple'), 'invalid_input'],
      [refusedFor('no-right'), 'directory_refused'],
      [unavailable(), 'directory_unavailable'],
    ] as const)
      expect(await atOnce(answer)).to.deep.equal([...over, code]);
    expect((await seen()).sort()).to.deep.equal(['directory-refused', 'directory-unavailable', 'password-refused']);
    expect(await atOnce(accepted)).to.deep.equal([...over, 'done']);
  });

  it('a link that is claimed is ended by a newer one, and free again when a server died with it', async () => {
    await rules({ resetNetworkPassword: true });
    const user = await directory.person();
    const token = await linkFor(user);
    expect(await inTransaction(store.scope, (inside) => claimLink(inside, 'recovery', token))).to.equal(true);
    await store.refused('link_over', () => recover(token));
    store.wait(2);
    let newer = '';
    network.answer = async () => {
      newer = await linkFor(user);
      return refusedFor('password-too-simple');
    };
    expect((await refusalOf(token)).code).to.equal('invalid_input');
    network.answer = undefined;
    await store.refused('link_over', () => recover(token));
    await recover(newer);
  });

  it('what the directory has done is settled, though the person was deactivated meanwhile', async () => {
    await rules({ resetNetworkPassword: true });
    const user = await directory.person();
    await keepVerifier(store.scope, user.userId, directory.directoryId, readPassword(networkPassword));
    const token = await linkFor(user);
    network.answer = async () => {
      await changeStatus(store.scope, user.userId, 'deactivate');
      return accepted;
    };
    const events = await store.eventsOf(async () => expect((await refusalOf(token)).code).to.equal('link_over'));
    expect(events).to.include('network-password.changed');
    expect(await store.scope.db('directory_verifiers').where('user_id', user.userId)).to.have.length(0);
    expect((await getUser(store.scope, user.userId)).status).to.equal('deactivated');
  });

  it('nobody who was deactivated is asked about', async () => {
    await rules({ resetNetworkPassword: true });
    const user = await directory.person();
    await changeStatus(store.scope, user.userId, 'deactivate');
    const token = await linkFor(user);
    await store.refused('link_over', () => recover(token));
    expect(network.asked).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { recoverPassword, requestRecovery, sendRecoveryJob } from '../../../../src/domain/administration/password-recovery/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { listBrowsers, noteBrowser, reserveAttempt } from '../../../../src/domain/records/attempts/index.ts';
import { createLink, listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import { findPassword, setPersonalPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, useStore } from '../../../support/use-cases.ts';

const old = 'the sentence of yesterday';
const fresh = 'a new long sentence';

describe('domain/administration/password-recovery', () => {
  const store = useStore();

  async function personWithPassword(): Promise<User> {
    const user = await store.person();
    const hash = await store.scope.hasher.hash(readPassword(old));
    await inTransaction(store.scope, (inside) => setPersonalPassword(inside, user, hash));
    return user;
  }
  const linkFor = (userId: UserId, scope: Scope = store.scope) =>
    createLink(scope, { kind: 'recovery', owner: { userId }, lifetimeSeconds: 3600 });
  const recover = (token: string, scope: Scope = store.scope, password = fresh, repeated = password) =>
    recoverPassword(scope, defaultRules, token, { newPassword: password, repeatPassword: repeated });
  const isPassword = async ({ userId }: User, password: string) =>
    (await store.scope.hasher.verify(readPassword(password), (await findPassword(store.scope, userId))!.hash)) !== undefined;

  /** The job that a wish queues, run on `scope`. */
  async function jobFor(login: string): Promise<(scope: Scope) => Promise<unknown>> {
    await requestRecovery(store.scope, login, 'en');
    const payload = (await store.queued('send-recovery')).at(-1)!;
    return (scope) => sendRecoveryJob.run(() => scope, payload, undefined, { isLast: false });
  }
  const send = async (login: string) => (await jobFor(login))(store.scope);
  const mailed = async (userId: UserId) => (await store.queued('deliver-mail')).filter((mail) => mail.userId === userId);
  const lastRequest = async () => (await eventsOf(store.scope)).findLast(({ type }) => type === 'password.recovery-requested')!;

  it('a wish queues one job whoever it names, once a name, and what was typed does not lie open in it', async () => {
    const { email } = await store.person();
    const count = async () => (await store.queued('send-recovery')).length;
    const before = await count();
    const types = await store.eventsOf(async () => {
      for (const login of [email!, email!.toUpperCase(), 'nobody at all', 'nobody at all']) await requestRecovery(store.scope, login, 'en');
    });
    expect(types).to.deep.equal([]);
    expect(await count()).to.equal(before + 2);
    expect(JSON.stringify(await store.queued('send-recovery')))
      .to.not.contain(email!)
      .and.not.contain('nobody at all');
    expect(await store.inCallersTransaction((scope) => requestRecovery(scope, 'somebody else', 'en'))).to.equal(0);
  });

  it('S4: the job mails a link to who may come back, three an hour, and the latest counts', async () => {
    const user = await personWithPassword();
    for (let n = 1; n <= 3; n++) {
      expect(await store.eventsOf(() => send(user.email!))).to.deep.equal(['password.recovery-requested']);
      expect(await lastRequest()).to.include({ outcome: 'success' });
      expect(await mailed(user.userId)).to.have.length(n);
    }
    expect(JSON.stringify(await mailed(user.userId)), 'the link is sealed').to.not.match(/"token"/);
    await send(user.email!);
    expect(await lastRequest()).to.include({ outcome: 'failure', reason: 'too-many' });
    expect(await mailed(user.userId)).to.have.length(3);
    expect(await listOpenLinks(store.scope, user.userId, ['recovery'])).to.have.length(1);
    store.wait(61);
    await send(user.email!);
    expect(await mailed(user.userId), 'an hour later').to.have.length(4);
  });

  it('nobody is mailed who has no account, no e-mail or no right to come back; the audit says why', async () => {
    const gone = await personWithPassword();
    await changeStatus(store.scope, gone.userId, 'deactivate');
    const before = (await store.queued('deliver-mail')).length;
    for (const [login, reason] of [
      ['nobody@acme.example', 'unknown-person'],
      ['root@other.example', 'unknown-person'],
      ['jsilva', 'no-mail'],
      [gone.email!, 'deactivated'],
    ] as const) {
      await send(login);
      expect(await lastRequest(), login).to.include({ outcome: 'failure', reason });
    }
    expect(await store.queued('deliver-mail')).to.have.length(before);
    expect(await listOpenLinks(store.scope, gone.userId, ['recovery'])).to.deep.equal([]);
  });

  it('whoever lost the invitation gets another one, and no link to recover', async () => {
    const { userId, email } = await store.person({ status: 'invited' });
    expect(await store.eventsOf(() => send(email!))).to.deep.equal(['user.invited']);
    expect((await listOpenLinks(store.scope, userId, ['invitation', 'recovery'])).map(({ kind }) => kind)).to.deep.equal(['invitation']);
  });

  it('S137: a new password unblocks, and ends sessions, known browsers, counted attempts and every other link', async () => {
    const user = await personWithPassword();
    const { userId } = user;
    await store.session(userId);
    await inTransaction(store.scope, (inside) => noteBrowser(inside, userId, 'browser', true));
    await reserveAttempt(store.scope, userId, 'stranger', { limit: 1, decayMinutes: 15 });
    await changeStatus(store.scope, userId, 'block');
    await createLink(store.scope, { kind: 'email-change', owner: { userId }, lifetimeSeconds: 3600 });
    const token = await linkFor(userId);
    const types = await store.eventsOf(() => recover(token));
    expect(types).to.have.members(['password.changed', 'user.unblocked', 'session.ended']);
    expect((await getUser(store.scope, userId)).status).to.equal('activated');
    expect(await isPassword(user, fresh)).to.equal(true);
    expect(await listSessionsOfUser(store.scope, userId)).to.deep.equal([]);
    expect(await listBrowsers(store.scope, userId, 'browser')).to.deep.equal([]);
    expect(await listOpenLinks(store.scope, userId, ['email-change', 'recovery'])).to.deep.equal([]);
    expect((await reserveAttempt(store.scope, userId, 'stranger', { limit: 1, decayMinutes: 15 })).taken).to.equal(1);
    expect((await mailed(userId)).at(-1)).to.include({ mail: 'password_changed' });
    await store.refused('link_over', () => recover(token, store.scope, 'yet another sentence'));
  });

  it('what is refused writes nothing and uses no link up', async () => {
    const user = await personWithPassword();
    const token = await linkFor(user.userId);
    const gone = await personWithPassword();
    await changeStatus(store.scope, gone.userId, 'deactivate');
    const ofGone = await linkFor(gone.userId);
    const ofInvited = await linkFor((await store.person({ status: 'invited' })).userId);
    const ofOther = await linkFor(await store.stranger(), store.other);
    const otherKind = await createLink(store.scope, { kind: 'invitation', owner: { userId: user.userId }, lifetimeSeconds: 3600 });
    const cases: Refusals = [
      ['invalid_input', () => recover(token, store.scope, fresh, 'another sentence')],
      ['invalid_input', () => recover(token, store.scope, 'short')],
      ['invalid_input', () => recover(token, store.scope, old)],
      ['invalid_input', () => recover(token, store.scope, `${user.email}`)],
      ['link_over', () => recover('no-token')],
      ['link_over', () => recover('x'.repeat(43))],
    ];
    for (const wrong of [ofGone, ofInvited, ofOther, otherKind]) cases.push(['link_over', () => recover(wrong)]);
    for (const [code, work] of cases) await store.refused(code, work);
    store.wait(59);
    await recover(token);
    const late = await linkFor(user.userId);
    store.wait(61);
    await store.refused('link_over', () => recover(late, store.scope, 'yet another sentence'));
  });

  it('of tries at once with one link one gets through', async () => {
    const user = await personWithPassword();
    const token = await linkFor(user.userId);
    const words = ['first of two sentences', 'second of two sentences'];
    const results = await Promise.allSettled(words.map((password) => recover(token, store.scope, password)));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const [n, result] of results.entries()) {
      if (result.status === 'rejected') expect(result.reason).to.include({ code: 'link_over' });
      expect(await isPassword(user, words[n]!)).to.equal(result.status === 'fulfilled');
    }
  });

  it('the link, the password and their events stand or fall together', async () => {
    const user = await personWithPassword();
    await store.session(user.userId);
    await changeStatus(store.scope, user.userId, 'block');
    const token = await linkFor(user.userId);
    await store.inOneTransaction((scope) => recover(token, scope));
    expect(await isPassword(user, old)).to.equal(true);
    await store.inOneTransaction(await jobFor(user.email!));
    await store.inOneTransaction(await jobFor((await store.person({ status: 'invited' })).email!));
  });
});

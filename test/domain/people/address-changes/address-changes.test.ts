import { expect } from 'chai';
import {
  completeEmailChange,
  completeRecoveryEmail,
  confirmEmailChange,
  removeRecoveryEmail,
  requestEmailChange,
  requestRecoveryEmail,
} from '../../../../src/domain/people/address-changes/index.ts';
import { changeStatus, getUser, setRecoveryEmail, type User } from '../../../../src/domain/people/users/index.ts';
import { createLink, type LinkKind, listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type UserId } from '../../../../src/domain/scope.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

const kinds: LinkKind[] = ['email-change', 'email-confirm', 'recovery-email', 'recovery', 'invitation'];

describe('domain/people/address-changes', () => {
  const store = useStore();
  const link = (kind: LinkKind, userId: UserId, email: string) =>
    createLink(store.scope, { kind, owner: { userId }, lifetimeSeconds: 3600, payload: { email } });
  const open = async (userId: UserId) =>
    (await listOpenLinks(store.scope, userId, kinds)).map(({ kind, payload }) => [kind, payload.email]);
  /** What was mailed to the person during `work`: the mail and the mailbox. */
  async function mails(userId: UserId, work: () => Promise<unknown>): Promise<unknown[][]> {
    const of = async () => (await store.queued('deliver-mail')).filter((mail) => mail.userId === userId);
    const before = (await of()).length;
    await work();
    return (await of()).slice(before).map(({ mail, to }) => [mail, to]);
  }
  async function withRecoveryEmail(recoveryEmail: string): Promise<User> {
    const user = await store.person();
    await inTransaction(store.scope, (inside) => setRecoveryEmail(inside, user, recoveryEmail));
    return getUser(store.scope, user.userId);
  }

  it('a new e-mail is agreed to by the old mailbox, then by the new one, and counts only then', async () => {
    const { userId, email } = await store.person();
    const asked = await mails(userId, async () => {
      const types = await store.eventsOf(() => requestEmailChange(store.scope, userId, 'new@acme.example'));
      expect(types).to.deep.equal(['user.email-change-requested']);
    });
    expect(asked, 'nobody else’s mailbox hears of it').to.deep.equal([['email_change', email]]);
    expect(await open(userId)).to.deep.equal([['email-change', 'new@acme.example']]);
    const first = await link('email-change', userId, 'new@acme.example');
    expect(await mails(userId, () => confirmEmailChange(store.scope, first))).to.deep.equal([['email_confirm', 'new@acme.example']]);
    expect(await open(userId)).to.deep.equal([['email-confirm', 'new@acme.example']]);
    expect((await getUser(store.scope, userId)).email).to.equal(email);
    const second = await link('email-confirm', userId, 'new@acme.example');
    await link('recovery', userId, '');
    const told = await mails(userId, async () => {
      const types = await store.eventsOf(() => completeEmailChange(store.scope, second));
      expect(types).to.deep.equal(['user.email-changed']);
    });
    expect(told, 'the old mailbox is told').to.deep.equal([['email_changed', email]]);
    expect(await getUser(store.scope, userId)).to.include({ email: 'new@acme.example', emailVerified: true });
    expect(await open(userId), 'nothing mailed to the old address counts').to.deep.equal([]);
    for (const work of [() => confirmEmailChange(store.scope, first), () => completeEmailChange(store.scope, second)])
      await store.refused('link_over', work);
  });

  it('a new wish ends what the one before it had reached', async () => {
    const { userId } = await store.person();
    const token = await link('email-confirm', userId, 'before@acme.example');
    await requestEmailChange(store.scope, userId, 'after@acme.example');
    await store.refused('link_over', () => completeEmailChange(store.scope, token));
  });

  it('S137: a recovery e-mail counts when its mailbox agrees, and the others hear of it', async () => {
    const user = await withRecoveryEmail('first@mail.example');
    const { userId, email } = user;
    const asked = await mails(userId, () => requestRecoveryEmail(store.scope, userId, 'next@mail.example'));
    expect(asked).to.deep.equal([
      ['recovery_email_asked', email],
      ['recovery_email_asked', 'first@mail.example'],
      ['recovery_email', 'next@mail.example'],
    ]);
    expect((await getUser(store.scope, userId)).recoveryEmail).to.equal('first@mail.example');
    await link('recovery', userId, '');
    const token = await link('recovery-email', userId, 'next@mail.example');
    const told = await mails(userId, async () => {
      const types = await store.eventsOf(() => completeRecoveryEmail(store.scope, token));
      expect(types).to.deep.equal(['user.recovery-email-changed']);
    });
    expect(told).to.deep.equal([
      ['recovery_email_changed', email],
      ['recovery_email_changed', 'first@mail.example'],
    ]);
    expect((await getUser(store.scope, userId)).recoveryEmail).to.equal('next@mail.example');
    expect(await open(userId), 'a link to recover went to the address before').to.deep.equal([]);
    await link('recovery', userId, '');
    expect(await store.eventsOf(() => removeRecoveryEmail(store.scope, userId))).to.deep.equal(['user.recovery-email-changed']);
    expect((await getUser(store.scope, userId)).recoveryEmail).to.equal(undefined);
    expect(await open(userId)).to.deep.equal([]);
    expect(await store.eventsOf(() => removeRecoveryEmail(store.scope, userId)), 'there is none any more').to.deep.equal([]);
  });

  it('what is refused writes nothing and uses no link up', async () => {
    const { scope } = store;
    const { userId, email } = await store.person();
    const { userId: named } = await store.person({ username: 'by.name' });
    const taken = await link('email-change', userId, 'ana@acme.example');
    const takenLater = await link('email-confirm', userId, 'ANA@acme.example');
    const cases: Refusals = [
      ['not_found', () => requestEmailChange(scope, named, 'new@acme.example')],
      ['login_taken', () => confirmEmailChange(scope, taken)],
      ['login_taken', () => completeEmailChange(scope, takenLater)],
      ['invalid_input', () => requestEmailChange(scope, userId, email!.toUpperCase())],
      ['invalid_input', () => requestRecoveryEmail(scope, userId, email!.toUpperCase())],
    ];
    for (const wrong of ['', 'no address', 'a@acme.example\nBcc: b@acme.example', `${'x'.repeat(300)}@acme.example`])
      cases.push(
        ['invalid_input', () => requestEmailChange(scope, userId, wrong)],
        ['invalid_input', () => requestRecoveryEmail(scope, userId, wrong)],
      );
    for (const id of [unknownId, await store.stranger(), 'no-id'])
      for (const work of [
        () => requestEmailChange(scope, id, 'new@acme.example'),
        () => requestRecoveryEmail(scope, id, 'new@acme.example'),
        () => removeRecoveryEmail(scope, id),
      ])
        cases.push(['not_found', work]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('a link of another kind, of who is not active, of another company or out of time is over', async () => {
    const steps = { 'email-change': confirmEmailChange, 'email-confirm': completeEmailChange, 'recovery-email': completeRecoveryEmail };
    for (const [kind, step] of Object.entries(steps) as [keyof typeof steps, typeof confirmEmailChange][]) {
      const { userId } = await store.person();
      const over = (token: string) => store.refused('link_over', () => step(store.scope, token));
      for (const other of kinds) if (other !== kind) await over(await link(other, userId, 'x@acme.example'));
      const owner = { userId: await store.stranger() };
      await over(await createLink(store.other, { kind, owner, lifetimeSeconds: 3600, payload: { email: 'x@acme.example' } }));
      for (const token of ['', 'x'.repeat(43)]) await over(token);
      const late = await link(kind, userId, 'x@acme.example');
      store.wait(61);
      await over(late);
      const blocked = await link(kind, userId, 'x@acme.example');
      await changeStatus(store.scope, userId, 'block');
      await over(blocked);
    }
  });

  it('so many an hour are mailed, and the one too many ends nothing', async () => {
    const { userId } = await store.person();
    const ways: Record<string, () => Promise<unknown>> = {
      'email-change': () => requestEmailChange(store.scope, userId, 'many@acme.example'),
      'recovery-email': () => requestRecoveryEmail(store.scope, userId, 'many@mail.example'),
      'email-confirm': async () => confirmEmailChange(store.scope, await link('email-change', userId, 'many@acme.example')),
    };
    for (const kind of ['email-change', 'recovery-email']) {
      for (let n = 0; n < 5; n++) await ways[kind]!();
      await store.refused('too_many_mails', ways[kind]!);
    }
    for (let n = 0; n < 5; n++) await ways['email-confirm']!();
    const token = await link('email-change', userId, 'many@acme.example');
    await store.refused('too_many_mails', () => confirmEmailChange(store.scope, token));
    store.wait(61);
    for (const kind of ['email-change', 'recovery-email']) await ways[kind]!();
  });

  it('the link, the address and its event stand or fall together', async () => {
    const { userId } = await withRecoveryEmail('one@mail.example');
    await store.inOneTransaction((scope) => requestEmailChange(scope, userId, 'whole@acme.example'));
    const confirm = await link('email-confirm', userId, 'whole@acme.example');
    await store.inOneTransaction((scope) => completeEmailChange(scope, confirm));
    const recovery = await link('recovery-email', userId, 'two@mail.example');
    await store.inOneTransaction((scope) => completeRecoveryEmail(scope, recovery));
    await store.inOneTransaction((scope) => removeRecoveryEmail(scope, userId));
    const change = await link('email-change', userId, 'whole@acme.example');
    expect(await store.inCallersTransaction((scope) => confirmEmailChange(scope, change))).to.equal(0);
    expect(await store.inCallersTransaction((scope) => requestRecoveryEmail(scope, userId, 'two@mail.example'))).to.equal(0);
  });
});

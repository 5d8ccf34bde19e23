import { expect } from 'chai';
import { activateAccount, resendInvitation } from '../../../../src/domain/administration/invitations/index.ts';
import { unsealPage } from '../../../../src/domain/company/mails/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { createLink, listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { type Password, readPassword } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, useStore } from '../../../support/use-cases.ts';

const chosen = 'a long new sentence';

describe('domain/administration/invitations: the link of an invitation', () => {
  const store = useStore();
  const activate = (token: string, password = chosen, repeatPassword = password, scope: Scope = store.scope) =>
    activateAccount(scope, defaultRules, token, { newPassword: password, repeatPassword }, 'pt-BR');
  /** The token of the latest mail to this person. */
  async function mailedTo({ userId }: User): Promise<string> {
    const mail = (await store.queued('deliver-mail')).findLast((one) => one.userId === userId && one.mail === 'invitation')!;
    const page = unsealPage(store.scope.keyRing, store.scope.contextId, mail.sealedLeadsTo as string);
    return 'token' in page ? page.token : expect.fail('no token');
  }
  async function invited(): Promise<{ user: User; token: string }> {
    const user = await store.person({ status: 'invited' });
    await resendInvitation(store.scope, user.userId, 'es');
    return { user, token: await mailedTo(user) };
  }
  const isPassword = async ({ userId }: User, password: string) => {
    const stored = await findPassword(store.scope, userId);
    return stored !== undefined && (await store.scope.hasher.verify(readPassword(password), stored.hash)) !== undefined;
  };

  it('S61, S63: it activates the person with the password they choose, in their own name, once', async () => {
    const { user, token } = await invited();
    await createLink(store.scope, { kind: 'recovery', owner: { userId: user.userId }, lifetimeSeconds: 3600 });
    const types = await store.eventsOf(async () => {
      expect(await activate(token)).to.include({ userId: user.userId, status: 'activated' });
    });
    expect(types).to.deep.equal(['user.activated', 'password.changed']);
    const event = (await eventsOf(store.scope, { type: 'user.activated' })).at(-1)!;
    expect(event).to.include({ subjectId: user.userId });
    expect(event.actor).to.include({ kind: 'person', id: user.userId });
    expect(await isPassword(user, chosen)).to.equal(true);
    expect(await findPassword(store.scope, user.userId)).to.include({ mustChange: false });
    expect((await getUser(store.scope, user.userId)).seenLocale, 'that of the page').to.equal('pt-BR');
    expect(await listOpenLinks(store.scope, user.userId, ['recovery', 'invitation'])).to.deep.equal([]);
    await store.refused('link_over', () => activate(token, 'yet another sentence'));
  });

  it('what is refused writes nothing and uses no link up', async () => {
    const { user, token } = await invited();
    const sent = await invited();
    await resendInvitation(store.scope, sent.user.userId, 'en');
    const deactivated = await invited();
    await changeStatus(store.scope, deactivated.user.userId, 'deactivate');
    const active = await store.person();
    const link = (kind: 'invitation' | 'recovery', userId: User['userId'], scope = store.scope) =>
      createLink(scope, { kind, owner: { userId }, lifetimeSeconds: 3600 });
    const cases: Refusals = [
      ['invalid_input', () => activate(token, chosen, `${chosen}!`)],
      ['invalid_input', () => activate(token, 'eleven char')],
      ['invalid_input', () => activate(token, user.email)],
      ['invalid_input', () => activate(token, 'Password2026!')],
      ['link_over', () => activate('')],
      ['link_over', () => activate('x'.repeat(43))],
      ['link_over', () => activate(sent.token)],
      ['link_over', () => activate(deactivated.token)],
    ];
    for (const wrong of [
      await link('invitation', active.userId),
      await link('recovery', user.userId),
      await link('invitation', await store.stranger(), store.other),
    ])
      cases.push(['link_over', () => activate(wrong)]);
    cases.push(['link_over', () => activate(token, chosen, chosen, store.other)]);
    for (const [code, work] of cases) await store.refused(code, work);
    expect(await activate(token, 'twelve chars')).to.include({ status: 'activated' });
    expect(await activate(await mailedTo(sent.user))).to.include({ status: 'activated' });
  });

  it('it lasts seven days', async () => {
    const [early, late] = [await invited(), await invited()];
    store.wait(7 * 24 * 60 - 1);
    await activate(early.token);
    store.wait(2);
    await store.refused('link_over', () => activate(late.token));
  });

  it('ten an hour are mailed to one person, and the one too many ends nothing', async () => {
    const { user } = await invited();
    for (let n = 1; n < 10; n++) await resendInvitation(store.scope, user.userId, 'en');
    await store.refused('too_many_mails', () => resendInvitation(store.scope, user.userId, 'en'));
    const token = await mailedTo(user);
    await activate(token);
  });

  it('of tries at once with one link one gets through, and its password is the one', async () => {
    const { user, token } = await invited();
    const words = ['first of two sentences', 'second of two sentences'];
    const results = await Promise.allSettled(words.map((password) => activate(token, password)));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const [n, result] of results.entries()) {
      if (result.status === 'rejected') expect(result.reason).to.include({ code: 'link_over' });
      expect(await isPassword(user, words[n]!)).to.equal(result.status === 'fulfilled');
    }
  });

  it('who is deactivated while the password is hashed stays so', async () => {
    const { user, token } = await invited();
    const hash = async (given: Password) => {
      await changeStatus(store.scope, user.userId, 'deactivate');
      return store.scope.hasher.hash(given);
    };
    const slow: Scope = { ...store.scope, hasher: { ...store.scope.hasher, hash } };
    const error = await activate(token, chosen, chosen, slow).catch((thrown) => thrown);
    expect(error).to.include({ code: 'link_over' });
    expect((await getUser(store.scope, user.userId)).status).to.equal('deactivated');
    expect(await findPassword(store.scope, user.userId)).to.equal(undefined);
  });

  it('the status, the password, the link and their events stand or fall together', async () => {
    const { token } = await invited();
    await store.inOneTransaction((scope) => activate(token, chosen, chosen, scope));
    await activate(token);
  });
});

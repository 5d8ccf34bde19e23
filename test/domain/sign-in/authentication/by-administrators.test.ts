import { expect } from 'chai';
import { changeSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { directoryRules } from '../../../../src/domain/people/directories/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { listBrowsers, noteBrowser, reserveAttempt } from '../../../../src/domain/records/attempts/index.ts';
import { createLink, listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { giveTemporaryPassword, provePassword, resetSecondFactors } from '../../../../src/domain/sign-in/authentication/index.ts';
import { findPassword, showTemporaryPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { countRecoveryCodes } from '../../../../src/domain/sign-in/credentials/recovery-code/index.ts';
import { listSecondFactors } from '../../../../src/domain/sign-in/credentials/second-factors/index.ts';
import { listSessionsOfUser, type Session } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import type { AppError } from '../../../../src/platform/errors/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { directoryOf, fakeNetwork, networkPassword } from '../../../support/network.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';
import { addApp, password, personWithPassword, sessionOf } from './people.ts';

const { limit } = defaultPolicy.lockout;

describe('domain/sign-in/authentication: what administrators do for others', () => {
  const store = useStore();
  const sessions = async ({ userId }: User) => (await listSessionsOfUser(store.scope, userId)).length;

  describe('a temporary password', () => {
    const named = () => personWithPassword(store, { username: `name-${Math.random().toString(36).slice(2)}` });
    const isPassword = async ({ userId }: User, given: string) =>
      (await store.scope.hasher.verify(readPassword(given), (await findPassword(store.scope, userId))!.hash)) !== undefined;

    it('S114, S117, S118: takes the place of the one before at once, ends what that opened, and is shown', async () => {
      const user = await named();
      await store.session(user.userId);
      const rules = { limit: 1, decayMinutes: 15 };
      await reserveAttempt(store.scope, user.userId, 'stranger', rules);
      const types = await store.eventsOf(() => giveTemporaryPassword(store.scope, user));
      expect(types).to.deep.equal(['user.temporary-password-set', 'session.ended']);
      expect(await findPassword(store.scope, user.userId)).to.include({ mustChange: true });
      const shown = (await showTemporaryPassword(store.scope, user))!;
      expect([await isPassword(user, password), await isPassword(user, shown)]).to.deep.equal([false, true]);
      expect(await sessions(user)).to.equal(0);
      expect((await reserveAttempt(store.scope, user.userId, 'stranger', rules)).taken, 'attempts begin again').to.equal(1);
      expect(JSON.stringify(await eventsOf(store.scope))).not.to.contain(shown);
      await giveTemporaryPassword(store.scope, user);
      expect(await showTemporaryPassword(store.scope, user)).not.to.equal(shown);
    });

    it('is for who is active and has no e-mail, as things are now', async () => {
      const [withEmail, blocked, gone] = [await store.person(), await named(), await named()];
      await changeStatus(store.scope, blocked.userId, 'block');
      await changeStatus(store.scope, gone.userId, 'deactivate');
      for (const user of [withEmail, blocked, gone]) await store.refused('status_conflict', () => giveTemporaryPassword(store.scope, user));
      const foreign = await getUser(store.other, await store.stranger());
      await store.refused('not_found', () => giveTemporaryPassword(store.scope, foreign));
    });

    it('is of no use to who signs in by the network alone, and refused with words', async () => {
      const [user, other] = [await named(), await named()];
      await (await directoryOf(store)).link(user.userId);
      await changeSettings(store.scope, directoryRules, { signIn: true, personalPassword: false }, 0);
      await store.refused('network_password_only', () => giveTemporaryPassword(store.scope, user));
      await giveTemporaryPassword(store.scope, other);
      await changeSettings(store.scope, directoryRules, { signIn: true }, 1);
      await giveTemporaryPassword(store.scope, user);
    });

    it('stands or falls with its events', async () => {
      const user = await named();
      await store.session(user.userId);
      await store.inOneTransaction((scope) => giveTemporaryPassword(scope, user));
    });
  });

  describe('a reset of second factors', () => {
    let administrator: User;
    let acting: Session;
    let own: Scope;
    beforeEach(async () => {
      administrator = await personWithPassword(store, { role: 'administrator' });
      acting = await sessionOf(store, administrator.userId);
      own = actingFor(store.scope, administrator);
    });
    type Asked = Partial<Parameters<typeof resetSecondFactors>[3]>;
    const reset = (userId: string, more: Asked = {}, scope = own) =>
      resetSecondFactors(scope, defaultRules, acting, {
        userId,
        justification: 'Her phone was stolen',
        password,
        browser: 'desk',
        ...more,
      });
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: AppError) => error.code,
      );
    const factors = async ({ userId }: User) => (await listSecondFactors(store.scope, userId)).length;
    async function withFactors(): Promise<User> {
      const user = await personWithPassword(store);
      const session = await sessionOf(store, user.userId);
      for (const name of ['One', 'Two']) await addApp(store, session, name);
      return user;
    }

    it('S107–S111: takes every factor and code, and whatever a thief began, and says why in the audit', async () => {
      const [user, other] = [await withFactors(), await withFactors()];
      const { userId } = user;
      await inTransaction(store.scope, (inside) => noteBrowser(inside, userId, 'stolen', true));
      await createLink(store.scope, { kind: 'recovery', owner: { userId }, lifetimeSeconds: 3600 });
      const types = await store.eventsOf(() => reset(userId, { justification: '  Ihr Telefon\n wurde\u202e gestohlen, सीता  ' }));
      expect(types).to.deep.equal(['session.ended', 'user.second-factors-reset']);
      const event = (await eventsOf(store.scope, { type: 'user.second-factors-reset' })).at(-1)!;
      expect(event.details).to.deep.equal({ justification: 'Ihr Telefon  wurde  gestohlen, सीता', removed: 2 });
      expect([event.actor.id, event.subjectId]).to.deep.equal([administrator.userId, userId]);
      expect([await factors(user), await countRecoveryCodes(store.scope, userId), await sessions(user)]).to.deep.equal([0, 0, 0]);
      expect(await listBrowsers(store.scope, userId, '')).to.deep.equal([]);
      expect(await listOpenLinks(store.scope, userId, ['recovery'])).to.deep.equal([]);
      expect((await getUser(store.scope, userId)).proofsAfter).to.be.instanceOf(Date);
      const mails = (await store.queued('deliver-mail')).filter((mail) => mail.userId === userId).map(({ mail }) => mail);
      expect(mails.at(-1)).to.equal('second_factor_reset');
      expect([await factors(other), await sessions(other)], 'others keep theirs').to.deep.equal([2, 1]);
      expect(await codeOf(reset(userId)), 'there is none any more').to.equal('status_conflict');
    });

    it('says why in at most 1000 characters, and one’s own are not taken here', async () => {
      const user = await withFactors();
      for (const justification of ['', ' \n ', 'x'.repeat(1001)])
        expect(await store.refused('invalid_input', () => reset(user.userId, { justification }))).to.have.property('justification');
      await store.refused('own_account', () => reset(administrator.userId));
      for (const id of [unknownId, 'no-id', await store.stranger()]) expect(await codeOf(reset(id)), id).to.equal('not_found');
      expect(await factors(user)).to.equal(2);
      expect(await codeOf(reset(user.userId, { justification: 'x'.repeat(1000) }))).to.equal('done');
    });

    it('S109: takes the password of the administrator’s network, too, and tries it after the personal one', async () => {
      const [user, other, network] = [await withFactors(), await withFactors(), fakeNetwork()];
      await (await directoryOf(store)).link(administrator.userId);
      const by = ({ userId }: User, given: string) => {
        const input = { userId, justification: 'Her phone was stolen', password: given, browser: 'desk' };
        return codeOf(resetSecondFactors(own, defaultRules, acting, input, network));
      };
      expect(await by(user, password)).to.equal('done');
      expect(network.asked).to.deep.equal([]);
      expect(await by(other, 'a wrong guess')).to.equal('invalid_input');
      expect(await by(other, networkPassword)).to.equal('done');
    });

    it('wants the administrator’s password: wrong ones count with those at the sign-in, and the last one blocks', async () => {
      const user = await withFactors();
      const attempt = { login: administrator.email!, password: 'a wrong guess', browser: 'desk' };
      await provePassword(store.scope, defaultRules, attempt);
      for (let n = 2; n <= limit; n++) {
        const types = await store.eventsOf(async () =>
          expect(await codeOf(reset(user.userId, { password: 'a wrong guess' }))).to.equal('invalid_input'),
        );
        expect(types).to.deep.equal(n < limit ? ['sign-in.failed'] : ['sign-in.failed', 'user.blocked']);
      }
      expect((await getUser(store.scope, administrator.userId)).status).to.equal('blocked');
      expect(await codeOf(reset(user.userId)), 'the right one comes too late').to.equal('invalid_input');
      expect(await factors(user)).to.equal(2);
    });

    it('right passwords use no attempt up', async () => {
      for (let n = 0; n < 2 * limit; n++) expect(await codeOf(reset((await withFactors()).userId))).to.equal('done');
    });

    it('all of it stands or falls together', async () => {
      const user = await withFactors();
      await reset((await withFactors()).userId);
      const { userId } = user;
      await inTransaction(store.scope, (inside) => noteBrowser(inside, userId, 'stolen', true));
      await store.inCallersTransaction((scope) => reset(userId, {}, { ...own, db: scope.db }));
      expect([await factors(user), await sessions(user)]).to.deep.equal([2, 1]);
    });
  });
});

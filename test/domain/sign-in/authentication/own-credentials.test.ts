import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { listBrowsers, noteBrowser } from '../../../../src/domain/records/attempts/index.ts';
import { createLink, listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import {
  addOwnFactor,
  changeOwnPassword,
  forgetOwnBrowser,
  removeOwnFactor,
  renewRecoveryCodes,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { countRecoveryCodes, recoveryCode } from '../../../../src/domain/sign-in/credentials/recovery-code/index.ts';
import { listSecondFactors } from '../../../../src/domain/sign-in/credentials/second-factors/index.ts';
import { endSession, listSessionsOfUser, type Session } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultRules, rulesSchema } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId, readPassword } from '../../../../src/platform/crypto/index.ts';
import { answerOf } from '../../../support/factors.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';
import { addApp, enrolmentOf, password, personWithPassword, required, rulesWith, sessionOf } from './people.ts';

const fresh = 'a long new sentence';

describe('domain/sign-in/authentication: what people change of their own', () => {
  const store = useStore();
  const change = (session: Session, newPassword = fresh, repeatPassword = newPassword, scope: Scope = store.scope) =>
    changeOwnPassword(scope, defaultRules, session, 'own', { currentPassword: password, newPassword, repeatPassword });
  const isPassword = async (userId: UserId, given: string) =>
    (await store.scope.hasher.verify(readPassword(given), (await findPassword(store.scope, userId))!.hash)) !== undefined;
  const mailed = async (userId: UserId) =>
    (await store.queued('deliver-mail')).filter((mail) => mail.userId === userId).map(({ mail }) => mail);
  const sessions = async (userId: UserId) => (await listSessionsOfUser(store.scope, userId)).map(({ sessionId }) => sessionId);
  const note = (userId: UserId, browser: string) => inTransaction(store.scope, (inside) => noteBrowser(inside, userId, browser, true));
  async function signedIn(): Promise<{ user: User; session: Session }> {
    const user = await personWithPassword(store);
    return { user, session: await sessionOf(store, user.userId) };
  }
  /** Who proves none before, so that nothing counts as an attempt. */
  async function withoutPassword() {
    const { userId } = await store.person();
    return { session: await sessionOf(store, userId) };
  }
  async function withApp(name?: string) {
    const { user, session } = await signedIn();
    return { user, session, ...(await addApp(store, session, name)) };
  }
  /** Whether it still stands in for the factor; that uses it up. */
  const isWorth = async (userId: UserId, code: string) =>
    (await recoveryCode.prove(store.scope, {} as never, userId, answerOf({ code }))).outcome === 'proven';

  it('a password is changed by who knows the present one; guesses count, and block as at the sign-in', async () => {
    const { user, session } = await signedIn();
    const guess = (currentPassword: string) =>
      changeOwnPassword(store.scope, defaultRules, session, 'own', { currentPassword, newPassword: fresh, repeatPassword: fresh });
    for (const wrong of ['', 'a guess', fresh, password.toUpperCase(), 'one more'])
      expect(await guess(wrong).catch(({ fields }) => fields), wrong).to.deep.equal({ currentPassword: 'fields.own_password' });
    expect((await getUser(store.scope, user.userId)).status).to.equal('blocked');
    expect(await isPassword(user.userId, password)).to.equal(true);
  });

  it('a new password ends the other sessions, browsers and links, keeps the ones at hand, and is mailed about', async () => {
    const { user, session } = await signedIn();
    const { userId } = user;
    await store.session(userId);
    for (const browser of ['own', 'another']) await note(userId, browser);
    await createLink(store.scope, { kind: 'recovery', owner: { userId }, lifetimeSeconds: 3600 });
    expect(await store.eventsOf(() => change(session))).to.deep.equal(['password.changed', 'session.ended']);
    expect([await isPassword(userId, fresh), await isPassword(userId, password)]).to.deep.equal([true, false]);
    expect(await sessions(userId)).to.deep.equal([session.sessionId]);
    expect((await listBrowsers(store.scope, userId, 'own')).map(({ isHere }) => isHere)).to.deep.equal([true]);
    expect(await listOpenLinks(store.scope, userId, ['recovery'])).to.deep.equal([]);
    expect(await mailed(userId)).to.deep.equal(['own_password_changed']);
  });

  it('a password that is the same, was one, is short, or was typed in two ways is refused', async () => {
    const { user, session } = await signedIn();
    await change(session);
    const cases: [newPassword: string, repeat: string, field: string][] = [
      [fresh, fresh, 'newPassword'],
      [password, password, 'newPassword'],
      ['eleven char', 'eleven char', 'newPassword'],
      ['another sentence', 'another sentense', 'repeatPassword'],
    ];
    const events = await store.eventsOf(async () => {
      for (const [newPassword, repeatPassword, field] of cases) {
        const input = { currentPassword: fresh, newPassword, repeatPassword };
        const fields = await changeOwnPassword(store.scope, defaultRules, session, 'own', input).catch((error) => error.fields);
        expect(fields, newPassword).to.have.property(field);
      }
    });
    expect([events, await isPassword(user.userId, fresh)]).to.deep.equal([[], true]);
  });

  it('a factor is added to the account and to the session, with ten codes beside the first', async () => {
    const { user, session } = await signedIn();
    const { userId } = user;
    const types = await store.eventsOf(async () => {
      expect((await addApp(store, session, 'फ़ोन')).codes).to.have.length(10);
    });
    expect(types).to.deep.equal(['second-factor.enrolled']);
    expect((await listSecondFactors(store.scope, userId)).map(({ kind, name }) => [kind, name])).to.deep.equal([['totp', 'फ़ोन']]);
    const row = await store.scope.db('sessions').where('session_id', session.sessionId).first('amr');
    expect(row!.amr, 'the next page asks for no other proof').to.have.members(['pwd', 'otp', 'mfa']);
    expect(await mailed(userId)).to.deep.equal(['second_factor_added']);
    expect((await addApp(store, session, 'Second')).codes, 'the codes are those of the first').to.deep.equal([]);
    const { enrolment } = enrolmentOf(store, userId);
    await addOwnFactor(store.scope, session, enrolment);
    const types2 = await store.eventsOf(async () => {
      expect(await addOwnFactor(store.scope, session, enrolment), 'sent twice').to.deep.include({ isNew: false, codes: [] });
    });
    expect(types2).to.deep.equal([]);
    const wrong = { ...enrolment, answer: answerOf({ offer: enrolment.answer.get('offer'), code: '000000' }) };
    expect(await store.unchanged(() => addOwnFactor(store.scope, session, wrong))).to.equal(undefined);
    const other = await signedIn();
    expect(await store.unchanged(() => addOwnFactor(store.scope, other.session, enrolment)), 'the offer is one person’s').to.equal(
      undefined,
    );
  });

  it('with the last factor go the codes; proofs that were given with it are over, and the person is mailed', async () => {
    const { user, session, codes } = await withApp('One');
    const { userId } = user;
    await addApp(store, session, 'Two');
    const [one, two] = await listSecondFactors(store.scope, userId);
    expect(await store.eventsOf(() => removeOwnFactor(store.scope, defaultRules, session, one!.factorId))).to.deep.equal([
      'second-factor.removed',
    ]);
    expect((await getUser(store.scope, userId)).proofsAfter).to.be.instanceOf(Date);
    expect(await isWorth(userId, codes[0]!)).to.equal(true);
    await removeOwnFactor(store.scope, defaultRules, session, two!.factorId);
    expect([await listSecondFactors(store.scope, userId), await countRecoveryCodes(store.scope, userId)]).to.deep.equal([[], 0]);
    expect((await mailed(userId)).slice(-2)).to.deep.equal(['second_factor_removed', 'second_factor_removed']);
  });

  it('the last factor that is taken stays where one is required: of everybody, or by one application', async () => {
    const { user, session } = await withApp();
    const [{ factorId } = { factorId: '' }] = await listSecondFactors(store.scope, user.userId);
    const { applicationId } = (await findApplicationByCode(store.scope, 'payroll'))!;
    const strict = { overrideId: newId(), for: { kind: 'application', applicationId }, secondFactor: { demand: 'required' } };
    const ofApplication = rulesSchema.parse({ base: {}, overrides: [strict] });
    for (const rules of [required, ofApplication])
      await store.refused('second_factor_required', () => removeOwnFactor(store.scope, rules, session, factorId));
    await addApp(store, session, 'Second');
    await removeOwnFactor(store.scope, required, session, factorId);
    const passkeysOnly = rulesWith({ secondFactor: { ...required.base.secondFactor, factors: ['passkey'] } });
    const [left] = await listSecondFactors(store.scope, user.userId);
    await store.refused('second_factor_required', () => removeOwnFactor(store.scope, passkeysOnly, session, left!.factorId));
  });

  it('ten new codes stand in, and the old ones no more; whoever has no factor gets none', async () => {
    const { user, session, codes: old } = await withApp();
    let codes: string[] = [];
    const types = await store.eventsOf(async () => {
      codes = await renewRecoveryCodes(store.scope, session);
    });
    expect(types).to.deep.equal(['second-factor.codes-renewed']);
    expect(new Set([...codes, ...old]).size).to.equal(20);
    expect([await isWorth(user.userId, old[0]!), await isWorth(user.userId, codes[0]!)]).to.deep.equal([false, true]);
    const without = await signedIn();
    await store.refused('not_found', () => renewRecoveryCodes(store.scope, without.session));
  });

  it('a browser is forgotten at the person’s wish, and nobody else’s', async () => {
    const [{ user }, other] = [await signedIn(), await signedIn()];
    for (const { userId } of [user, other.user]) await note(userId, 'shared');
    const [own] = await listBrowsers(store.scope, user.userId, '');
    await note(other.user.userId, 'of the other');
    const [foreign] = await listBrowsers(store.scope, other.user.userId, '');
    for (const id of [foreign!.id, '', 'no-id', unknownId]) await store.unchanged(() => forgetOwnBrowser(store.scope, user.userId, id));
    expect(await store.eventsOf(() => forgetOwnBrowser(store.scope, user.userId, own!.id))).to.deep.equal(['browser.forgotten']);
    expect(await listBrowsers(store.scope, user.userId, '')).to.deep.equal([]);
    expect(await listBrowsers(store.scope, other.user.userId, ''), 'the same browser of another person').to.have.length(2);
  });

  it('who was signed out or blocked meanwhile changes nothing, and nobody removes another’s factor', async () => {
    const cases: Refusals = [];
    for (const end of [
      ({ session }: { session: Session }) => endSession(store.scope, session.sessionId, 'signed-out'),
      ({ session }: { session: Session }) => changeStatus(store.scope, session.userId, 'block'),
    ]) {
      const { user, session } = await withApp();
      const [factor] = await listSecondFactors(store.scope, user.userId);
      const { enrolment } = enrolmentOf(store, user.userId);
      await end({ session });
      const bare = await withoutPassword();
      await end(bare);
      cases.push(
        ['signed_out', () => change(bare.session)],
        ['signed_out', () => addOwnFactor(store.scope, session, enrolment)],
        ['signed_out', () => removeOwnFactor(store.scope, defaultRules, session, factor!.factorId)],
        ['signed_out', () => renewRecoveryCodes(store.scope, session)],
      );
    }
    const [{ session }, other] = [await withApp(), await withApp()];
    const [foreign] = await listSecondFactors(store.scope, other.user.userId);
    for (const id of [foreign!.factorId, unknownId, 'no-id'])
      cases.push(['not_found', () => removeOwnFactor(store.scope, defaultRules, session, id)]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('the write and its events stand or fall together', async () => {
    const { user, session } = await withApp();
    await store.session(user.userId);
    await note(user.userId, 'own');
    const [factor] = await listSecondFactors(store.scope, user.userId);
    const [browser] = await listBrowsers(store.scope, user.userId, 'own');
    const { enrolment } = enrolmentOf(store, user.userId);
    const bare = await withoutPassword();
    await store.inOneTransaction((scope) => change(bare.session, fresh, fresh, scope));
    await store.inOneTransaction((scope) => addOwnFactor(scope, session, enrolment));
    await store.inOneTransaction((scope) => removeOwnFactor(scope, defaultRules, session, factor!.factorId));
    await store.inOneTransaction((scope) => renewRecoveryCodes(scope, session));
    await store.inOneTransaction((scope) => forgetOwnBrowser(scope, user.userId, browser!.id));
  });
});

import { expect } from 'chai';
import {
  clearAttempts,
  forgetBrowser,
  forgetBrowserById,
  forgetBrowsers,
  forgiveAttempt,
  listBrowsers,
  noteBrowser,
  refundAttempt,
  reserveAttempt,
  settleAttempt,
  sweepAttempts,
  sweepBrowsers,
} from '../../../../src/domain/records/attempts/index.ts';
import { inTransaction, type Scope, type Transaction, type UserId } from '../../../../src/domain/scope.ts';
import { useStore } from '../../../support/use-cases.ts';

const rules = { limit: 3, decayMinutes: 15 };

describe('domain/records/attempts', () => {
  const store = useStore();
  const take = (userId: UserId, browser = 'stranger', scope: Scope = store.scope) => reserveAttempt(scope, userId, browser, rules);
  const taken = async (userId: UserId, browser?: string, scope?: Scope) => (await take(userId, browser, scope)).taken;
  const write = <T>(work: (scope: Transaction) => Promise<T>) => inTransaction(store.scope, work);
  const hashes = async (userId: UserId) => (await listBrowsers(store.scope, userId, 'none')).length;

  it('S37: guesses at once get no more evaluations than the limit, whichever browsers they come from', async () => {
    const { userId } = await store.person();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => taken(userId, `browser ${n % 4}`)));
    expect(answers.filter((one) => one !== undefined)).to.have.members([1, 2, 3]);
    await store.unchanged(() => take(userId));
  });

  it('the count decays from the last attempt that was taken', async () => {
    const { userId } = await store.person();
    for (let n = 1; n <= 3; n++) expect(await taken(userId)).to.equal(n);
    store.wait(14);
    expect(await taken(userId)).to.equal(undefined);
    store.wait(2);
    expect(await taken(userId), 'it begins again').to.equal(1);
  });

  it('a stranger uses up nothing of the person’s own browser, nor the browser of a stranger’s', async () => {
    const { userId } = await store.person();
    expect((await write((scope) => noteBrowser(scope, userId, 'own', true))).isNew).to.equal(true);
    for (let n = 0; n < 4; n++) await take(userId);
    for (let n = 1; n <= 3; n++) expect(await take(userId, 'own')).to.include({ taken: n, isKnownBrowser: true });
    expect(await taken(userId, 'own')).to.equal(undefined);
    await write((scope) => forgetBrowser(scope, userId, 'own'));
    expect(await take(userId, 'own'), 'from now on a stranger’s').to.include({ taken: undefined, isKnownBrowser: false });
  });

  it('of another person, and of a person of another company, nothing is counted', async () => {
    const [{ userId }, other] = [await store.person(), await store.person()];
    const stranger = await store.stranger();
    for (let n = 0; n < 4; n++) await take(userId);
    expect(await taken(other.userId)).to.equal(1);
    expect(await taken(stranger, 'x', store.other)).to.equal(1);
    await write((scope) => noteBrowser(scope, userId, 'shared', true));
    expect(await take(other.userId, 'shared')).to.include({ taken: 2, isKnownBrowser: false });
    await write((scope) => clearAttempts(scope, other.userId));
    expect(await taken(userId), 'nor given back').to.equal(1);
  });

  it('what was not evaluated is given back, never more than was taken', async () => {
    const { userId } = await store.person();
    await write((scope) => noteBrowser(scope, userId, 'own', true));
    for (const browser of ['stranger', 'own']) {
      const reserved = await take(userId, browser);
      for (let n = 0; n < 3; n++) await refundAttempt(store.scope, reserved);
      expect(await taken(userId, browser)).to.equal(1);
    }
  });

  it('attempts in flight are no settled ones: those that are given back never were, and of those at once one settles as the last', async () => {
    for (const browser of ['stranger', 'own']) {
      const { userId } = await store.person();
      await write((scope) => noteBrowser(scope, userId, 'own', true));
      const [busy, late, wrong] = [await take(userId, browser), await take(userId, browser), await take(userId, browser)];
      expect(wrong.taken).to.equal(3);
      expect(await settleAttempt(store.scope, wrong)).to.equal(1);
      expect(await store.unchanged(() => settleAttempt(store.scope, { ...wrong, taken: undefined })), 'none was taken').to.equal(0);
      await refundAttempt(store.scope, busy);
      const again = await take(userId, browser);
      expect((await Promise.all([late, again].map((one) => settleAttempt(store.scope, one)))).sort()).to.deep.equal([2, 3]);
      await forgiveAttempt(store.scope, wrong);
      expect(await take(userId, browser), 'one is forgiven').to.include({ taken: 3 });
      for (let n = 0; n < 4; n++) await forgiveAttempt(store.scope, wrong);
      expect(await take(userId, browser), 'never one in flight').to.include({ taken: 2 });
    }
  });

  it('an attempt that nobody settled, as a process that ended, is forgotten with the count', async () => {
    const { userId } = await store.person();
    for (let n = 0; n < 2; n++) await take(userId);
    store.wait(16);
    expect(await settleAttempt(store.scope, await take(userId))).to.equal(1);
  });

  it('an unblock clears every count; a whole sign-in only that of its browser, or everybody’s where the browser is new', async () => {
    const { userId } = await store.person();
    await write((scope) => noteBrowser(scope, userId, 'own', true));
    const useUp = async () => {
      for (let n = 0; n < 4; n++) for (const browser of ['own', 'stranger']) await take(userId, browser);
    };
    await useUp();
    await write((scope) => noteBrowser(scope, userId, 'own', false));
    expect(await taken(userId, 'own'), 'half a sign-in clears nothing').to.equal(undefined);
    await write((scope) => noteBrowser(scope, userId, 'new', false));
    expect(await taken(userId, 'new'), 'and gives a new browser no count of its own').to.equal(undefined);
    await write((scope) => noteBrowser(scope, userId, 'own', true));
    expect([await taken(userId, 'own'), await taken(userId)]).to.deep.equal([1, undefined]);
    await write((scope) => noteBrowser(scope, userId, 'new', true));
    expect(await taken(userId)).to.equal(1);
    await useUp();
    await write((scope) => clearAttempts(scope, userId));
    expect([await taken(userId, 'own'), await taken(userId)]).to.deep.equal([1, 1]);
  });

  it('browsers are forgotten one by one or all but one, and only the person’s own', async () => {
    const [{ userId }, other] = [await store.person(), await store.person()];
    for (const browser of ['one', 'two', 'three']) await write((scope) => noteBrowser(scope, userId, browser, true));
    await write((scope) => noteBrowser(scope, other.userId, 'one', true));
    const here = await listBrowsers(store.scope, userId, 'two');
    expect(here.map(({ isHere }) => isHere)).to.deep.equal([false, true, false]);
    const [ofOther] = await listBrowsers(store.scope, other.userId, '');
    await write((scope) => forgetBrowsers(scope, other.userId));
    for (const id of [ofOther!.id.replace(/./g, '0'), 'no-id', ''])
      expect(await store.unchanged(() => write((scope) => forgetBrowserById(scope, userId, id)))).to.equal(false);
    expect(await write((scope) => forgetBrowserById(scope, userId, here[0]!.id))).to.equal(true);
    await write((scope) => forgetBrowsers(scope, userId, 'two'));
    expect((await listBrowsers(store.scope, userId, 'two')).map(({ isHere }) => isHere)).to.deep.equal([true]);
  });

  it('a remembered browser stands in for the second factor until its time is over', async () => {
    const { userId } = await store.person();
    const until = new Date(store.scope.clock.now().getTime() + 3_600_000);
    await write((scope) => noteBrowser(scope, userId, 'own', true, until));
    await write((scope) => noteBrowser(scope, userId, 'own', true));
    expect((await listBrowsers(store.scope, userId, 'own'))[0]!.rememberedUntil).to.deep.equal(until);
    store.wait(61);
    expect((await listBrowsers(store.scope, userId, 'own'))[0]!.rememberedUntil).to.equal(undefined);
  });

  it('old counts, old browsers and all above fifty of a person are swept, the rest stays', async () => {
    const { userId } = await store.person();
    await take(userId);
    for (let n = 0; n < 52; n++) await write((scope) => noteBrowser(scope, userId, `browser ${n}`, false));
    expect(await sweepBrowsers(store.scope.db)).to.equal(2);
    expect(await store.unchanged(() => sweepBrowsers(store.scope.db))).to.equal(0);
    expect(await store.unchanged(() => sweepAttempts(store.scope.db))).to.equal(0);
    await store.scope
      .db('known_browsers')
      .where('user_id', userId)
      .update({ last_at: new Date(Date.now() - 181 * 86_400_000) });
    await store.scope
      .db('sign_in_attempts')
      .where('user_id', userId)
      .update({ last_at: new Date(Date.now() - 25 * 3_600_000) });
    expect(await sweepBrowsers(store.scope.db)).to.equal(50);
    expect(await sweepAttempts(store.scope.db)).to.equal(1);
    expect(await hashes(userId)).to.equal(0);
  });
});

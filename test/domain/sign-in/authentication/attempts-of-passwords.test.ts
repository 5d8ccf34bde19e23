import { expect } from 'chai';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { provePassword, resetSecondFactors } from '../../../../src/domain/sign-in/authentication/index.ts';
import { setPersonalPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import type { Session } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { BusyError, readPassword } from '../../../../src/platform/crypto/index.ts';
import type { AppError } from '../../../../src/platform/errors/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const { limit } = defaultRules.base.lockout;

describe('domain/sign-in/authentication: attempts at a password', () => {
  const store = useStore();

  async function person() {
    const user = await store.person();
    const hash = await store.scope.hasher.hash(readPassword('the right one'));
    await inTransaction(store.scope, (inside) => setPersonalPassword(inside, user, hash));
    return user;
  }
  /** Whose hasher fails. */
  const failing = (error: Error): Scope => ({
    ...store.scope,
    hasher: {
      ...store.scope.hasher,
      verify: async () => {
        throw error;
      },
    },
  });
  const attempt = (scope: Scope, login: string, password = 'a wrong one') =>
    provePassword(scope, defaultRules, { login, password, browser: 'browser' });
  const codeOf = (work: Promise<void>) =>
    work.then(
      () => 'done',
      (error: AppError) => error.code,
    );
  const statusOf = async (userId: string) => (await store.scope.db('users').where('user_id', userId).first('status'))!.status;

  it('a busy server counts none, whatever their number', async () => {
    const { email, userId } = await person();
    for (let n = 0; n < limit + 1; n++) expect(await attempt(failing(new BusyError()), email!)).to.deep.equal({ outcome: 'unavailable' });
    expect((await attempt(store.scope, email!, 'the right one')).outcome).to.equal('proven');
    expect(await statusOf(userId)).to.equal('activated');
  });

  it('one that ends in a fault of ours counts, and keeps nobody from being blocked', async () => {
    const { email, userId } = await person();
    const fault = new Error('no such engine');
    expect(await attempt(failing(fault), email!).catch((error: unknown) => error)).to.equal(fault);
    for (let n = 1; n < limit; n++) expect((await attempt(store.scope, email!)).outcome).to.equal('refused');
    expect(await statusOf(userId)).to.equal('blocked');
  });

  it('of the name that nobody has, the last attempt takes as long as of one that is blocked by it', async () => {
    const { email } = await person();
    for (const login of [email!, 'nobody@acme.example']) {
      for (let n = 1; n < limit; n++) await attempt(store.scope, login);
      const before = performance.now();
      await attempt(store.scope, login);
      expect(performance.now() - before, login).to.be.at.least(249);
    }
  });

  it('an administrator’s own password, asked once more, is counted on the same count, and a busy server counts none', async () => {
    const [administrator, { userId }] = [await person(), await person()];
    const session = { userId: administrator.userId } as Session;
    const reset = (scope: Scope, password: string) =>
      resetSecondFactors(scope, defaultRules, session, { userId, justification: 'lost', password, browser: 'browser' });
    for (let n = 0; n < limit + 1; n++) expect(await codeOf(reset(failing(new BusyError()), 'the right one'))).to.equal('busy');
    // the password is right: what is missing is a factor to take away
    expect(await codeOf(reset(store.scope, 'the right one'))).to.equal('status_conflict');
    for (let n = 0; n < limit; n++) expect(await codeOf(reset(store.scope, 'a wrong one'))).to.equal('invalid_input');
    expect(await statusOf(administrator.userId)).to.equal('blocked');
  });
});

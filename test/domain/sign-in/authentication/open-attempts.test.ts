import { expect } from 'chai';
import type { User } from '../../../../src/domain/people/users/index.ts';
import { noteBrowser } from '../../../../src/domain/records/attempts/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import {
  completeSignIn,
  findPendingRequest,
  openPendingRequest,
  provePassword,
  settleOpen,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { defaultPolicy, defaultRules, type PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { useStore } from '../../../support/use-cases.ts';
import { addApp, password, personWithPassword, rulesWith, sessionOf } from './people.ts';

describe('domain/sign-in/authentication: an attempt that was right and is left open', () => {
  const store = useStore();

  /** How many are counted, and how many of them are in flight: of the browser where it has a count of its own, else everybody's. */
  async function countOf({ userId }: User, browser: string) {
    const own = await store.scope.db('known_browsers').where({ user_id: userId, is_proven: true }).first('failed', 'pending');
    const all = await store.scope.db('sign_in_attempts').where('user_id', userId).first('failed', 'pending');
    const { failed = 0, pending = 0 } = (browser === 'own' ? own : all) ?? {};
    return { failed, pending };
  }
  async function prove(user: User, browser: string) {
    const outcome = await provePassword(store.scope, defaultRules, { login: user.email!, password, browser, leftOpen: true });
    return outcome.outcome === 'proven' ? { ...outcome, attempt: outcome.attempt! } : expect.fail(outcome.outcome);
  }
  type Ways = { isReplaced?: boolean; scope?: Scope; rules?: PolicyRules };
  /** Proves the password and ends the sign-in. `isReplaced`: the same request is done meanwhile. */
  async function signIn(user: User, browser: string, { isReplaced = false, scope = store.scope, rules = defaultRules }: Ways = {}) {
    const destination = { protocol: 'portaria', path: '/launchpad' } as const;
    const requestId = await openPendingRequest(store.scope, browser, { destination, demands: {} });
    const request = (await findPendingRequest(store.scope, browser, requestId))!;
    const { proven, attempt } = await prove(user, browser);
    if (isReplaced) await store.scope.db('pending_requests').where('request_id', requestId).delete();
    const arrival = { demands: {}, browser, proven, usableFactors: [], termsEdition: 0, attempt };
    return completeSignIn(scope, rules, request, arrival, 'en');
  }

  for (const browser of ['stranger', 'own']) {
    async function person() {
      const user = await personWithPassword(store);
      if (browser === 'own') await inTransaction(store.scope, (inside) => noteBrowser(inside, user.userId, 'own', true));
      return user;
    }

    it(`${browser}: it is in flight until somebody settles it`, async () => {
      const user = await person();
      const { attempt } = await prove(user, browser);
      expect(await countOf(user, browser)).to.deep.equal({ failed: 1, pending: 1 });
      expect(await settleOpen(store.scope, attempt)).to.equal(1);
      expect(await countOf(user, browser)).to.deep.equal({ failed: 1, pending: 0 });
    });

    it(`${browser}: the whole sign-in takes it off the count`, async () => {
      const user = await person();
      expect((await signIn(user, browser))!.token).to.have.length(43);
      expect(await countOf(user, browser)).to.deep.equal({ failed: 0, pending: 0 });
    });

    it(`${browser}: a sign-in without the factor that the person holds takes off this one, and none that was a guess`, async () => {
      const user = await person();
      await addApp(store, await sessionOf(store, user.userId));
      await provePassword(store.scope, defaultRules, { login: user.email!, password: 'a wrong one', browser });
      const rules = rulesWith({ secondFactor: { ...defaultPolicy.secondFactor, demand: 'off' } });
      expect((await signIn(user, browser, { rules }))!.token).to.have.length(43);
      expect(await countOf(user, browser)).to.deep.equal({ failed: 1, pending: 0 });
    });

    it(`${browser}: where the sign-in comes to nothing it is settled all the same`, async () => {
      const user = await person();
      expect(await signIn(user, browser, { isReplaced: true })).to.equal(undefined);
      expect(await countOf(user, browser)).to.deep.equal({ failed: 1, pending: 0 });
    });

    it(`${browser}: and where it fails`, async () => {
      const user = await person();
      const fault = new Error('no transaction');
      const db = new Proxy(store.scope.db, {
        get: (target, name) => (name === 'transaction' ? () => Promise.reject(fault) : Reflect.get(target, name)),
      });
      const outcome = await signIn(user, browser, { scope: { ...store.scope, db } }).catch((error: unknown) => error);
      expect(outcome).to.equal(fault);
      expect(await countOf(user, browser)).to.deep.equal({ failed: 1, pending: 0 });
    });
  }
});

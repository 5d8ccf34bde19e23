import { expect } from 'chai';
import fc from 'fast-check';
import { allowNewBrowsers, changeAccount, findWaitOfNewBrowsers } from '../../../../src/domain/administration/account-changes/index.ts';
import { canChangeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { reserveAsk, reserveAttempt, settleAsk, settleAttempt } from '../../../../src/domain/records/attempts/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import {
  completeSignIn,
  findPendingRequest,
  openPendingRequest,
  provePassword,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { defaultPolicy, defaultRules, type PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { useStore } from '../../../support/use-cases.ts';
import { password, personWithPassword } from '../../sign-in/authentication/people.ts';

const { lockout } = defaultPolicy;
const blocksEnd: PolicyRules = { base: { ...defaultPolicy, lockout: { ...lockout, unblockAfterMinutes: 20 } }, overrides: [] };

describe('domain/administration/account-changes: new browsers', () => {
  const store = useStore();
  const waits = async ({ userId }: User) => findWaitOfNewBrowsers(store.scope, lockout, await getUser(store.scope, userId));
  const prove = (user: User, given: string, browser: string, rules: PolicyRules, scope = store.scope) =>
    provePassword(scope, rules, { login: user.email!, password: given, browser });

  async function signIn(user: User, browser: string, rules: PolicyRules): Promise<boolean> {
    const outcome = await prove(user, password, browser, rules);
    if (outcome.outcome !== 'proven') return false;
    const destination = { protocol: 'portaria', path: '/launchpad' } as const;
    const address = await openPendingRequest(store.scope, browser, { destination, demands: {} });
    const request = (await findPendingRequest(store.scope, browser, address))!;
    const arrival = { demands: {}, browser, proven: outcome.proven, usableFactors: [], termsEdition: 0 };
    return (await completeSignIn(store.scope, rules, request, arrival, 'en')) !== undefined;
  }

  /** Whether the right password would be accepted in a browser that nobody has used; nothing of it stays. */
  async function isAccepted(user: User, rules: PolicyRules): Promise<boolean> {
    const undone = new Error('undone');
    let isProven = false;
    await inTransaction(store.scope, async (inside: Scope) => {
      isProven = (await prove(user, password, 'a fresh one', rules, inside)).outcome === 'proven';
      throw undone;
    }).catch((error) => expect(error).to.equal(undone));
    return isProven;
  }

  async function change(user: User, action: 'unblock' | 'deactivate' | 'reactivate'): Promise<void> {
    if (canChangeStatus(await getUser(store.scope, user.userId), action)) await changeAccount(store.scope, action, user.userId, 'en');
  }

  const actions: Record<string, (user: User, rules: PolicyRules) => Promise<unknown>> = {
    'a stranger is wrong': (user, rules) => prove(user, 'a wrong guess at it', 'stranger', rules),
    'strangers are wrong, all of them': async (user, rules) => {
      for (let n = 0; n < lockout.limit; n++) await prove(user, 'a wrong guess at it', `stranger ${n}`, rules);
    },
    'the owner is wrong in a browser of their own': (user, rules) => prove(user, 'a wrong guess at it', 'own', rules),
    'the owner signs in there': (user, rules) => signIn(user, 'own', rules),
    'the owner signs in elsewhere': (user, rules) => signIn(user, 'new phone', rules),
    'an administrator unblocks': (user) => change(user, 'unblock'),
    'an administrator deactivates': (user) => change(user, 'deactivate'),
    'an administrator activates': (user) => change(user, 'reactivate'),
    'an administrator does not want to wait': async (user) => (await waits(user)) && allowNewBrowsers(store.scope, user.userId),
    'six minutes pass': async () => store.wait(6),
    'the wait is over': async (user) => {
      const until = await waits(user);
      if (until) store.wait((until.getTime() - store.scope.clock.now().getTime()) / 60_000 + 0.01);
    },
  };

  it('whenever a person is Activated the right password is accepted in a new browser, or the page says until when it waits', async function () {
    this.timeout(120_000);
    const seen = { accepted: 0, waiting: 0, other: 0 };
    const names = Object.keys(actions);
    const likely = ['strangers are wrong, all of them', 'the owner signs in there'];
    const story = fc.array(fc.oneof(fc.constantFrom(...names), fc.constantFrom(...likely)), { minLength: 3, maxLength: 9 });
    const examples: [string[], PolicyRules][] = [
      [['the owner signs in there', 'strangers are wrong, all of them', 'the owner signs in there'], defaultRules],
      [
        ['strangers are wrong, all of them', 'an administrator deactivates', 'an administrator activates', 'the wait is over'],
        defaultRules,
      ],
    ];
    const holds = fc.asyncProperty(story, fc.constantFrom(defaultRules, blocksEnd), async (steps, rules) => {
      const user = await personWithPassword(store);
      for (const step of steps) {
        await actions[step]!(user, rules);
        const { status } = await getUser(store.scope, user.userId);
        const until = await waits(user);
        if (status !== 'activated') {
          expect(until).to.equal(undefined);
          seen.other++;
          continue;
        }
        expect(await isAccepted(user, rules), `${steps.join(', ')}: after "${step}"`).to.equal(until === undefined);
        seen[until ? 'waiting' : 'accepted']++;
      }
    });
    await fc.assert(holds, { numRuns: 9, examples, seed: 17 });
    expect(seen.accepted).to.be.greaterThan(5);
    expect(seen.waiting).to.be.greaterThan(2);
    expect(seen.other).to.be.greaterThan(5);
  });

  it('also where only the directory is not asked any more', async () => {
    const user = await personWithPassword(store);
    for (let n = 0; n < 3; n++) {
      expect(await reserveAsk(store.scope, user.userId)).to.equal('taken');
      await settleAsk(store.scope, user.userId);
    }
    expect(await waits(user)).to.be.instanceOf(Date);
    store.wait(31);
    expect(await waits(user)).to.equal(undefined);
  });

  it('an administrator ends the wait, with its event; of nobody who could not sign in', async () => {
    const user = await personWithPassword(store);
    const useUp = async () => {
      for (let n = 0; n < lockout.limit; n++)
        await settleAttempt(store.scope, await reserveAttempt(store.scope, user.userId, 'stranger', lockout));
    };
    await useUp();
    expect(await waits(user)).to.be.instanceOf(Date);
    expect(await store.eventsOf(() => allowNewBrowsers(store.scope, user.userId))).to.deep.equal(['user.attempts-forgotten']);
    expect(await waits(user)).to.equal(undefined);
    await useUp();
    await store.inOneTransaction((scope) => allowNewBrowsers(scope, user.userId));
    await changeAccount(store.scope, 'deactivate', user.userId, 'en');
    await store.refused('status_conflict', () => allowNewBrowsers(store.scope, user.userId));
    const stranger = await store.stranger();
    await store.refused('not_found', () => allowNewBrowsers(store.scope, stranger));
  });
});

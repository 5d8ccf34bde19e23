import { expect } from 'chai';
import { changeStatus, type User } from '../../../../src/domain/people/users/index.ts';
import { noteBrowser, reserveAsk } from '../../../../src/domain/records/attempts/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import {
  changeOwnNetworkPassword,
  completeSignIn,
  findNextStep,
  findPendingRequest,
  type OpenAttempt,
  openPendingRequest,
  type PendingRequest,
  type Proven,
  provePassword,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { makeTemporaryPassword, setTemporaryPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { countSignInsAway, createSessionFinder } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { BusyError } from '../../../../src/platform/crypto/index.ts';
import { eventsOf, watchRefusals } from '../../../support/audit.ts';
import {
  type Answer,
  directoryOf,
  type FakeNetwork,
  fakeNetwork,
  networkPassword,
  refusedFor,
  unavailable,
} from '../../../support/network.ts';
import { pause } from '../../../support/patience.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';
import { password, personWithPassword, rulesWith, sessionOf } from './people.ts';

const { limit } = defaultPolicy.lockout;

describe('domain/sign-in/authentication: the password of the network', () => {
  const store = useStore();
  let directory: Awaited<ReturnType<typeof directoryOf>>;
  let network: FakeNetwork;
  before(async () => {
    directory = await directoryOf(store);
  });
  beforeEach(() => {
    network = fakeNetwork();
  });

  const try_ = (user: User, given = networkPassword, browser = 'stranger') =>
    provePassword(store.scope, defaultRules, { login: user.email!, password: given, browser }, network);
  async function proof(user: User, given = networkPassword, browser = 'stranger'): Promise<Proven> {
    const outcome = await try_(user, given, browser);
    return outcome.outcome === 'proven' ? outcome.proven : expect.fail(outcome.outcome);
  }
  const knownBrowser = async (user: User) => {
    await inTransaction(store.scope, (inside) => noteBrowser(inside, user.userId, 'known', true));
    return user;
  };
  const both = async (more = {}) => {
    const user = await personWithPassword(store, more);
    await directory.link(user.userId);
    return user;
  };
  const statusOf = async ({ userId }: User) => (await store.scope.db('users').where('user_id', userId).first('status'))!.status;
  const countOf = async ({ userId }: User, browser = 'stranger') => {
    const table = browser === 'known' ? 'known_browsers' : 'sign_in_attempts';
    return (await store.scope.db(table).where('user_id', userId).first('failed', 'pending')) ?? { failed: 0, pending: 0 };
  };
  const succeeded = async ({ userId }: User) =>
    (await eventsOf(store.scope)).filter(({ type, subjectId }) => type === 'sign-in.succeeded' && subjectId === userId).at(-1)!.details;
  const stepAfter = (proven: Proven, rules = defaultRules) =>
    findNextStep(store.scope, rules, { demands: {}, browser: 'stranger', proven, usableFactors: ['totp'], termsEdition: 0 });
  const open = async (browser = 'stranger'): Promise<PendingRequest> => {
    const requestId = await openPendingRequest(store.scope, browser, {
      destination: { protocol: 'portaria', path: '/launchpad' },
      demands: {},
    });
    return (await findPendingRequest(store.scope, browser, requestId))!;
  };
  const complete = async (proven: Proven, browser = 'stranger', attempt?: OpenAttempt) => {
    const arrival = { demands: {}, browser, proven, usableFactors: [], termsEdition: 0, attempt };
    return completeSignIn(store.scope, defaultRules, await open(browser), arrival, 'en');
  };

  it('S24: is a proof of one factor, and says in the audit what it was', async () => {
    const user = await directory.person();
    const proven = await proof(user);
    expect(proven).to.deep.include({ userId: user.userId, amr: ['pwd'], directoryId: directory.directoryId });
    expect(network.asked).to.deep.equal([{ kind: 'verify-password', passwords: { password: networkPassword }, isOnce: true }]);
    expect(await stepAfter(proven)).to.deep.equal({ step: 'done', by: 'proof' });
    expect((await complete(proven))!.token).to.have.length(43);
    const details = await succeeded(user);
    expect(details).to.deep.include({ amr: ['pwd'], networkPassword: true });
    expect(details).not.to.have.property('directoryAway');
  });

  it('is asked for only where the company signs in by it, and of nobody who has no entry', async () => {
    network.rules.signIn = false;
    expect((await try_(await directory.person())).outcome).to.equal('refused');
    network.rules.signIn = true;
    expect((await try_(await personWithPassword(store))).outcome).to.equal('refused');
    const refused = await provePassword(
      store.scope,
      defaultRules,
      { login: 'nobody@acme.example', password: 'x', browser: 'stranger' },
      network,
    );
    expect(refused.outcome).to.equal('refused');
    expect(network.asked).to.deep.equal([]);
  });

  it('an empty one never reaches the directory', async () => {
    expect((await try_(await directory.person(), '')).outcome).to.equal('refused');
    expect(network.asked).to.deep.equal([]);
  });

  it('of who has two, the personal one is tried first and never sent as a guess; either is a proof', async () => {
    const user = await both();
    expect(await proof(user, password)).not.to.have.property('directoryId');
    expect(network.asked).to.deep.equal([]);
    expect(await proof(user)).to.have.property('directoryId');
  });

  it('where personal ones are off they are not evaluated, except an administrator’s', async () => {
    network.rules.personalPassword = false;
    const user = await both();
    expect((await try_(user, password)).outcome).to.equal('refused');
    expect(network.asked).to.have.length(1);
    expect(await proof(user)).to.have.property('directoryId');
    expect(await proof(await both({ role: 'administrator' }), password)).not.to.have.property('directoryId');
    // who has no other password keeps the personal one
    expect(await proof(await personWithPassword(store), password)).not.to.have.property('directoryId');
  });

  it('the rules for personal passwords do not concern it', async () => {
    const user = await both();
    const temporary = await makeTemporaryPassword(store.scope);
    await inTransaction(store.scope, (inside) => setTemporaryPassword(inside, user, temporary));
    const rules = rulesWith({ password: { ...defaultPolicy.password, expiryDays: 1, minLength: 100 } });
    expect(await stepAfter(await proof(user), rules)).to.deep.equal({ step: 'done', by: 'proof' });
  });

  const voids: [what: string, change: (user: User) => Promise<unknown>][] = [
    ['the person was deactivated', ({ userId }) => changeStatus(store.scope, userId, 'deactivate')],
    ['the person was blocked', ({ userId }) => changeStatus(store.scope, userId, 'block')],
    [
      'a personal password was set',
      (user) => inTransaction(store.scope, (inside) => setTemporaryPassword(inside, user, { password: 'x', hash: 'x' })),
    ],
    ['the entry was unlinked', ({ userId }) => store.scope.db('directory_entries').where('user_id', userId).update({ user_id: null })],
    ['the entry was rejected', ({ userId }) => store.scope.db('directory_entries').where('user_id', userId).update({ state: 'rejected' })],
  ];
  for (const [what, change] of voids)
    it(`no session where ${what} since the proof`, async () => {
      const user = await directory.person();
      const proven = await proof(user);
      await change(user);
      expect(await complete(proven)).to.equal(undefined);
    });

  describe('what a directory refuses for reasons of its own', () => {
    type Kind = [answer: Answer, told: string | undefined, reason: string];
    const told = ['account-disabled', 'account-expired', 'outside-hours', 'wrong-workstation'];
    const silent = ['account-locked', 'not-found'];
    const broken = ['unavailable', 'needs-tls', 'no-right', 'unsupported', 'failed'];
    const kinds: Kind[] = [
      ...told.map((reason): Kind => [refusedFor(reason), reason, `directory-${reason}`]),
      ...silent.map((reason): Kind => [refusedFor(reason), undefined, `directory-${reason}`]),
      ...broken.map((reason): Kind => [refusedFor(reason), undefined, 'directory-unavailable']),
      [unavailable('no-agent'), undefined, 'directory-unavailable'],
      [unavailable('directory-away'), undefined, 'directory-unavailable'],
      [unavailable('late'), undefined, 'directory-unavailable'],
    ];
    for (const [answer, tells, reason] of kinds)
      it(`${JSON.stringify(answer)}: counts nothing, in any browser, with a personal password and without`, async () => {
        network.answer = answer;
        const seen = await watchRefusals(store.scope, 'sign-in.failed');
        const cases = ['stranger', 'known'].flatMap((browser) => [false, true].map((hasPersonal) => ({ browser, hasPersonal })));
        await Promise.all(
          cases.map(async ({ browser, hasPersonal }) => {
            const user = await knownBrowser(hasPersonal ? await both() : await directory.person());
            expect(await try_(user, networkPassword, browser)).to.deep.equal({ outcome: 'refused', ...(tells && { told: tells }) });
            const { failed, pending } = await countOf(user, browser);
            expect(failed - pending, 'counted').to.equal(0);
            // where a personal password was tried, too, that has an end
            expect(failed, 'taken').to.equal(hasPersonal && !tells ? 1 : 0);
          }),
        );
        expect(await seen()).to.deep.equal(Array(4).fill(reason));
      });

    it('blocks nobody, however often', async () => {
      network.answer = unavailable('late');
      const people = [await directory.person(), await both(), await knownBrowser(await both())];
      for (let n = 0; n < limit; n++)
        await Promise.all(people.map((user, i) => try_(user, networkPassword, i === 2 ? 'known' : 'stranger')));
      for (const user of people) expect(await statusOf(user)).to.equal('activated');
    });

    it('a disabled account of OpenLDAP is said whatever the password is, and so not told', async () => {
      network.answer = refusedFor('account-disabled');
      const user = await (await directoryOf(store, 'openldap')).person();
      expect(await try_(user)).to.deep.equal({ outcome: 'refused' });
    });

    for (const [reason, why] of [
      ['password-expired', 'expired'],
      ['must-change', 'must-change'],
    ] as const)
      it(`${reason}: another one comes before anything is set up`, async () => {
        network.answer = refusedFor(reason);
        const proven = await proof(await directory.person());
        expect(await stepAfter(proven)).to.deep.equal({ step: 'network-password', by: 'proof', why });
        const required = rulesWith({ secondFactor: { ...defaultPolicy.secondFactor, demand: 'required' } });
        expect(await stepAfter(proven, required)).to.deep.include({ step: 'network-password' });
        expect(await complete(proven)).to.equal(undefined);
      });
  });

  describe('guesses', () => {
    const wrong = 'a wrong guess at it';

    it('of strangers stop before the directory locks the account there, and those of a known browser go on', async () => {
      const user = await knownBrowser(await directory.person());
      for (let n = 0; n < 5; n++) expect(await try_(user, wrong)).to.deep.equal({ outcome: 'refused' });
      expect(network.asked).to.have.length(3);
      expect(await try_(user), 'the right one is not asked about either').to.deep.equal({ outcome: 'refused' });
      expect(network.asked).to.have.length(3);
      expect(await statusOf(user)).to.equal('activated');
      expect((await try_(user, networkPassword, 'known')).outcome).to.equal('proven');
      store.wait(31);
      expect((await try_(user)).outcome).to.equal('proven');
    });

    it('of strangers are each told to one agent, and those of a known browser to another one where the first falls silent', async () => {
      const user = await knownBrowser(await directory.person());
      await try_(user, wrong);
      await try_(user, wrong, 'known');
      expect(network.asked.map(({ isOnce }) => isOnce)).to.deep.equal([true, false]);
    });

    it('at the same moment are no more than that', async () => {
      const user = await directory.person();
      await Promise.all(Array.from({ length: 8 }, () => try_(user, wrong)));
      expect(network.asked).to.have.length(3);
    });

    it('at the same moment that are right are all let in: those in flight are waited for, and are no guesses', async () => {
      const user = await directory.person();
      for (const many of [4, 10]) {
        network.asked.length = 0;
        let [atOnce, most] = [0, 0];
        network.before = async () => {
          most = Math.max(most, ++atOnce);
          await pause(30);
          atOnce--;
        };
        // as the page does, every other one with the attempt left open until the end
        const signIn = async (n: number) => {
          const browser = `browser ${n} of ${many}`;
          const attempt = { login: user.email!, password: networkPassword, browser, leftOpen: n % 2 === 0 };
          const outcome = await provePassword(store.scope, defaultRules, attempt, network);
          if (outcome.outcome !== 'proven') return expect.fail(outcome.outcome);
          return complete(outcome.proven, browser, outcome.attempt);
        };
        await Promise.all(Array.from({ length: many }, (_, n) => signIn(n)));
        expect(network.asked).to.have.length(many);
        expect(most, 'never more at once than a stranger may try').to.be.at.most(3);
      }
      network.before = undefined;
      for (let n = 0; n < 4; n++) await try_(user, wrong);
      expect(network.asked, 'afterwards a stranger has as many as ever').to.have.length(13);
    });

    it('at the same moment as a right one count none the less', async () => {
      const user = await directory.person();
      await try_(user, wrong);
      network.before = () => pause(30);
      await Promise.all([try_(user, wrong), try_(user)]);
      network.before = undefined;
      for (let n = 0; n < 4; n++) await try_(user, wrong);
      expect(network.asked.length).to.be.within(5, 6);
    });

    it('what a process that died was asking is in the way for moments', async () => {
      const user = await directory.person();
      for (let n = 0; n < 3; n++) expect(await reserveAsk(store.scope, user.userId)).to.equal('taken');
      store.wait(1);
      expect((await try_(user)).outcome, 'what it asked may have been counted there').to.equal('refused');
      store.wait(30);
      expect((await try_(user)).outcome).to.equal('proven');
    });

    it('that a slow directory may have counted count there, and here they do not', async () => {
      const user = await directory.person();
      network.answer = unavailable('late');
      for (let n = 0; n < 4; n++) await try_(user, wrong);
      expect(network.asked).to.have.length(3);
      expect(await countOf(user)).to.deep.include({ failed: 0 });
    });

    it('of a known browser end in a block, as those at a personal password do', async () => {
      const user = await knownBrowser(await directory.person());
      for (let n = 0; n < limit; n++) await try_(user, wrong, 'known');
      expect(await statusOf(user)).to.equal('blocked');
      expect(await try_(user)).to.deep.equal({ outcome: 'refused' });
      expect(network.asked, 'who is blocked is not asked about').to.have.length(limit);
    });

    it('a right one gives them back', async () => {
      const user = await directory.person();
      for (let round = 0; round < 2; round++) {
        for (let n = 0; n < 2; n++) await try_(user, wrong);
        await complete(await proof(user));
      }
      expect(network.asked).to.have.length(6);
    });

    it('take as long whoever is meant', async () => {
      const [user, personal] = [await directory.person(), await personWithPassword(store)];
      const times: number[] = [];
      for (const login of [user.email!, personal.email!, 'nobody@acme.example']) {
        const before = performance.now();
        await provePassword(store.scope, defaultRules, { login, password: wrong, browser: 'stranger' }, network);
        times.push(performance.now() - before);
      }
      for (const time of times) expect(time).to.be.within(390, 800);
    });
  });

  describe('while the directory is away', () => {
    const away = async (user: User, given = networkPassword) => {
      network.answer = unavailable();
      const outcome = await try_(user, given);
      network.answer = undefined;
      return outcome;
    };

    /** Signs in; the verifier is made behind. */
    const remembered = async (user: User, given = networkPassword): Promise<Proven> => {
      const since = store.scope.clock.now();
      const proven = await proof(user, given);
      await eventually(async () => {
        const row = await store.scope.db('directory_verifiers').where('user_id', user.userId).first('proven_at');
        expect(row!.proven_at.getTime()).to.be.at.least(since.getTime());
      });
      return proven;
    };

    it('who signs in, or changes the password, does not wait for the verifier, nor for a server that is too busy to make one', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      const { hasher } = store.scope;
      let asked = 0;
      const endings: (() => void)[] = [];
      const never = () => {
        asked++;
        return new Promise<string>((_resolve, reject) => endings.push(() => reject(new BusyError())));
      };
      const busy = async () => {
        throw new BusyError();
      };
      const scope = { ...store.scope, hasher: { ...hasher, hash: busy, verify: busy, hashBehind: never } };
      const attempt = { login: user.email!, password: networkPassword, browser: 'stranger' };
      expect((await provePassword(scope, defaultRules, attempt, network)).outcome).to.equal('proven');
      const change = { currentPassword: networkPassword, newPassword: 'a new one there', repeatPassword: 'a new one there' };
      const at = { network, lockout: defaultPolicy.lockout, browser: 'stranger' };
      await changeOwnNetworkPassword(scope, at, await sessionOf(store, user.userId), change);
      await eventually(async () => expect(asked).to.equal(2));
      for (const end of endings) end();
    });

    it('who signed in lately goes on where the company allows it, and the audit says so', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      expect(await away(user), 'who never signed in').to.deep.equal({ outcome: 'refused' });
      await complete(await remembered(user));
      const outcome = await away(user);
      const proven = outcome.outcome === 'proven' ? outcome.proven : expect.fail(outcome.outcome);
      expect(proven).to.deep.include({ amr: ['pwd'], isDirectoryAway: true, directoryId: directory.directoryId });
      expect(await complete(proven)).to.have.property('token');
      expect(await succeeded(user)).to.deep.include({ directoryAway: true, amr: ['pwd'] });
      const since = new Date(store.scope.clock.now().getTime() - 60_000);
      expect(await countSignInsAway(store.scope, since), 'as Home says it').to.equal(1);
      store.wait(14 * 24 * 60 + 1);
      expect(await away(user), 'after 14 days').to.deep.equal({ outcome: 'refused' });
    });

    it('the verifier follows a new password', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      await remembered(user);
      network.password = 'another password there';
      await remembered(user, network.password);
      expect((await away(user, network.password)).outcome).to.equal('proven');
      expect((await away(user)).outcome).to.equal('refused');
    });

    const definite = ['wrong-password', 'password-expired', 'must-change', 'account-disabled', 'account-expired', 'account-locked'];
    for (const reason of [...definite, 'outside-hours', 'wrong-workstation', 'not-found'])
      it(`a password that the directory refused since (${reason}) is no longer accepted`, async () => {
        network.rules.whileAway = true;
        const user = await directory.person();
        await proof(user);
        network.answer = refusedFor(reason);
        await try_(user);
        expect(await away(user)).to.deep.equal({ outcome: 'refused' });
      });

    it('a wrong guess takes nothing from who knows the right one', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      await proof(user);
      await try_(user, 'a wrong guess at it');
      expect((await away(user)).outcome).to.equal('proven');
    });

    for (const answer of [...['unavailable', 'needs-tls', 'no-right', 'failed'].map(refusedFor), unavailable('late')])
      it(`${JSON.stringify(answer)} at once does not mean that it is`, async () => {
        network.rules.whileAway = true;
        const user = await directory.person();
        await proof(user);
        network.answer = answer;
        expect(await try_(user)).to.deep.equal({ outcome: 'refused' });
      });

    it('guesses at it have an end, and block nobody', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      await remembered(user);
      for (let n = 0; n < limit; n++) await away(user, 'a wrong guess at it');
      expect(await away(user), 'the right one').to.deep.equal({ outcome: 'refused' });
      expect(await statusOf(user)).to.equal('activated');
    });

    const never: [what: string, change: (user: User) => Promise<unknown> | unknown][] = [
      [
        'the company does not allow it any more',
        () => {
          network.rules.whileAway = false;
        },
      ],
      [
        'the person became an administrator',
        ({ userId }) => store.scope.db('users').where('user_id', userId).update({ role: 'administrator' }),
      ],
      [
        'the person was deactivated in between',
        async ({ userId }) => {
          store.wait(1);
          await changeStatus(store.scope, userId, 'deactivate');
          await changeStatus(store.scope, userId, 'reactivate');
        },
      ],
      [
        'the person is of another directory now',
        async ({ userId }) => {
          await store.scope.db('directory_entries').where('user_id', userId).delete();
          await (await directoryOf(store)).link(userId);
        },
      ],
    ];
    for (const [what, change] of never)
      it(`nobody goes on where ${what}`, async () => {
        network.rules.whileAway = true;
        const user = await directory.person();
        await remembered(user);
        await change(user);
        expect(await away(user)).to.deep.equal({ outcome: 'refused' });
      });

    it('a session that it began opens no console, though its person became an administrator since', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      const [whole, away_] = [await remembered(user), await away(user)];
      const byAway = away_.outcome === 'proven' ? away_.proven : expect.fail(away_.outcome);
      const find = createSessionFinder(store.database, store.scope.clock, async () => defaultRules);
      const roleOf = async (proven: Proven) => {
        const { token } = (await complete(proven))!;
        await store.scope.db('users').where('user_id', user.userId).update({ role: 'administrator' });
        const { role } = (await find(store.scope.contextId, token))!.person;
        await store.scope.db('users').where('user_id', user.userId).update({ role: 'regular' });
        return role;
      };
      expect(await roleOf(byAway)).to.equal('regular');
      expect(await roleOf(whole)).to.equal('administrator');
    });

    it('a proof by it is worth nothing to who became an administrator since', async () => {
      network.rules.whileAway = true;
      const user = await directory.person();
      await remembered(user);
      const outcome = await away(user);
      const proven = outcome.outcome === 'proven' ? outcome.proven : expect.fail(outcome.outcome);
      await store.scope.db('users').where('user_id', user.userId).update({ role: 'administrator' });
      expect(await complete(proven)).to.equal(undefined);
    });
  });
});

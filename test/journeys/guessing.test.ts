import { hash, verify } from '@node-rs/argon2';
import { expect } from 'chai';
import { findUserByLogin, type User } from '../../src/domain/people/users/index.ts';
import { completeSignIn, findPendingRequest, openPendingRequest, provePassword } from '../../src/domain/sign-in/authentication/index.ts';
import { defaultRules } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import type { PasswordHasher } from '../../src/platform/crypto/index.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

// The real use cases on the real store; only the hash is made cheap, so that tens of thousands of guesses fit into half a minute; more are tried by hand.
const cheap = { memoryCost: 8, timeCost: 1, parallelism: 1 };
const guesses = Number(process.env.TEST_GUESSES ?? 30_000);
const accounts = 500;
const addresses = 5000;

describe('a guessing attack', function () {
  this.timeout(600_000);
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it(`S37: ${guesses} guesses from ${addresses} addresses on ${accounts} accounts, while their owners sign in from known devices`, async () => {
    const scope = await server.scope();
    const stored = await hash('the right password', cheap);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: Array.from({ length: accounts }, (_, n) => ({ username: `owner${n}`, firstName: 'Owner', lastName: String(n) })),
        },
      ],
    });
    const owners: User[] = [];
    for (let n = 0; n < accounts; n++) owners.push((await findUserByLogin(scope, `owner${n}`))!);
    await scope.db('passwords').insert(
      owners.map(({ userId }) => ({
        context_id: scope.contextId,
        user_id: userId,
        hash: stored,
        must_change: false,
        changed_at: new Date(),
      })),
    );

    let evaluated = new Map<string, number>();
    let trying = '';
    const hasher: PasswordHasher = {
      hash: ({ text }) => hash(text, cheap),
      hashBehind: ({ text }) => hash(text, cheap),
      async verify(password, reference) {
        if (reference && password.text !== 'the right password') evaluated.set(trying, (evaluated.get(trying) ?? 0) + 1);
        return (await verify(reference ?? stored, password.text)) && reference !== undefined ? password : undefined;
      },
      needsRehash: () => false,
      waiting: 0,
    };
    const rules = { ...defaultRules, base: { ...defaultRules.base, lockout: { ...defaultRules.base.lockout, mail: false } } };
    /** Each guess counts the evaluations under its own account: the hasher itself knows no names. */
    const hasherFor = (login: string): PasswordHasher => ({
      ...hasher,
      verify: (password, reference) => {
        trying = login;
        return hasher.verify(password, reference);
      },
    });
    async function signIn(n: number): Promise<boolean> {
      const browser = `browser of owner ${n}`.padEnd(43, '.');
      const at = { ...scope, actor: { kind: 'anonymous', name: '', ip: '203.0.113.1' } as const };
      const requestId = await openPendingRequest(at, browser, { destination: { protocol: 'portaria', path: '/launchpad' }, demands: {} });
      const outcome = await provePassword({ ...at, hasher: hasherFor(`owner${n}`) }, rules, {
        login: `owner${n}`,
        password: 'the right password',
        browser,
      });
      if (outcome.outcome !== 'proven') return false;
      const request = (await findPendingRequest(at, browser, requestId))!;
      const arrival = { demands: {}, usableFactors: [], termsEdition: 0 };
      return (await completeSignIn(at, rules, request, { ...arrival, proven: outcome.proven, browser }, 'en')) !== undefined;
    }

    for (let n = 0; n < accounts; n++) expect(await signIn(n), 'before the attack').to.equal(true);
    evaluated = new Map();
    let done = 0;
    let ownersIn = 0;
    let ownersTried = 0;
    const attacker = async () => {
      while (done < guesses) {
        const n = done++;
        const address = n % addresses;
        const login = `owner${n % accounts}`;
        const at = { ...scope, actor: { kind: 'anonymous', name: '', ip: `198.18.${address >> 8}.${address & 255}` } as const };
        await provePassword({ ...at, hasher: hasherFor(login) }, rules, {
          login,
          password: `guess ${n}`,
          browser: `attacker ${address}`.padEnd(43, '.'),
        });
        // owners come while it goes on: one for every hundred guesses
        if (n % 100 === 50) {
          ownersTried++;
          if (await signIn(Math.floor(n / 100) % accounts)) ownersIn++;
        }
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: 12 }, attacker));
    const perAccount = [...evaluated.values()];
    const most = Math.max(...perAccount);
    console.log(
      `      ${done} guesses in ${((performance.now() - begun) / 1000).toFixed(0)} s: at most ${most} evaluated for an account, ${perAccount.reduce((a, b) => a + b, 0)} in all; ${ownersIn} of ${ownersTried} owners got in at the first try`,
    );
    expect(most).to.be.at.most(rules.base.lockout.limit);
    expect(ownersIn).to.equal(ownersTried);
  });
});

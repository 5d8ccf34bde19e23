import { expect } from 'chai';
import type { SessionId } from '../../../../src/domain/scope.ts';
import {
  type Arrival,
  addOwnFactor,
  enrolAtSignIn,
  findPendingRequest,
  openPendingRequest,
  type Proven,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { startTotp } from '../../../../src/domain/sign-in/credentials/totp/index.ts';
import type { Session } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, type PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { answerOf } from '../../../support/factors.ts';
import { totpCode } from '../../../support/second-factor.ts';
import { useStore } from '../../../support/use-cases.ts';

const secondFactor = { ...defaultPolicy.secondFactor, demand: 'required' as const };
const rules: PolicyRules = { base: { ...defaultPolicy, secondFactor }, overrides: [] };

describe('domain/sign-in/authentication: enrolment in a sign-in', () => {
  const store = useStore();

  /** A sign-in of this browser that asks for a factor, and what its form sends. */
  async function journey(userId: Proven['userId'], browser: string, usableFactors: Arrival['usableFactors'] = ['totp']) {
    const { scope } = store;
    const demands = {};
    const address = await openPendingRequest(scope, browser, { destination: { protocol: 'portaria', path: '/launchpad' }, demands });
    const request = (await findPendingRequest(scope, browser, address))!;
    const proven: Proven = { userId, at: scope.clock.now().getTime(), amr: ['pwd'] };
    const arrival: Arrival = { demands, browser, proven, usableFactors, termsEdition: 0 };
    const { secret, sealed } = startTotp(scope, userId, { company: 'Acme', login: 'person' });
    const place = { origin: 'https://idp.example', company: 'Acme', browser, artifacts: {} as never };
    const answer = answerOf({ offer: sealed, code: totpCode(secret, scope.clock.now().getTime()) });
    const submit = () => enrolAtSignIn(scope, rules, request, { arrival, proven }, { kind: 'totp', place, answer, name: 'App' });
    return { submit };
  }
  const factorsOf = async (userId: Proven['userId']) => (await store.scope.db('second_factors').where('user_id', userId)).length;

  it('of two browsers that were asked to set one up, the second has to prove the factor of the first', async () => {
    const { userId } = await store.person();
    const [owner, other] = [await journey(userId, 'owner'), await journey(userId, 'other')];
    expect((await owner.submit())!.codes).to.have.length(10);
    await store.refused('request_expired', other.submit);
    expect(await factorsOf(userId)).to.equal(1);
  });

  it('at the same moment, too', async () => {
    const { userId } = await store.person();
    const journeys = await Promise.all(['a', 'b', 'c'].map((browser) => journey(userId, browser)));
    const results = await Promise.allSettled(journeys.map(({ submit }) => submit()));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(await factorsOf(userId)).to.equal(1);
  });

  it('in My profile, too: of two sessions by the password alone the second has to prove the factor of the first', async () => {
    const { userId } = await store.person();
    const sessionIds = [await store.session(userId), await store.session(userId)];
    const add = (sessionId: SessionId) => {
      const { secret, sealed } = startTotp(store.scope, userId, { company: 'Acme', login: 'person' });
      const place = { origin: 'https://idp.example', company: 'Acme', browser: 'b', artifacts: {} as never };
      const answer = answerOf({ offer: sealed, code: totpCode(secret, store.scope.clock.now().getTime()) });
      return addOwnFactor(store.scope, { userId, sessionId, amr: ['pwd'] } as Session, { kind: 'totp', place, answer, name: 'App' });
    };
    expect((await add(sessionIds[0]!))!.isNew).to.equal(true);
    await store.refused('request_expired', () => add(sessionIds[1]!));
    expect((await add(sessionIds[0]!))!.isNew, 'the first is proven by that factor now').to.equal(true);
    expect(await factorsOf(userId)).to.equal(2);
  });

  it('a kind that the sign-in does not ask for is not taken', async () => {
    const { userId } = await store.person();
    const { submit } = await journey(userId, 'owner', []);
    await store.refused('request_expired', submit);
  });

  it('a form that is sent twice enrols once, and goes on', async () => {
    const { userId } = await store.person();
    const { submit } = await journey(userId, 'owner');
    await submit();
    expect(await submit()).to.deep.include({ codes: [], isNew: false });
    expect(await factorsOf(userId)).to.equal(1);
  });
});

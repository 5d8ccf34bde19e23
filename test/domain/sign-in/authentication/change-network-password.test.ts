import { expect } from 'chai';
import { changeStatus, type User } from '../../../../src/domain/people/users/index.ts';
import {
  changeOwnNetworkPassword,
  changeRequiredNetworkPassword,
  completeSignIn,
  findPendingRequest,
  openPendingRequest,
  type Proven,
  provePassword,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { directoryOf, type FakeNetwork, fakeNetwork, networkPassword, refusedFor, unavailable } from '../../../support/network.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';
import { sessionOf } from './people.ts';

const fresh = 'another one there';
const { limit } = defaultPolicy.lockout;

describe('domain/sign-in/authentication: changing the password of the network', () => {
  const store = useStore();
  let directory: Awaited<ReturnType<typeof directoryOf>>;
  let network: FakeNetwork;
  before(async () => {
    directory = await directoryOf(store);
  });
  beforeEach(() => {
    network = fakeNetwork();
  });
  const at = () => ({ network, lockout: defaultPolicy.lockout, browser: 'stranger' });
  const input = (more = {}) => ({ currentPassword: networkPassword, newPassword: fresh, repeatPassword: fresh, ...more });

  /** Somebody whose directory wants another password, in the middle of a sign-in. */
  async function due() {
    const user = await directory.person();
    network.answer = refusedFor('must-change');
    const attempt = { login: user.email!, password: networkPassword, browser: 'stranger' };
    const outcome = await provePassword(store.scope, defaultRules, attempt, network);
    network.answer = undefined;
    const proven: Proven = outcome.outcome === 'proven' ? outcome.proven : expect.fail(outcome.outcome);
    const destination = { protocol: 'portaria', path: '/launchpad' } as const;
    const requestId = await openPendingRequest(store.scope, 'stranger', { destination, demands: {} });
    return { user, request: { ...(await findPendingRequest(store.scope, 'stranger', requestId))!, proven } };
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      ({ code, fields }) => (fields ? JSON.stringify(fields) : code),
    );
  const sessions = async ({ userId }: User) => (await listSessionsOfUser(store.scope, userId)).length;

  it('in a sign-in: the directory takes it, the sign-in goes on, and what the old one opened is over', async () => {
    const { user, request } = await due();
    await store.session(user.userId);
    const before = network.asked.length;
    let renewed: Proven | undefined;
    const events = await store.eventsOf(async () => {
      renewed = await changeRequiredNetworkPassword(store.scope, at(), request, input());
    });
    expect(events).to.deep.equal(['network-password.changed', 'session.ended']);
    expect(network.asked.slice(before)).to.deep.equal([
      { kind: 'change-password', passwords: { oldPassword: networkPassword, newPassword: fresh } },
    ]);
    expect(await sessions(user)).to.equal(0);
    const arrival = { demands: {}, browser: 'stranger', usableFactors: [], termsEdition: 0 };
    const complete = (proven: Proven) => completeSignIn(store.scope, defaultRules, { ...request, proven }, { ...arrival, proven }, 'en');
    expect(await complete(request.proven), 'the proof of the old one').to.equal(undefined);
    const again = await openPendingRequest(store.scope, 'stranger', { destination: request.destination, demands: {} });
    Object.assign(request, await findPendingRequest(store.scope, 'stranger', again));
    expect(await complete(renewed!)).to.have.property('token');
  });

  const refusals = {
    'password-too-short': 'too_short',
    'password-too-young': 'too_young',
    'password-in-history': 'in_history',
    'password-too-simple': 'too_simple',
    'password-may-not-change': 'may_not_change',
    'invalid-value': 'too_simple',
  };
  for (const [reason, text] of Object.entries(refusals))
    it(`${reason} is said in words, and counts nothing`, async () => {
      const { user, request } = await due();
      network.answer = refusedFor(reason);
      const fault = JSON.stringify({ newPassword: `fields.network_password_${text}` });
      expect(await codeOf(changeRequiredNetworkPassword(store.scope, at(), request, input()))).to.equal(fault);
      expect(await codeOf(changeOwnNetworkPassword(store.scope, at(), await sessionOf(store, user.userId), input()))).to.equal(fault);
      const count = await store.scope.db('sign_in_attempts').where('user_id', user.userId).first('failed');
      expect(count!.failed).to.equal(1); // of the proof itself
    });

  for (const [answer, code] of [
    [unavailable(), 'directory_unavailable'],
    [refusedFor('unavailable'), 'directory_unavailable'],
    [refusedFor('no-right'), 'directory_refused'],
    [refusedFor('failed'), 'directory_refused'],
  ] as const)
    it(`${JSON.stringify(answer)} changes nothing`, async () => {
      const { request } = await due();
      network.answer = answer;
      expect(
        await store.eventsOf(async () =>
          expect(await codeOf(changeRequiredNetworkPassword(store.scope, at(), request, input()))).to.equal(code),
        ),
      ).to.deep.equal([]);
    });

  it('what is typed wrong is said by the field, before anything is asked', async () => {
    const { request } = await due();
    const before = network.asked.length;
    const faults: [object, object][] = [
      [{ currentPassword: '' }, { currentPassword: 'fields.required' }],
      [{ newPassword: '', repeatPassword: '' }, { newPassword: 'fields.required' }],
      [{ repeatPassword: 'x' }, { repeatPassword: 'fields.password_repeat' }],
      [{ newPassword: networkPassword, repeatPassword: networkPassword }, { newPassword: 'fields.password_same' }],
    ];
    for (const [given, fields] of faults)
      expect(await codeOf(changeRequiredNetworkPassword(store.scope, at(), request, input(given)))).to.equal(JSON.stringify(fields));
    expect(network.asked).to.have.length(before);
  });

  it('guesses at the present one are those of a sign-in: few reach the directory, and they end in a block', async () => {
    const user = await directory.person();
    const session = await sessionOf(store, user.userId);
    const guess = () => codeOf(changeOwnNetworkPassword(store.scope, at(), session, input({ currentPassword: 'a guess' })));
    for (let n = 0; n < limit; n++) expect(await guess()).to.equal(JSON.stringify({ currentPassword: 'fields.own_network_password' }));
    expect(network.asked).to.have.length(3);
  });

  it('in My profile: mailed about, other sessions end, and the verifier is of the new one', async () => {
    network.rules.whileAway = true;
    const user = await directory.person();
    await store.session(user.userId);
    const session = await sessionOf(store, user.userId);
    await changeOwnNetworkPassword(store.scope, at(), session, input());
    expect(await sessions(user)).to.equal(1);
    const mails = (await store.queued('deliver-mail')).filter(({ userId }) => userId === user.userId);
    expect(mails.map(({ mail }) => mail)).to.deep.equal(['own_password_changed']);
    network.answer = unavailable();
    const attempt = { login: user.email!, password: fresh, browser: 'stranger' };
    await eventually(async () => expect((await provePassword(store.scope, defaultRules, attempt, network)).outcome).to.equal('proven'));
  });

  it('nobody changes it who has none, was signed out, or whose proof is void', async () => {
    const [{ request, user }, other] = [await due(), await store.person()];
    const before = network.asked.length;
    expect(await codeOf(changeOwnNetworkPassword(store.scope, at(), await sessionOf(store, other.userId), input()))).to.equal('not_found');
    network.rules.signIn = false;
    expect(await codeOf(changeRequiredNetworkPassword(store.scope, at(), request, input()))).to.equal('not_found');
    network.rules.signIn = true;
    const session = await sessionOf(store, user.userId);
    await changeStatus(store.scope, user.userId, 'deactivate');
    expect(await codeOf(changeRequiredNetworkPassword(store.scope, at(), request, input()))).to.equal('request_expired');
    expect(await codeOf(changeOwnNetworkPassword(store.scope, at(), session, input()))).to.equal('signed_out');
    expect(network.asked).to.have.length(before);
  });
});

import { expect } from 'chai';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { listBrowsers, noteBrowser } from '../../../../src/domain/records/attempts/index.ts';
import { createLink, listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import {
  changeRequiredPassword,
  completeSignIn,
  findPendingRequest,
  openPendingRequest,
  type PendingRequest,
  type Proven,
  proveFactor,
  provePassword,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { findPassword, setTemporaryPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, defaultRules, type PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { BusyError, readPassword } from '../../../../src/platform/crypto/index.ts';
import { lastRefusal, watchRefusals } from '../../../support/audit.ts';
import { answerOf } from '../../../support/factors.ts';
import { totpCode } from '../../../support/second-factor.ts';
import { useStore } from '../../../support/use-cases.ts';
import { addApp, enrolmentOf, password, personWithPassword, rulesWith, sessionOf } from './people.ts';

const fresh = 'a long new sentence';
const { limit } = defaultPolicy.lockout;

describe('domain/sign-in/authentication: from a password to a session', () => {
  const store = useStore();
  const prove = (user: Pick<User, 'email'>, given = password, browser = 'stranger', rules = defaultRules, scope = store.scope) =>
    provePassword(scope, rules, { login: user.email!, password: given, browser });
  async function proof(user: User, browser = 'stranger', rules = defaultRules): Promise<Proven> {
    const outcome = await prove(user, password, browser, rules);
    return outcome.outcome === 'proven' ? outcome.proven : expect.fail(outcome.outcome);
  }
  const open = async (browser = 'stranger'): Promise<PendingRequest> => {
    const destination = { protocol: 'portaria', path: '/launchpad' } as const;
    const requestId = await openPendingRequest(store.scope, browser, { destination, demands: {} });
    return (await findPendingRequest(store.scope, browser, requestId))!;
  };
  type More = { rules?: PolicyRules; browser?: string; termsEdition?: number; scope?: Scope };
  const complete = (request: PendingRequest, proven: Proven, more: More = {}) => {
    const { rules = defaultRules, browser = 'stranger', termsEdition = 0, scope = store.scope } = more;
    const arrival = { demands: {}, browser, proven, usableFactors: ['totp' as const], termsEdition };
    return completeSignIn(scope, rules, request, arrival, 'pt-BR');
  };
  const signIn = async (user: User, browser?: string, rules?: PolicyRules) =>
    complete(await open(browser), await proof(user, browser, rules), { browser, rules });
  const sessions = async ({ userId }: User) => (await listSessionsOfUser(store.scope, userId)).length;
  const guess = (user: Pick<User, 'email'>, browser?: string) => prove(user, 'a wrong guess at it', browser);

  it('a proof becomes a session once, with its event, a known browser and the language of the page', async () => {
    const user = await personWithPassword(store);
    const [request, proven] = [await open(), await proof(user)];
    const types = await store.eventsOf(async () => expect((await complete(request, proven))!.token).to.have.length(43));
    expect(types).to.deep.equal(['sign-in.succeeded']);
    expect((await getUser(store.scope, user.userId)).seenLocale).to.equal('pt-BR');
    expect(await listBrowsers(store.scope, user.userId, 'stranger')).to.have.length(1);
    expect(await store.unchanged(() => complete(request, proven)), 'the same proof again').to.equal(undefined);
    const again = await open();
    const results = await Promise.all([complete(again, proven), complete(again, proven)]);
    expect(results.filter(Boolean), 'at the same moment').to.have.length(1);
    expect(await sessions(user)).to.equal(2);
  });

  const meanwhile: [what: string, more: More, change: (user: User) => Promise<unknown>][] = [
    ['the person was deactivated', {}, ({ userId }) => changeStatus(store.scope, userId, 'deactivate')],
    ['the person was blocked', {}, ({ userId }) => changeStatus(store.scope, userId, 'block')],
    [
      'the password was replaced',
      {},
      (user) => inTransaction(store.scope, (inside) => setTemporaryPassword(inside, user, { password: 'x', hash: 'x' })),
    ],
    ['a second factor was added', {}, async ({ userId }) => addApp(store, await sessionOf(store, userId))],
    ['terms are asked for', { termsEdition: 1 }, async () => {}],
    ['the rules want another network', { rules: rulesWith({ networks: ['192.0.2.0/24'] }) }, async () => {}],
  ];
  for (const [what, more, change] of meanwhile)
    it(`no session where ${what} since the proof`, async () => {
      const user = await personWithPassword(store);
      const [request, proven] = [await open(), await proof(user)];
      await change(user);
      const before = await sessions(user);
      expect(await store.eventsOf(async () => expect(await complete(request, proven, more)).to.equal(undefined))).to.deep.equal([]);
      expect(await sessions(user)).to.equal(before);
    });

  it('S37, S42: a wrong password is a failure in the audit, and the last one blocks and is mailed about; then the right one is refused, too', async () => {
    const user = await personWithPassword(store);
    for (let n = 1; n < limit; n++) expect(await store.eventsOf(() => guess(user))).to.deep.equal(['sign-in.failed']);
    expect(await store.eventsOf(() => guess(user))).to.deep.equal(['sign-in.failed', 'user.blocked']);
    expect((await getUser(store.scope, user.userId)).status).to.equal('blocked');
    const mails = (await store.queued('deliver-mail')).filter(({ userId }) => userId === user.userId);
    expect(mails.map(({ mail }) => mail)).to.deep.equal(['blocked']);
    store.wait(16);
    expect(await prove(user)).to.deep.equal({ outcome: 'refused' });
  });

  it('the owner in a browser of their own ends the block of strangers, when the whole sign-in is done', async () => {
    const user = await personWithPassword(store);
    await inTransaction(store.scope, (inside) => noteBrowser(inside, user.userId, 'own', true));
    for (let n = 0; n < limit; n++) await guess(user);
    const [request, proven] = [await open('own'), await proof(user, 'own')];
    expect((await getUser(store.scope, user.userId)).status, 'a password alone does not').to.equal('blocked');
    const types = await store.eventsOf(() => complete(request, proven, { browser: 'own' }));
    expect(types).to.deep.equal(['user.unblocked', 'sign-in.succeeded']);
  });

  it('a whole sign-in gives the attempts back; guesses at once are evaluated up to the limit', async () => {
    const user = await personWithPassword(store);
    for (let round = 0; round < 3; round++) {
      for (let n = 1; n < limit; n++) await guess(user, `browser ${round}`);
      expect(await signIn(user, `browser ${round}`), `round ${round}`).not.to.equal(undefined);
    }
    const other = await personWithPassword(store);
    await Promise.all(Array.from({ length: 3 * limit }, () => guess(other)));
    const failures = await store.scope.db('audit_events').where({ subject_id: other.userId, reason: 'wrong-password' });
    expect(failures).to.have.length(limit);
    expect((await getUser(store.scope, other.userId)).status).to.equal('blocked');
  });

  it('who is not here, or in the other company, is refused like a wrong password, and what was typed is not kept', async () => {
    for (const email of ['nobody@acme.example', 'root@other.example', 'my password in the wrong field', '']) {
      const refused = await watchRefusals(store.scope, 'sign-in.failed');
      expect(await guess({ email })).to.deep.equal({ outcome: 'refused' });
      expect(await refused()).to.deep.equal(['unknown-person']);
      const row = await store.scope.db('audit_events').where({ reason: 'unknown-person' }).orderBy('event_id', 'desc').first();
      expect(row).to.deep.include({ subject_id: null, details: {} });
      expect((await lastRefusal(store.scope, 'sign-in.failed')).details).to.deep.equal({});
    }
  });

  it('a server that is busy counts nothing', async () => {
    const user = await personWithPassword(store);
    const hasher: Scope['hasher'] = { ...store.scope.hasher, verify: () => Promise.reject(new BusyError()) };
    const busy = () => prove(user, password, 'stranger', defaultRules, { ...store.scope, hasher });
    const types = await store.eventsOf(async () => {
      for (let n = 0; n < 2 * limit; n++) expect(await busy()).to.deep.equal({ outcome: 'unavailable' });
    });
    expect(types).to.deep.equal([]);
    for (let n = 1; n < limit; n++) await guess(user);
    expect(await signIn(user)).not.to.equal(undefined);
  });

  it('a wrong code counts with the passwords, and a right one makes the sign-in whole', async () => {
    const user = await personWithPassword(store);
    const { secret } = await addApp(store, await sessionOf(store, user.userId));
    store.wait(1);
    const { place } = enrolmentOf(store, user.userId).enrolment;
    const answer = (code: string) =>
      proveFactor(store.scope, defaultRules, user, { kind: 'totp', place: { ...place, browser: 'stranger' }, answer: answerOf({ code }) });
    const request = await open();
    const proven = await proof(user);
    expect(await store.eventsOf(() => answer('000000'))).to.deep.equal(['sign-in.failed']);
    const outcome = await answer(totpCode(secret, store.scope.clock.now().getTime()));
    expect(outcome).to.deep.equal({ outcome: 'proven', amr: ['otp', 'mfa'] });
    expect(await complete(request, { ...proven, amr: ['pwd', 'otp', 'mfa'] })).not.to.equal(undefined);
    for (let n = 0; n < limit; n++) await answer('000000');
    expect((await getUser(store.scope, user.userId)).status).to.equal('blocked');
  });

  it('who asks to stay signed in stays as long as the rules let them, and not where they do not', async () => {
    const user = await personWithPassword(store);
    const kept = rulesWith({ session: { ...defaultPolicy.session, keepDays: 30 } });
    const asks = async (rules: PolicyRules) => complete(await open(), { ...(await proof(user)), keep: true }, { rules });
    expect((await asks(kept))!.keptForSeconds).to.equal(30 * 86_400);
    expect((await asks(defaultRules))!.keptForSeconds).to.equal(undefined);
  });

  describe('a password that has to be changed', () => {
    async function temporary(): Promise<{ user: User; request: PendingRequest & { proven: Proven } }> {
      const user = await store.person();
      const hash = await store.scope.hasher.hash(readPassword(password));
      await inTransaction(store.scope, (inside) => setTemporaryPassword(inside, user, { password, hash }));
      return { user, request: { ...(await open()), proven: await proof(user) } };
    }
    type Request = PendingRequest & { proven: Proven };
    const change = (request: Request, newPassword = fresh, repeated = newPassword, scope = store.scope) =>
      changeRequiredPassword(scope, defaultRules, request, { newPassword, repeatPassword: repeated });

    it('S63, S116: gives way to one that the person chooses, and the sign-in goes on with that', async () => {
      const { user, request } = await temporary();
      expect(await complete(request, request.proven), 'not before').to.equal(undefined);
      const next: Request = { ...(await open()), proven: request.proven };
      await store.session(user.userId);
      await createLink(store.scope, { kind: 'recovery', owner: { userId: user.userId }, lifetimeSeconds: 3600 });
      let proven: Proven | undefined;
      const types = await store.eventsOf(async () => {
        proven = await change(next);
      });
      expect(types).to.deep.equal(['password.changed', 'session.ended']);
      expect(await findPassword(store.scope, user.userId)).to.include({ mustChange: false });
      expect(await listOpenLinks(store.scope, user.userId, ['recovery'])).to.deep.equal([]);
      expect((await findPendingRequest(store.scope, 'stranger', next.requestId))!.proven).to.deep.equal(proven);
      await store.refused('request_expired', () => change(next, 'yet another sentence'));
      expect(await complete(next, proven!)).not.to.equal(undefined);
    });

    it('what is refused changes nothing: rules, a repetition, a proof that is over, a person who was deactivated', async () => {
      const { user, request } = await temporary();
      for (const [one, two, field] of [
        ['eleven char', 'eleven char', 'newPassword'],
        [password, password, 'newPassword'],
        [fresh, 'another', 'repeatPassword'],
      ] as const)
        expect(await store.refused('invalid_input', () => change(request, one, two))).to.have.property(field);
      await changeStatus(store.scope, user.userId, 'deactivate');
      await store.refused('request_expired', () => change(request));
    });

    it('of two who have the temporary password one chooses, and the password, the proof and the events stand or fall together', async () => {
      const [{ request }, other] = [await temporary(), await temporary()];
      const results = await Promise.allSettled([change(request, 'first of two sentences'), change(request, 'second of two sentences')]);
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      await store.inOneTransaction((scope) => change(other.request, fresh, fresh, scope));
    });
  });

  it('the session, the browser, the block that is lifted and their events stand or fall together', async () => {
    const user = await personWithPassword(store);
    await inTransaction(store.scope, (inside) => noteBrowser(inside, user.userId, 'own', true));
    for (let n = 0; n < limit; n++) await guess(user);
    const [request, proven] = [await open('own'), await proof(user, 'own')];
    await store.inOneTransaction((scope) => complete(request, proven, { browser: 'own', scope }));
  });
});

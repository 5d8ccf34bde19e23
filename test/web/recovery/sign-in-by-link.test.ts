import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { acceptTerms, publishTerms } from '../../../src/domain/applications/consents/index.ts';
import { findUserByLogin, type Status } from '../../../src/domain/people/users/index.ts';
import { createLink } from '../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type UserId } from '../../../src/domain/scope.ts';
import { enrolFactor, proveByLink } from '../../../src/domain/sign-in/authentication/index.ts';
import { startTotp } from '../../../src/domain/sign-in/credentials/totp/index.ts';
import { answerOf, placeAt } from '../../support/factors.ts';
import { Jar } from '../../support/jar.ts';
import { setPolicy } from '../../support/policy.ts';
import { totpCode } from '../../support/second-factor.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const chosen = 'a password that was chosen by a link';

describe('a password that is chosen by a mailed link goes on to the sign-in', () => {
  let server: TestServer;
  let people = 0;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;

  type Person = { email: string; status: Status; hasFactor?: boolean };
  async function add({ status, hasFactor }: Omit<Person, 'email'>) {
    const email = `person${++people}@acme.example`;
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', users: [{ email, firstName: 'Some', lastName: 'Body', password: passwords.joao }] }],
    });
    const scope = await server.scope();
    const { userId } = (await findUserByLogin(scope, email))!;
    if (hasFactor)
      await inTransaction(scope, async (inside) => {
        const { secret, sealed } = startTotp(inside, userId, { company: 'Acme', login: email });
        await enrolFactor(inside, userId, {
          kind: 'totp',
          place: placeAt(server),
          answer: answerOf({ offer: sealed, code: totpCode(secret) }),
          name: 'Phone',
        });
      });
    await scope.db('users').where({ user_id: userId }).update({ status });
    return { email, userId };
  }
  async function linkFor(status: Status, userId: string, payload: Record<string, string> = {}) {
    const kind = status === 'invited' ? 'invitation' : 'recovery';
    const token = await createLink(await server.scope(), { kind, owner: { userId: userId as never }, lifetimeSeconds: 3600, payload });
    return at(kind === 'invitation' ? `/activate/${token}` : `/recovery/${token}`);
  }
  async function choose(link: string, jar = new Jar()) {
    const page = await jar.get(link);
    if (page.status !== 200) return page;
    return jar.submit(jar.form(page, /(activate|recovery)\//), { newPassword: chosen, repeatPassword: chosen });
  }
  /** "Forgot your password?" where an application waits. @returns the request that does */
  async function askAt(jar: Jar, login: string): Promise<string> {
    const query = {
      client_id: 'mobile',
      redirect_uri: server.redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: 's',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    };
    const page = await jar.follow(at(`/oidc/authorize?${new URLSearchParams(query)}`));
    const href = /href="([^"]+\/recovery\?request=[^"]+)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
    const wish = jar.form(await jar.get(new URL(href, page.url).href), /recovery$/);
    await jar.submit(wish, { login });
    return wish.fields.request!;
  }
  const typed = async (email: string) => {
    const jar = new Jar();
    return fillSignIn(jar, await jar.follow(at('/launchpad')), email, chosen);
  };
  const placeOf = ({ url, status }: { url: string; status: number }) =>
    status === 403 ? 'kept-out' : status === 410 ? 'over' : (/(launchpad|second-factor|enrol|terms)(\?|$)/.exec(url)?.[1] ?? url);

  const demands = { off: { demand: 'off' }, optional: { demand: 'optional' }, required: { demand: 'required' } };
  const shut = { networks: ['192.0.2.0/24'] };
  for (const [demand, secondFactor] of Object.entries(demands))
    for (const hasFactor of [false, true])
      for (const status of ['activated', 'blocked', 'invited', 'deactivated'] as Status[]) {
        if (status === 'invited' && hasFactor) continue;
        const expected =
          status === 'deactivated'
            ? 'over'
            : demand !== 'off' && hasFactor
              ? 'second-factor'
              : demand === 'required'
                ? 'enrol'
                : 'launchpad';
        it(`second factor ${demand}, ${hasFactor ? 'with one' : 'without'}, ${status}: ${expected}, as if it were typed`, async () => {
          await setPolicy(server, { secondFactor });
          const { email, userId } = await add({ status, hasFactor });
          const scope = await server.scope();
          const jar = new Jar();
          const answer = await choose(await linkFor(status, userId), jar);
          expect(placeOf(answer)).to.equal(expected);
          const sessions = await scope.db('sessions').where({ user_id: userId });
          expect(sessions).to.have.length(expected === 'launchpad' ? 1 : 0);
          if (status === 'deactivated') return;
          expect(placeOf(await typed(email)), 'typed').to.equal(expected);
          if (expected !== 'launchpad') expect((await jar.get(at('/launchpad'))).status, 'nothing is open yet').to.equal(302);
        });
      }

  it('terms are asked for, and a network that is shut out stays so', async () => {
    await setPolicy(server, { secondFactor: demands.off });
    const scope = await server.scope();
    const ana = (await findUserByLogin(scope, 'ana@acme.example'))!.userId;
    await acceptTerms(scope, ana, await publishTerms(scope, { en: { title: 'Terms', body: 'Be kind.' } }, 0), 'en');
    const { userId } = await add({ status: 'activated' });
    expect(placeOf(await choose(await linkFor('activated', userId)))).to.equal('terms');
    await setPolicy(server, { secondFactor: demands.off }, [{ overrideId: ana, for: { kind: 'role', role: 'regular' }, ...shut }]);
    const { userId: outside } = await add({ status: 'invited' });
    expect(placeOf(await choose(await linkFor('invited', outside)))).to.equal('kept-out');
    expect(await scope.db('sessions').where({ user_id: outside })).to.deep.equal([]);
    await setPolicy(server, { secondFactor: demands.off });
    await scope.db('context_settings').where({ kind: 'terms' }).delete();
  });

  it('what the company would not take at the sign-in is nothing here: e-mails where usernames are asked for, a temporary password, a stranger', async () => {
    await setPolicy(server, { secondFactor: demands.off });
    const scope = await server.scope();
    const rules = await server.app.services.findPolicy(scope.contextId);
    const { userId } = await add({ status: 'activated' });
    const prove = (given = rules, who = userId) =>
      proveByLink(scope, given, { userId: who, newPassword: chosen, browser: 'b', path: '/launchpad' });
    expect(await prove()).to.have.nested.property('destination.path', '/launchpad');
    expect(await prove({ ...rules, base: { ...rules.base, identifiers: { email: false, username: true } } })).to.equal(undefined);
    await scope.db('passwords').where({ user_id: userId }).update({ must_change: true });
    expect(await prove()).to.equal(undefined);
    expect(await prove(rules, '01a206a1-218b-717a-90d6-7184e7351020' as UserId)).to.equal(undefined);
  });

  it('one that an application asks more of than the company does gives way to another', async () => {
    const scope = await server.scope();
    const { applicationId } = (await findApplicationByCode(scope, 'mobile'))!;
    await setPolicy(server, { secondFactor: demands.off }, [
      { overrideId: applicationId, for: { kind: 'application', applicationId }, password: { minLength: 60 } },
    ]);
    const { userId, email } = await add({ status: 'activated' });
    const jar = new Jar();
    const request = await askAt(jar, email);
    expect((await choose(await linkFor('activated', userId, { request }), jar)).url).to.match(/new-password$/);
    await setPolicy(server, { secondFactor: demands.off });
  });

  it('the session is a new one, whatever the browser had; somebody else who is signed in there stays so', async () => {
    await setPolicy(server, { secondFactor: demands.off });
    const { userId, email } = await add({ status: 'activated' });
    const jar = await signedIn(server.baseUrl, email, passwords.joao);
    const scope = await server.scope();
    const sessions = () => scope.db('sessions').where({ user_id: userId }).whereNull('ended_at').pluck('session_id');
    const before = await sessions();
    const done = await choose(await linkFor('activated', userId), jar);
    expect(placeOf(done)).to.equal('launchpad');
    expect(await sessions())
      .to.have.length(1)
      .and.to.not.deep.equal(before);

    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const other = await add({ status: 'invited' });
    const told = await choose(await linkFor('invited', other.userId), ana);
    expect(told.text).to.contain('Ana Souza is signed in on this browser');
    expect(await scope.db('sessions').where({ user_id: other.userId })).to.deep.equal([]);

    const third = await add({ status: 'activated' });
    const recovered = await choose(await linkFor('activated', third.userId), ana);
    expect(recovered.text).to.contain('Ana Souza is signed in on this browser').and.to.contain(third.email);
    expect(await scope.db('sessions').where({ user_id: third.userId })).to.deep.equal([]);
  });

  it('leads to the application that waits in this browser, and to the Launchpad in another one', async () => {
    await setPolicy(server, { secondFactor: demands.off });
    const { userId, email } = await add({ status: 'activated' });
    const jar = new Jar();
    const request = await askAt(jar, email);
    const page = await jar.get(await linkFor('activated', userId, { request }));
    const stop = (url: string) => url.startsWith('http://127.0.0.1:9/');
    const answer = await jar.submit(jar.form(page, /recovery\//), { newPassword: chosen, repeatPassword: chosen }, stop);
    expect(answer.location).to.match(/^http:\/\/127\.0\.0\.1:9\/callback\?.*code=/);

    const other = await add({ status: 'activated' });
    const elsewhere = await linkFor('activated', other.userId, { request: await askAt(new Jar(), other.email) });
    expect(placeOf(await choose(elsewhere))).to.equal('launchpad');
    expect((await new Jar().get(at('/recovery?request=../made-up'))).text).to.not.contain('name="request"');
  });
});

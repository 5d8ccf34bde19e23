import { expect } from 'chai';
import { acceptTerms, publishTerms } from '../../../../src/domain/applications/consents/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { createLink } from '../../../../src/domain/records/one-time-links/index.ts';
import { movableClock } from '../../../support/clock.ts';
import { type Answer, Jar } from '../../../support/jar.ts';
import { setPolicy } from '../../../support/policy.ts';
import { goOnFrom, setUpApp, totpCode } from '../../../support/second-factor.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console: a person’s second factors', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, now, wait, reset } = movableClock();
  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const joao = async () => (await findUserByLogin(await server.scope(), 'jsilva'))!;
  const page = async () => (await ana.get(at(`/admin/users/${(await joao()).userId}`))).text;
  /** João, with an app, in a browser where he is signed in. */
  async function withApp() {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const { secret } = await setUpApp(jar, await jar.follow(at('/account/second-factors/new/totp')), now());
    wait(1);
    return { jar, secret };
  }
  const disable = async (fields: { justification?: string; password?: string }): Promise<Answer> => {
    const path = at(`/admin/users/${(await joao()).userId}/second-factors`);
    return ana.submit(ana.form(await ana.get(path), /second-factors$/), {
      justification: 'Phone stolen',
      password: passwords.ana,
      ...fields,
    });
  };
  const signIn = async () => {
    const jar = new Jar();
    return fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao);
  };

  it('S85, S107: the box says Disabled, Not configured or Configured', async () => {
    expect(await page()).to.contain('Not configured');
    await setPolicy(server, { secondFactor: { demand: 'off' } });
    expect(await page()).to.contain('Disabled');
    await setPolicy(server, { secondFactor: { demand: 'optional' } });
    await withApp();
    expect(await page())
      .to.contain('Configured')
      .and.to.contain('Authenticator app');
  });

  it('S108–S111: disabled with a justification and the administrator’s own password, everything ends, and a new one is set up where it is required', async () => {
    const { jar } = await withApp();
    await setPolicy(server, { secondFactor: { demand: 'required' } });
    ana = await adminWithApp();
    const done = await disable({});
    expect(done.text).to.contain('MFA disabled: second factors removed');
    expect((await jar.follow(at('/launchpad'))).text, 'his session ended').to.contain('name="password"');
    const next = await signIn();
    expect(next.url, 'S111').to.match(/enrol$/);
    const scope = await server.scope();
    expect(await scope.db('recovery_codes').where({ user_id: (await joao()).userId })).to.have.length(0);
    const audit = await ana.get(at('/admin/audit?type=user.second-factors-reset'));
    expect(audit.text, 'S110').to.contain('Phone stolen').and.to.contain('Ana Souza');
  });
  async function adminWithApp() {
    const jar = new Jar();
    const enrol = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'ana@acme.example', passwords.ana);
    const { shown } = await setUpApp(jar, enrol, now());
    await goOnFrom(jar, shown);
    wait(1);
    return jar;
  }

  it('S109, S110: without a justification, or with a wrong password, nothing happens; wrong ones count and block', async () => {
    const { secret } = await withApp();
    expect((await disable({ justification: '  ' })).text).to.contain('Enter a justification');
    const wrong = await disable({ password: passwords.joao });
    expect([wrong.status, wrong.text.includes('Wrong password'), wrong.text.includes('Phone stolen')]).to.deep.equal([422, true, true]);
    const jar = new Jar();
    const asked = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao);
    expect((await jar.submit(jar.form(asked, /second-factor$/), { code: totpCode(secret, now()) })).url).to.match(/launchpad$/);
    for (let i = 0; i < 4; i++) await disable({ password: 'a wrong password' }).catch(() => {});
    expect((await findUserByLogin(await server.scope(), 'ana@acme.example'))!.status, 'an open browser is no place to guess').to.equal(
      'blocked',
    );
  });

  it('a reset ends what a thief has begun: a sign-in that waits at the terms, a wish for a recovery e-mail', async () => {
    const { secret } = await withApp();
    await setPolicy(server, { secondFactor: { demand: 'optional' } });
    const scope = await server.scope();
    await acceptTerms(
      scope,
      (await findUserByLogin(scope, 'ana@acme.example'))!.userId,
      await publishTerms(scope, { en: { title: 'T', body: 'B' } }, 0),
      'en',
    );
    const thief = new Jar();
    const asked = await fillSignIn(thief, await thief.follow(at('/launchpad')), 'jsilva', passwords.joao);
    const waits = await thief.submit(thief.form(asked, /second-factor$/), { code: totpCode(secret, now()) });
    expect(waits.url).to.match(/terms$/);
    const user = await joao();
    const token = await createLink(scope, {
      kind: 'recovery-email',
      owner: { userId: user.userId },
      lifetimeSeconds: 3600,
      payload: { email: 't@evil.example' },
    });
    await disable({});
    await thief.submit(thief.form(waits, /terms$/), { decision: 'accept' });
    expect((await thief.follow(at('/launchpad'))).text, 'the proof is worth nothing').to.contain('name="password"');
    expect((await new Jar().get(at(`/recovery-email/${token}`))).status).to.equal(410);
  });

  it('nobody disables their own here: that takes the factor itself, in My profile', async () => {
    const anaId = (await findUserByLogin(await server.scope(), 'ana@acme.example'))!.userId;
    await setUpApp(ana, await ana.follow(at('/account/second-factors/new/totp')), now());
    expect((await ana.get(at(`/admin/users/${anaId}`))).text).to.not.contain('Disable MFA');
    const { _csrf } = ana.form(await ana.get(at('/sign-out'))).fields;
    const path = at(`/admin/users/${anaId}/second-factors`);
    const refused = await ana.get(path, { form: { _csrf: _csrf!, justification: 'Mine', password: passwords.ana } });
    expect(refused.status).to.equal(409);
    expect(await (await server.scope()).db('second_factors')).to.have.length(1);
  });

  it('S117: a temporary password is for people without e-mail; S114, S118: the one before stops at once', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ email: 'caio@acme.example', firstName: 'Caio', lastName: 'Reis', password: 'a long password of caio' }],
        },
      ],
    });
    const caio = (await findUserByLogin(await server.scope(), 'caio@acme.example'))!;
    expect((await ana.get(at(`/admin/users/${caio.userId}`))).text).to.not.contain('reset-password');
    const { _csrf } = ana.form(await ana.get(at('/sign-out'))).fields;
    const forced = await ana.get(at(`/admin/users/${caio.userId}/reset-password`), { form: { _csrf: _csrf! } });
    expect(forced.status, 'refused by the server, too').to.equal(409);
    const path = at(`/admin/users/${(await joao()).userId}/reset-password`);
    const shown = await ana.submit(ana.form(await ana.get(path), /reset-password$/));
    expect(shown.text).to.contain('id="temporary-password"');
    expect((await signIn()).text).to.contain('id="fault"');
  });
});

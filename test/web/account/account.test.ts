import { expect } from 'chai';
import { movableClock } from '../../support/clock.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { setPolicy } from '../../support/policy.ts';
import { totpCode } from '../../support/second-factor.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/account: a person’s own pages', () => {
  let server: TestServer;
  let joao: Jar;
  const { clock, now, wait, reset } = movableClock();
  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock });
    joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}/account${path}`;
  const submit = async (path: string, action: RegExp, fields: Record<string, string>, jar = joao) =>
    jar.submit(jar.form(await jar.follow(at(path)), action), fields);
  const signIn = async (password: string, jar = new Jar()): Promise<Answer> =>
    fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', password);
  const addApp = async (name = 'Phone') => {
    const page = await joao.follow(at('/second-factors/new/totp'));
    const secret = /id="totp-secret">([^<]+)</.exec(page.text)![1]!;
    const shown = await joao.submit(joao.form(page, /second-factors\/new\/totp$/), { code: totpCode(secret, now()), name });
    return { secret, shown };
  };

  it('a new password ends every other session and keeps this one; rules are told before and after', async () => {
    const other = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.get(at('/password'))).text).to.contain('At least 12 characters');
    const change = (currentPassword: string, newPassword: string) =>
      submit('/password', /password$/, { currentPassword, newPassword, repeatPassword: newPassword });
    expect((await change(passwords.joao, 'short')).status).to.equal(422);
    for (const wrong of ['', 'a thief guesses this']) {
      const refused = await change(wrong, 'a new long sentence');
      expect([refused.status, refused.text.includes('Wrong password')], wrong).to.deep.equal([422, true]);
    }
    const done = await change(passwords.joao, 'a new long sentence');
    expect(done.text).to.contain('Your password was changed');
    expect((await other.follow(`${server.issuer}/launchpad`)).text).to.contain('name="password"');
    expect((await signIn('a new long sentence')).url).to.match(/launchpad$/);
    expect((await signIn(passwords.joao)).text).to.contain('name="password"');
  });

  it('whoever finds an open browser changes nothing: after ten minutes the sign-in is asked again, and leads back', async () => {
    const waiting = joao.form(await joao.get(at('/password')), /password$/);
    wait(11);
    const page = await joao.follow(at('/password'));
    expect(page.text).to.contain('name="login"');
    const late = await joao.submit(waiting, { newPassword: 'a thief chooses this', repeatPassword: 'a thief chooses this' });
    expect(late.text, 'nor a form that was open').to.contain('name="login"');
    const back = await fillSignIn(joao, page, 'jsilva', passwords.joao);
    expect(back.url).to.match(/\/account\/password$/);
  });

  it('a factor that the policy does not take is not added, by its address either', async () => {
    for (const secondFactor of [
      { demand: 'optional', factors: ['passkey'] },
      { demand: 'off', factors: ['totp'] },
    ]) {
      await setPolicy(server, { secondFactor });
      expect((await joao.get(at('/second-factors/new/totp'))).status).to.equal(404);
      wait(11);
      expect((await joao.get(at('/second-factors/new/totp'))).status, 'before a sign-in is asked for').to.equal(404);
      await fillSignIn(joao, await joao.follow(at('/password')), 'jsilva', passwords.joao);
    }
  });

  it('S85: an app is added, renamed by its owner, asked for from then on, and removed', async () => {
    expect((await joao.get(at('/second-factors'))).text).to.contain('no second factor yet');
    const { secret, shown } = await addApp('Work <b>phone</b>');
    expect([...shown.text.matchAll(/<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/g)]).to.have.length(10);
    wait(1);
    const jar = new Jar();
    const asked = await signIn(passwords.joao, jar);
    expect(asked.url).to.match(/second-factor$/);
    await jar.submit(jar.form(asked, /second-factor$/), { code: totpCode(secret, now()) });
    const list = (await jar.follow(at('/second-factors'))).text;
    expect(list).to.contain('Work &lt;b&gt;phone&lt;/b&gt;').and.to.contain('10 of 10');

    // the browser that enrolled has proven it by that; one that has not is asked before it may take it away
    const link = /\/account\/second-factors\/[0-9a-f-]{36}\/remove/.exec(list)![0];
    expect((await joao.follow(`${server.issuer}${link}`)).url).to.match(/remove$/);
    const removed = await jar.submit(jar.form(await jar.get(`${server.issuer}${link}`), /remove$/));
    expect(removed.text).to.contain('removed');
    expect((await signIn(passwords.joao)).url).to.match(/launchpad$/);
    const types = await (await server.scope())
      .db('audit_events')
      .where('type', 'like', 'second-factor.%')
      .orderBy('event_id')
      .pluck('type');
    expect(types).to.deep.equal(['second-factor.enrolled', 'second-factor.removed']);
  });

  it('a form that is sent twice adds one app, tells of it once, and is no error', async () => {
    const page = await joao.follow(at('/second-factors/new/totp'));
    const secret = /id="totp-secret">([^<]+)</.exec(page.text)![1]!;
    const form = joao.form(page, /second-factors\/new\/totp$/);
    for (const status of [200, 200])
      expect((await joao.submit(form, { code: totpCode(secret, now()), name: 'Phone' })).status).to.equal(status);
    const { db } = await server.scope();
    expect(await db('second_factors')).to.have.length(1);
    expect(await db('audit_events').where({ type: 'second-factor.enrolled' })).to.have.length(1);
  });

  it('new recovery codes end the old ones', async () => {
    const { secret, shown } = await addApp();
    const [, old] = /<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/.exec(shown.text)!;
    wait(1);
    const jar = new Jar();
    const first = await signIn(passwords.joao, jar);
    await jar.submit(jar.form(first, /second-factor$/), { code: totpCode(secret, now()) });
    const made = await jar.submit(jar.form(await jar.get(at('/second-factors')), /codes$/));
    const [, fresh] = /<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/.exec(made.text)!;
    const other = new Jar();
    const page = await signIn(passwords.joao, other);
    const form = other.form(await other.get(`${page.url}?factor=recovery-code`), /second-factor$/);
    expect((await other.submit(form, { code: old! })).status).to.equal(422);
    expect((await other.submit(form, { code: fresh! })).url).to.match(/launchpad$/);
  });

  it('where a second factor is required the last one stays', async () => {
    const scope = await server.scope();
    const { secret } = await addApp();
    await setPolicy(server, { secondFactor: { demand: 'required' } });
    wait(1);
    const jar = new Jar();
    const page = await signIn(passwords.joao, jar);
    const { factor_id } = (await scope.db('second_factors').first('factor_id'))!;
    const path = `/second-factors/${factor_id}/remove`;
    expect((await jar.follow(at(path))).url, 'not reachable without it').to.not.match(/remove$/);
    await jar.submit(jar.form(page, /second-factor$/), { code: totpCode(secret, now()) });
    const refused = await jar.submit(jar.form(await jar.get(at(path)), /remove$/));
    expect(refused.status).to.equal(409);
    expect(refused.text).to.contain('this is your last one');
    expect(await scope.db('second_factors')).to.have.length(1);
  });

  it('sessions: known by their browser, ended one by one or all but this', async () => {
    const phone = new Jar();
    const signInPage = await phone.follow(`${server.issuer}/launchpad`, {
      headers: {
        'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1',
      },
    });
    await phone.get(phone.form(signInPage, /sign-in\//).action, {
      form: { ...phone.form(signInPage, /sign-in\//).fields, login: 'jsilva', password: passwords.joao },
      headers: {
        'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1',
      },
    });
    const third = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const list = await joao.get(at('/sessions'));
    expect(list.text).to.contain('Safari, iPhone').and.to.contain('this browser');
    const forms = [...list.text.matchAll(/name="session" value="([0-9a-f-]{36})"/g)].map(([, id]) => id!);
    expect(forms).to.have.length(2);
    const form = joao.form(list, /sessions$/);
    const scope = await server.scope();
    const anas = (await scope
      .db('sessions')
      .join('users', 'users.user_id', 'sessions.user_id')
      .where('users.email_key', 'ana@acme.example')
      .first('session_id'))!.session_id;
    await joao.submit(form, { session: anas });
    expect((await ana.follow(`${server.issuer}/launchpad`)).url, 'somebody else’s').to.match(/launchpad$/);
    await joao.submit(form, { session: forms[0]! });
    await joao.submit(form, { session: 'others' });
    for (const jar of [phone, third]) expect((await jar.follow(`${server.issuer}/launchpad`)).text).to.contain('name="password"');
    expect((await joao.follow(`${server.issuer}/launchpad`)).url).to.match(/launchpad$/);
  });

  it('the person’s own language is that of pages everywhere', async () => {
    await joao.submit(joao.form(await joao.get(at('')), /language$/), { locale: 'pt-BR' });
    expect((await joao.get(at(''))).text).to.contain('Meu perfil');
    const elsewhere = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await elsewhere.get(at(''))).text).to.contain('Meu perfil');
    expect((await joao.submit(joao.form(await joao.get(at('')), /language$/), { locale: 'xx' })).text).to.contain('Meu perfil');
  });

  it('downloads everything that is kept of the person, and no secret', async () => {
    await addApp();
    const page = await joao.follow(at('/privacy'));
    const answer = await joao.submit(joao.form(page, /privacy\/data$/));
    expect(answer.headers['content-disposition']).to.contain('acme-personal-data.json');
    const data = JSON.parse(answer.text);
    expect(data.person).to.include({ username: 'jsilva', firstName: 'João' });
    expect(data.groups).to.include('Finance');
    expect(data.secondFactors[0].name).to.equal('Phone');
    expect(data.history.map(({ type }: { type: string }) => type)).to.include.members([
      'user.created',
      'second-factor.enrolled',
      'user.data-exported',
    ]);
    expect(answer.text).to.not.match(/argon2|secret|hash|token/i);
    wait(11);
    const form = joao.form(await joao.follow(at('/privacy')), /privacy\/data$/);
    expect((await joao.submit(form)).text, 'a fresh sign-in first').to.contain('name="password"');
  });
});

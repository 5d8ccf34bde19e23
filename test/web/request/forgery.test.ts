import { expect } from 'chai';
import { load } from 'cheerio';
import { unmaskToken } from '../../../src/platform/crypto/index.ts';
import { movableClock } from '../../support/clock.ts';
import { Jar } from '../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/request: forms belong to a session', () => {
  let server: TestServer;
  const { clock } = movableClock();
  before(async () => {
    server = await startTestServer({ clock });
  });
  after(() => server.close());

  const signIn = async (jar: Jar, login: string, password: string) =>
    fillSignIn(jar, await jar.follow(`${server.issuer}/sign-in`), login, password);
  const signOut = async (jar: Jar) => jar.submit(jar.form(await jar.follow(`${server.issuer}/sign-out`), /sign-out$/));
  const tokenOf = async (jar: Jar, path: string) =>
    String(
      load((await jar.follow(`${server.issuer}${path}`)).text)('input[name=_csrf]')
        .first()
        .val(),
    );
  const emailForm = async (jar: Jar) => jar.form(await jar.follow(`${server.issuer}/account/recovery-email`), /recovery-email$/);
  /** Each form that is done makes a link. */
  const done = async () => Number((await (await server.scope()).db('one_time_links').count({ n: '*' }))[0]!.n);

  it('the token changes at every sign-in, is the same on every page of one, and looks like another each time', async () => {
    const jar = new Jar();
    const tokens = [await tokenOf(jar, '/sign-in')];
    for (let n = 0; n < 2; n++) {
      await signIn(jar, 'jsilva', passwords.joao);
      const [shown, shownNext] = [await tokenOf(jar, '/account'), await tokenOf(jar, '/account/password')];
      expect(shownNext).not.to.equal(shown);
      tokens.push(unmaskToken(shown));
      expect(unmaskToken(shownNext)).to.equal(tokens.at(-1));
      await signOut(jar);
    }
    expect(new Set(tokens).size).to.equal(3);
  });

  it('whoever planted the browser’s cookie posts nothing in the session of its owner', async () => {
    const attacker = new Jar();
    const host = new URL(server.baseUrl).host;
    const known = await tokenOf(attacker, '/sign-in');
    const planted = attacker.cookies.get(host)!.get('portaria_browser_acme')!;
    const own = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await signIn(attacker, 'ana@acme.example', passwords.ana);
    const ofOther = await tokenOf(attacker, '/account');
    const victim = new Jar();
    victim.cookies.set(host, new Map([['portaria_browser_acme', planted]]));
    await signIn(victim, 'jsilva', passwords.joao);
    const before = await done();
    const form = await emailForm(victim);
    for (const token of [known, ofOther, await tokenOf(own, '/account'), '', known.slice(0, 11)]) {
      const answer = await victim.submit(form, { recoveryEmail: 'taken@evil.example', _csrf: token });
      expect(answer.status, token).to.equal(403);
      expect(answer.text).not.to.contain('Send now');
    }
    expect(await done()).to.equal(before);
    expect((await victim.submit(form, { recoveryEmail: 'joao@home.example' })).status).to.equal(200);
    expect(await done(), 'the owner').to.equal(before + 1);
  });

  it('a form that the same person had open before signing in again keeps what was typed, and is sent by one click', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const form = await emailForm(jar);
    const typed = { recoveryEmail: 'joao.silva@home.example', note: '"<b>' };
    const before = await done();
    await signOut(jar);
    expect((await jar.submit(form, typed)).status, 'signed out').to.equal(401);
    await signIn(jar, 'jsilva', passwords.joao);
    const asked = await jar.submit(form, typed);
    expect(asked.status).to.equal(403);
    expect(asked.text).to.contain('This page is out of date').and.to.contain('Send now').and.not.to.contain('<b>');
    expect(await done()).to.equal(before);
    const sent = await jar.submit(jar.form(asked, /recovery-email$/));
    expect(sent.status).to.equal(200);
    expect(await done()).to.equal(before + 1);
    const password = jar.form(await jar.follow(`${server.issuer}/account/password`), /password$/);
    await signOut(jar);
    await signIn(jar, 'jsilva', passwords.joao);
    const secret = await jar.submit(password, { currentPassword: passwords.joao, newPassword: 'not to be shown', repeatPassword: 'x' });
    expect(secret.text, 'no password in a page').not.to.contain('not to be shown').and.not.to.contain(passwords.joao);
  });

  it('somebody else’s form is not sent, and says so in three languages', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const form = await emailForm(jar);
    await signOut(jar);
    await signIn(jar, 'ana@acme.example', passwords.ana);
    for (const [language, words] of [
      ['en', 'This page is out of date'],
      ['es', 'Esta página está desactualizada'],
      ['pt-BR', 'Esta página está desatualizada'],
    ] as const) {
      await jar.follow(`${server.issuer}/language?locale=${language}`);
      const answer = await jar.submit(form, { recoveryEmail: 'other@home.example' });
      expect(answer.status).to.equal(403);
      expect(answer.text).to.contain(words);
      expect(load(answer.text)('form[action$="/recovery-email"]')).to.have.length(0);
    }
  });

  it('sign-in forms of tabs that were open before: the same person goes on, somebody else is asked once more', async () => {
    const jar = new Jar();
    const tabs = [];
    for (let n = 0; n < 3; n++) tabs.push(await jar.follow(`${server.issuer}/launchpad?q=tab${n}`));
    await fillSignIn(jar, tabs[0]!, 'jsilva', passwords.joao);
    expect((await fillSignIn(jar, tabs[1]!, 'JSilva', passwords.joao)).url).to.equal(`${server.issuer}/launchpad?q=tab1`);
    const again = await fillSignIn(jar, tabs[2]!, 'ana@acme.example', passwords.ana);
    expect(again.status).to.equal(422);
    expect(again.text).to.contain('signed in as jsilva').and.to.contain('value="ana@acme.example"');
    const form = jar.form(again, /sign-in\//);
    expect((await jar.submit(form, { password: passwords.ana })).url).to.equal(`${server.issuer}/launchpad?q=tab2`);
  });
});

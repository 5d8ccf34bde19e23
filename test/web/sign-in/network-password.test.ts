import { expect } from 'chai';
import { changeSettings, loadSettings } from '../../../src/domain/company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../../src/domain/people/directories/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { Jar } from '../../support/jar.ts';
import { type FakeNetwork, fakeNetwork, linkedTo, networkPassword, refusedFor, unavailable } from '../../support/network.ts';
import { fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/sign-in: the password of the network', () => {
  let server: TestServer;
  let network: FakeNetwork;
  before(async () => {
    server = await startTestServer();
    const scope = await server.scope();
    const joao = (await findUserByLogin(scope, 'jsilva'))!;
    await linkedTo(scope, [joao.userId]);
    // what the starting state gave him would be tried first
    await scope.db('passwords').where('user_id', joao.userId).delete();
  });
  after(() => server.close());
  beforeEach(async () => {
    network = fakeNetwork();
    server.app.services.askDirectory = network.ask;
    await (await server.scope()).db('sign_in_attempts').delete();
    await rules({ signIn: true });
  });

  async function rules(changes: Partial<DirectoryRules>) {
    const scope = await server.scope();
    const { value, version } = await loadSettings(scope, directoryRules);
    await changeSettings(scope, directoryRules, { ...value, ...changes }, version);
    server.app.services.forgetCached(scope.contextId);
  }
  const at = (path: string) => `${server.issuer}${path}`;
  async function signIn(password = networkPassword, jar = new Jar(), locale?: string) {
    if (locale) await jar.get(at(`/language?locale=${locale}&to=/`));
    return { jar, page: await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', password) };
  }

  it('S24: signs in', async () => {
    expect((await signIn()).page.url).to.contain('/launchpad');
  });

  it('a wrong one is refused in the words of any other', async () => {
    const jar = new Jar();
    const unknown = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'nobody', 'a wrong guess');
    const { page } = await signIn('a wrong guess');
    const fault = /id="fault"[^>]*>([^<]+)</;
    expect(page.status).to.equal(422);
    expect(fault.exec(page.text)![1]).to.equal(fault.exec(unknown.text)![1]);
  });

  const words: Record<string, [en: string, es: string, pt: string]> = {
    'account-disabled': ['is disabled', 'está deshabilitada', 'está desabilitada'],
    'account-expired': ['has expired', 'venció', 'expirou'],
    'outside-hours': ['at this time', 'a esta hora', 'neste horário'],
    'wrong-workstation': ['certain computers', 'ciertos equipos', 'certos computadores'],
  };
  for (const [reason, texts] of Object.entries(words))
    it(`${reason} is told to who has the right password, in their language`, async () => {
      network.answer = refusedFor(reason);
      for (const [i, locale] of ['en', 'es', 'pt-BR'].entries())
        expect((await signIn(networkPassword, new Jar(), locale)).page.text).to.contain(texts[i]!);
    });

  it('while a directory of the company is away everybody reads so, whoever they name', async () => {
    const { db } = await server.scope();
    await db('directories').update({ configured_at: new Date(), unavailable_since: new Date() });
    network.answer = unavailable();
    const jar = new Jar();
    const unknown = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'nobody', 'a wrong guess');
    for (const { text } of [unknown, (await signIn()).page]) expect(text).to.contain('is not responding');
    await db('directories').update({ unavailable_since: null });
  });

  it('one that has expired is changed on our page, under the rules of the directory, and the sign-in goes on', async () => {
    network.answer = refusedFor('password-expired');
    const { jar, page } = await signIn();
    expect(page.url).to.match(/network-password$/);
    expect(page.text).to.contain('Your password in the Acme S.A. directory has expired');
    network.answer = refusedFor('password-in-history');
    const form = (from: typeof page) => jar.form(from, /network-password$/);
    const typed = { currentPassword: networkPassword, newPassword: 'another one there', repeatPassword: 'another one there' };
    const refused = await jar.submit(form(page), typed);
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('used this password before');
    network.answer = unavailable();
    const away = await jar.submit(form(refused), typed);
    expect(away.status).to.equal(503);
    expect(away.text).to.contain('is not responding');
    network.answer = undefined;
    const done = await jar.submit(form(away), typed);
    expect(done.url).to.contain('/launchpad');
  });

  it('an application gets its code after the change, and asks for the network password again with prompt=login', async () => {
    const authorize = (more = '') =>
      at(
        `/oidc/authorize?client_id=mobile&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(server.redirectUri)}&code_challenge_method=S256&code_challenge=${'a'.repeat(43)}${more}`,
      );
    const isBack = (url: string) => url.startsWith(server.redirectUri);
    const jar = new Jar();
    network.answer = refusedFor('must-change');
    const due = await fillSignIn(jar, await jar.follow(authorize()), 'jsilva', networkPassword);
    expect(due.url).to.match(/network-password$/);
    network.answer = undefined;
    const typed = { currentPassword: networkPassword, newPassword: 'another one there', repeatPassword: 'another one there' };
    expect((await jar.submit(jar.form(due, /network-password$/), typed, isBack)).location).to.match(/[?&]code=/);
    const again = await jar.follow(authorize('&prompt=login'), {}, isBack);
    const form = jar.form(again, /sign-in\//);
    expect((await jar.submit(form, { login: 'jsilva', password: networkPassword }, isBack)).status).to.equal(422);
    expect((await jar.submit(form, { login: 'jsilva', password: 'another one there' }, isBack)).location).to.match(/[?&]code=/);
  });

  it('in My profile it is changed, and the personal one only where there may be one', async () => {
    const { jar } = await signIn();
    const both = await jar.get(at('/account/password'));
    expect(both.text).to.contain('/account/network-password').and.to.contain('Personal password');
    await rules({ personalPassword: false });
    const page = await jar.follow(at('/account/password'));
    expect(page.url).to.match(/network-password$/);
    const form = jar.form(page, /network-password$/);
    const wrong = await jar.submit(form, { currentPassword: 'a guess', newPassword: 'another one', repeatPassword: 'another one' });
    expect(wrong.text).to.contain('not your network password');
    const right = { currentPassword: networkPassword, newPassword: 'another one', repeatPassword: 'another one' };
    expect((await jar.submit(form, right)).text).to.contain('Your password was changed');
    const own = await jar.get(at('/account/password'));
    expect(own.location).to.match(/network-password$/);
    await rules({ personalPassword: true });
  });

  it('who has no entry in a directory has no such page', async () => {
    const jar = new Jar();
    await fillSignIn(jar, await jar.follow(at('/launchpad')), 'ana@acme.example', passwords.ana);
    expect((await jar.get(at('/account/network-password'))).status).to.equal(404);
  });
});

import { expect } from 'chai';
import { Jar, send } from '../../support/jar.ts';
import { linkIn, type MailSink, startMailSink } from '../../support/mail-sink.ts';
import { authorizationUrl, authorize, json } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const chosen = 'a long new sentence';

describe('web/oidc: prompt=create (Initiating User Registration via OpenID Connect)', () => {
  let server: TestServer;
  let sink: MailSink;
  before(async () => {
    sink = await startMailSink();
    server = await startTestServer({ jobs: true, config: { smtpUrl: sink.url } });
  });
  after(async () => {
    await server.close();
    await sink.close();
  });

  const stop = (url: string) => url.startsWith(server.redirectUri);
  const announced = async () => json(await send(`${server.issuer}/.well-known/openid-configuration`)).prompt_values_supported;
  const open = (jar: Jar) =>
    jar.follow(authorizationUrl(server, { client_id: 'mobile', scope: 'openid email', prompt: 'create' }).url, {}, stop);
  async function allow(selfRegistration: 'yes' | ''): Promise<void> {
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await ana.submit(ana.form(await ana.get(`${server.issuer}/admin/new-accounts`), /new-accounts$/), { selfRegistration });
    await eventually(async () => expect((await announced()).includes('create')).to.equal(selfRegistration === 'yes'));
  }
  const codeIn = (location: string | undefined) => new URL(location ?? 'http://nowhere/').searchParams.get('code');
  const register = async (jar: Jar, email: string) => {
    const page = await open(jar);
    expect(page.url).to.match(/\/register\?request=/);
    const typed = { firstName: 'Bruna', lastName: 'Lima', email };
    let requested = page;
    const mail = await sink.after(async () => {
      requested = await jar.submit(jar.form(page, /register$/), typed);
    }, email);
    return { page, requested, link: linkIn(mail) };
  };
  const choose = async (jar: Jar, link: string) =>
    jar.submit(jar.form(await jar.get(link), /register\//), { newPassword: chosen, repeatPassword: chosen }, stop);
  const onward = (text: string) =>
    new URL(/class="btn btn-primary[^"]*" href="([^"]+)"/.exec(text)![1]!.replaceAll('&amp;', '&'), server.baseUrl).href;

  it('where nobody may register it is not announced, and refused as any value that we do not know', async () => {
    expect(await announced()).not.to.include('create');
    expect((await authorize(server, new Jar(), { prompt: 'create' })).error).to.equal('invalid_request');
  });

  it('where people may, an account begins, and the application gets its person, in this window or that of the mail', async () => {
    await allow('yes');
    expect(await announced()).to.deep.equal(['none', 'login', 'consent', 'select_account', 'create']);
    const jar = new Jar();
    const first = await register(jar, 'bruna@acme.example');
    expect(codeIn((await choose(jar, first.link)).location)).to.be.a('string');

    const other = new Jar();
    const second = await register(other, 'bia@acme.example');
    // the mail is read on the phone
    expect((await choose(new Jar(), second.link)).url).to.match(/\/launchpad(\?|$)/);
    const waiting = await other.follow(onward(second.requested.text));
    expect(codeIn((await fillSignIn(other, waiting, 'bia@acme.example', chosen, stop)).location)).to.be.a('string');
  });

  it('also for a browser in which somebody is signed in, who does not take its place; and who has an account signs in', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const page = await open(jar);
    const [, back] = /<li><a href="([^"]+\/sign-in\/[^"]+)"/.exec(page.text)!;
    const signIn = await jar.follow(new URL(back!, server.baseUrl).href);
    expect(signIn.text).to.contain('name="password"');
    expect(codeIn((await fillSignIn(jar, signIn, 'ana@acme.example', passwords.ana, stop)).location)).to.be.a('string');
  });

  it('it can be cancelled, and does not go with none', async () => {
    const jar = new Jar();
    const answer = await jar.submit(jar.form(await open(jar), /oidc\/interaction/), { decision: 'cancel' }, stop);
    expect(new URL(answer.location!).searchParams.get('error')).to.equal('access_denied');
    expect((await authorize(server, new Jar(), { prompt: 'none create' })).error).to.equal('invalid_request');
  });

  it('closed again, it is refused again', async () => {
    await allow('');
    expect((await authorize(server, new Jar(), { prompt: 'create' })).error).to.equal('invalid_request');
  });
});

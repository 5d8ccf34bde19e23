import { expect } from 'chai';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { movableClock } from '../../support/clock.ts';
import { Jar } from '../../support/jar.ts';
import { linkIn, type MailSink, startMailSink } from '../../support/mail-sink.ts';
import { pause } from '../../support/patience.ts';
import { eventually } from '../../support/process.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const newAddress = 'ana.new@acme.example';

describe('web: addresses that people change themselves', () => {
  let server: TestServer;
  let sink: MailSink;
  let ana: Jar;
  const { clock, wait, reset } = movableClock();
  before(async () => {
    sink = await startMailSink();
  });
  after(() => sink.close());
  beforeEach(async () => {
    reset();
    sink.mails.length = 0;
    server = await startTestServer({ clock, jobs: true, config: { smtpUrl: sink.url } });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const submit = async (path: string, fields: Record<string, string>, jar = ana) =>
    jar.submit(jar.form(await jar.follow(at(`/account/${path}`)), new RegExp(`${path}$`)), fields);
  const agree = async (link: string) => {
    const jar = new Jar();
    return jar.submit(jar.form(await jar.get(link), /\/(email-change|email-confirm|recovery-email)\//));
  };
  const user = async (login = 'ana@acme.example') => findUserByLogin(await server.scope(), login);
  const signIn = async (login: string, password: string) => {
    const jar = new Jar();
    return fillSignIn(jar, await jar.follow(at('/launchpad')), login, password);
  };

  it('the e-mail changes when the old mailbox and then the new one agreed, and the old one hears of it', async () => {
    const asked = await sink.after(() => submit('email', { email: newAddress }));
    expect(asked.to, 'the present mailbox first; a stranger’s hears nothing').to.deep.equal(['ana@acme.example']);
    const [one] = [linkIn(asked)];
    await new Jar().get(one);
    expect((await user())!.email).to.equal('ana@acme.example');
    const confirm = await sink.after(() => agree(one), newAddress);
    expect((await user(newAddress)) === undefined, 'not before the new one agreed').to.equal(true);
    expect((await agree(one).catch(() => ({ status: 410 }))).status, 'once').to.equal(410);
    const told = await sink.after(async () => {
      expect((await agree(linkIn(confirm))).text).to.contain('Your e-mail was changed');
    }, 'ana@acme.example');
    expect(told.text).to.contain(newAddress);
    const after = (await user(newAddress))!;
    expect([after.email, after.emailVerified]).to.deep.equal([newAddress, true]);
    expect((await signIn(newAddress, passwords.ana)).url).to.match(/launchpad$/);
    expect((await signIn('ana@acme.example', passwords.ana)).text, 'the old one signs nobody in').to.contain('id="fault"');
    const events = await (await server.scope()).db('audit_events').where('type', 'like', 'user.email%').orderBy('event_id').pluck('type');
    expect(events).to.deep.equal(['user.email-change-requested', 'user.email-changed']);
  });

  it('taken, the same, or no address: said at once; taken meanwhile: said at the end, and nothing changes', async () => {
    expect((await submit('email', { email: 'root' })).text).to.contain('valid e-mail');
    expect((await submit('email', { email: 'ANA@acme.example' })).text).to.contain('already your address');
    const confirm = await sink.after(async () => agree(linkIn(await sink.after(() => submit('email', { email: newAddress })))), newAddress);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ email: newAddress, firstName: 'Other', lastName: 'Ana', password: 'another long one' }],
        },
      ],
    });
    expect((await agree(linkIn(confirm))).status).to.equal(409);
    const toTaken = await sink.after(() => submit('email', { email: newAddress }), 'ana@acme.example', '/email-change/');
    expect((await agree(linkIn(toTaken))).status, 'said to the old mailbox only').to.equal(409);
    expect((await user())!.firstName).to.equal('Ana');
  });

  it('a new password, a newer wish and a day end the links', async () => {
    const first = linkIn(await sink.after(() => submit('email', { email: newAddress })));
    const second = linkIn(await sink.after(() => submit('email', { email: 'other.new@acme.example' })));
    expect((await new Jar().get(first)).status).to.equal(410);
    await submit('password', { currentPassword: passwords.ana, newPassword: 'a long new sentence', repeatPassword: 'a long new sentence' });
    expect((await new Jar().get(second)).status).to.equal(410);
    const third = linkIn(await sink.after(() => submit('email', { email: newAddress }), 'ana@acme.example', '/email-change/'));
    wait(24 * 60 + 1);
    expect((await new Jar().get(third)).status).to.equal(410);
  });

  it('asks for a fresh sign-in first; a person with a username has no e-mail to change', async () => {
    wait(11);
    expect((await ana.follow(at('/account/email'))).text).to.contain('name="password"');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.follow(at('/account/email'))).status).to.equal(404);
    expect((await joao.follow(at('/account'))).text).to.not.contain('/account/email"');
  });

  it('S137: by a confirmed recovery e-mail a person without e-mail chooses a new password and is unblocked', async () => {
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const recover = async () => {
      const jar = new Jar();
      return jar.submit(jar.form(await jar.get(at('/recovery')), /recovery$/), { login: 'jsilva' });
    };
    const link = linkIn(
      await sink.after(() => submit('recovery-email', { recoveryEmail: 'joao@home.example' }, joao), 'joao@home.example'),
    );
    await recover();
    await pause(500);
    expect(sink.mails, 'not before it is confirmed').to.have.length(1);
    expect((await agree(link)).text).to.contain('Your recovery e-mail is set');
    for (let i = 0; i < 5; i++) await signIn('jsilva', 'a wrong password');
    expect((await user('jsilva'))!.status).to.equal('blocked');
    const mail = await sink.after(recover, 'joao@home.example', '/recovery/');
    const jar = new Jar();
    const form = jar.form(await jar.get(linkIn(mail)), /recovery\//);
    await jar.submit(form, { newPassword: 'a long new sentence', repeatPassword: 'a long new sentence' });
    expect((await user('jsilva'))!.status).to.equal('activated');
    expect((await signIn('jsilva', 'a long new sentence')).url).to.match(/launchpad$/);
  });

  it('a recovery e-mail that is removed or replaced recovers nothing any more, and a wish can be cancelled', async () => {
    const ask = async () => {
      const jar = new Jar();
      return jar.submit(jar.form(await jar.get(at('/recovery')), /recovery$/), { login: 'ana@acme.example' });
    };
    await agree(linkIn(await sink.after(() => submit('recovery-email', { recoveryEmail: 'ana@home.example' }), 'ana@home.example')));
    const link = linkIn(await sink.after(ask, 'ana@home.example', '/recovery/'));
    expect((await new Jar().get(link)).status).to.equal(200);
    await ana.submit(ana.form(await ana.follow(at('/account/recovery-email')), /recovery-email$/), { remove: 'yes' });
    expect((await new Jar().get(link)).status, 'its mailbox is nobody’s').to.equal(410);
    const wish = linkIn(await sink.after(() => submit('recovery-email', { recoveryEmail: 'thief@evil.example' }), 'thief@evil.example'));
    const isTold = () =>
      sink.mails.some(
        ({ to, text }) => to[0] === 'ana@acme.example' && text.includes('links for a new password to also go to thief@evil.example'),
      );
    await eventually(async () => expect(isTold(), 'the mailbox of before').to.equal(true));
    const profile = await ana.get(at('/account'));
    expect(profile.text).to.contain('Waiting for thief@evil.example');
    await ana.submit(ana.form(profile, /cancel-change$/), { kind: 'recovery-email' });
    expect((await new Jar().get(wish)).status).to.equal(410);
  });

  it('the recovery e-mail is another mailbox, the first one hears of a change, and it can be removed', async () => {
    expect((await submit('recovery-email', { recoveryEmail: 'Ana@acme.example' })).text).to.contain(
      'different from the one you sign in with',
    );
    const link = linkIn(await sink.after(() => submit('recovery-email', { recoveryEmail: 'ana@home.example' }), 'ana@home.example'));
    const told = await sink.after(() => agree(link), 'ana@acme.example', 'now go to another address');
    expect(told.text).to.contain('now go to another address');
    expect((await user())!.recoveryEmail).to.equal('ana@home.example');
    const removed = await ana.follow(at('/account/recovery-email'));
    await sink.after(() => ana.submit(ana.form(removed, /recovery-email$/), { remove: 'yes' }), 'ana@home.example');
    expect((await user())!.recoveryEmail).to.equal(undefined);
    for (let i = 0; i < 4; i++) await submit('recovery-email', { recoveryEmail: `ana${i}@home.example` });
    expect((await submit('recovery-email', { recoveryEmail: 'ana9@home.example' })).status, 'nobody’s mailbox is filled').to.equal(429);
  });
});

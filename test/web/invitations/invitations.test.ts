import { expect } from 'chai';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { movableClock } from '../../support/clock.ts';
import { Jar } from '../../support/jar.ts';
import { type CaughtMail, linkIn, type MailSink, startMailSink } from '../../support/mail-sink.ts';
import { pause } from '../../support/patience.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const chosen = 'a long new sentence';

describe('web/invitations', () => {
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
  const person = { firstName: 'Bruna', lastName: 'Lima', email: 'bruna@acme.example' };
  const bruna = async () => findUserByLogin(await server.scope(), person.email);
  const add = async (fields: Record<string, string>) =>
    ana.submit(ana.form(await ana.get(at('/admin/users/new')), /users\/new$/), { ...person, access: 'email', ...fields });
  const invite = (): Promise<CaughtMail> => sink.after(() => add({ activation: 'invitation' }));
  async function choose(link: string, newPassword = chosen, more: Record<string, string> = {}, jar = new Jar()) {
    const page = await jar.get(link);
    return jar.submit(jar.form(page, /(activate|register)\//), { newPassword, repeatPassword: newPassword, ...more });
  }
  const signIn = async (login: string, password: string) => {
    const jar = new Jar();
    return fillSignIn(jar, await jar.follow(at('/launchpad')), login, password);
  };
  const settings = async (changes: Record<string, string>) => {
    const form = ana.form(await ana.get(at('/admin/new-accounts')), /new-accounts$/);
    return ana.submit(form, changes);
  };

  it('S40, S61, S63: invited by mail, the person chooses a password by the link, once, and only then gets in', async () => {
    const mail = await invite();
    expect(mail.to).to.deep.equal([person.email]);
    expect(mail.text).to.contain('Hello Bruna').and.to.contain('7 days');
    expect((await bruna())!.status).to.equal('invited');
    const link = linkIn(mail);
    expect(link.startsWith(at('/activate/'))).to.equal(true);
    for (let i = 0; i < 3; i++) expect((await new Jar().get(link)).status, 'looking uses nothing up').to.equal(200);
    expect((await choose(link, 'short')).text).to.contain('At least 12 characters');
    expect((await choose(link, 'Bruna Lima 2026')).text, 'the policy guards every path').to.contain('use your name');
    const done = await choose(link);
    expect(done.url).to.match(/launchpad\?done=account_ready$/);
    expect(done.text).to.contain('Your account is ready');
    const user = (await bruna())!;
    expect([user.status, user.emailVerified]).to.deep.equal(['activated', true]);
    expect((await new Jar().get(link)).status, 'once').to.equal(410);
    expect((await signIn(person.email, chosen)).url).to.match(/launchpad$/);
    const scope = await server.scope();
    const events = await scope
      .db('audit_events')
      .where('subject_id', user.userId)
      .whereNot('type', 'user.viewed')
      .orderBy('event_id')
      .pluck('type');
    expect(events).to.deep.equal([
      'user.created',
      'user.invited',
      'user.activated',
      'password.changed',
      'sign-in.succeeded',
      'sign-in.succeeded',
    ]);
    expect(JSON.stringify(await scope.db('one_time_links').select()), 'the store has a hash').to.not.contain(link.split('/').at(-1)!);
  });

  it('S112, S113: an invitation is sent again while somebody is Invited; a newer one ends it, and so do time and deactivation', async () => {
    const first = linkIn(await invite());
    const user = (await bruna())!;
    const page = async () => ana.get(at(`/admin/users/${user.userId}`));
    expect((await page()).text).to.contain('Resend invitation');
    const resend = async () =>
      sink.after(async () =>
        ana.submit(ana.form(await ana.get(at(`/admin/users/${user.userId}/resend-invitation`)), /resend-invitation$/)),
      );
    const second = linkIn(await resend());
    expect((await new Jar().get(first)).status, 'an older one').to.equal(410);
    expect((await new Jar().get(second.replace('/acme/', '/other/'))).status, 'another company').to.equal(410);
    wait(7 * 24 * 60 + 1);
    expect((await new Jar().get(second)).status, 'a week later').to.equal(410);
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const third = linkIn(await resend());
    await ana.submit(ana.form(await ana.get(at(`/admin/users/${user.userId}/deactivate`)), /deactivate$/));
    expect((await new Jar().get(third)).status, 'deactivated').to.equal(410);
    expect((await page()).text).to.not.contain('Resend invitation');
  });

  it('a link is used once by twenty who try at the same time', async () => {
    const link = linkIn(await invite());
    const tries = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const jar = new Jar();
        return { jar, i, form: jar.form(await jar.get(link), /activate\//) };
      }),
    );
    const answers = await Promise.all(
      tries.map(({ jar, form, i }) => jar.submit(form, { newPassword: `${chosen} ${i}`, repeatPassword: `${chosen} ${i}` })),
    );
    expect(answers.filter(({ text }) => text.includes('Your account is ready'))).to.have.length(1);
    expect(answers.filter(({ status }) => status >= 500)).to.have.length(0);
  });

  it('S57, S71: without an e-mail there is no invitation; S62: a temporary password is shown and nothing is mailed', async () => {
    const refused = await add({ access: 'username', username: 'bruna', email: '', activation: 'invitation' });
    expect([refused.status, refused.text.includes('An invitation needs an e-mail')]).to.deep.equal([422, true]);
    expect(refused.text, 'nothing is lost').to.contain('value="bruna"');
    const shown = await add({ activation: 'temporary-password' });
    const [, temporary] = /id="temporary-password">([^<]+)</.exec(shown.text)!;
    expect((await signIn(person.email, temporary!)).url).to.match(/new-password$/);
    expect(sink.mails).to.have.length(0);
  });

  it('S33, S64: New accounts says what the form begins with and how long links work; what does not fit is named', async () => {
    const checked = async () => /value="(invitation|temporary-password)" checked/.exec((await ana.get(at('/admin/users/new'))).text)![1];
    expect(await checked()).to.equal('invitation');
    const refused = await settings({ invitationDays: '0', domains: 'not a domain' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('one domain per line').and.to.contain('within the range');
    expect(refused.text, 'nothing is lost').to.contain('not a domain');
    expect((await settings({ activation: 'temporary-password', invitationDays: '2' })).text).to.contain('Saved.');
    expect(await checked()).to.equal('temporary-password');
    const mail = await invite();
    expect(mail.text).to.contain('2 days');
    wait(2 * 24 * 60 + 1);
    expect((await new Jar().get(linkIn(mail))).status).to.equal(410);
  });

  it('two administrators: the later one is told that the page has changed, and changes nothing', async () => {
    const form = ana.form(await ana.get(at('/admin/new-accounts')), /new-accounts$/);
    await settings({ invitationDays: '3' });
    const late = await ana.submit(form, { invitationDays: '30' });
    expect(late.status).to.equal(409);
    expect((await ana.get(at('/admin/new-accounts'))).text).to.contain('name="invitationDays" value="3"');
  });

  describe('registering oneself', () => {
    const register = async (fields: Record<string, string> = {}, jar = new Jar()) =>
      jar.submit(jar.form(await jar.get(at('/register')), /register$/), { ...person, ...fields });

    it('is not there unless the company says so', async () => {
      expect((await new Jar().get(at('/register'))).status).to.equal(404);
      expect((await new Jar().follow(at('/launchpad'))).text).to.not.contain('/register');
    });

    it('with an address of an allowed domain, by a link, to an account of a regular user', async () => {
      await settings({ selfRegistration: 'yes', domains: 'acme.example\nACME.com' });
      expect((await new Jar().follow(at('/launchpad'))).text).to.contain('/register?request=');
      const refused = await register({ email: 'bruna@elsewhere.example' });
      expect([refused.status, refused.text.includes('Use an address of')]).to.deep.equal([422, true]);
      expect((await register({ email: 'x@sub.acme.example' })).status, 'a subdomain is another domain').to.equal(422);
      const link = linkIn(await sink.after(() => register()));
      expect(await bruna(), 'nobody before the link').to.equal(undefined);
      expect((await choose(link)).text).to.contain('Your account is ready');
      const user = (await bruna())!;
      expect([user.status, user.role, user.emailVerified]).to.deep.equal(['activated', 'regular', true]);
      expect((await signIn(person.email, chosen)).url).to.match(/launchpad$/);
      expect((await new Jar().get(link)).status, 'once').to.equal(410);
    });

    it('answers the same to who has an account, who is told by mail; three mails a day to one address', async () => {
      await settings({ selfRegistration: 'yes' });
      const known = await register({ email: 'ana@acme.example' });
      const unknown = await register({ email: 'zora@acme.example' });
      const plain = (text: string) => text.replace(/(ana|zora)@acme.example/g, '…').replace(/value="[\w-]{43}"/g, '');
      expect(plain(known.text)).to.equal(plain(unknown.text));
      const mail = await sink.after(() => register({ email: 'Ana@ACME.example' }), 'ana@acme.example');
      expect(mail.text).to.contain('one already exists').and.to.not.contain('/register/');
      for (let i = 0; i < 4; i++) await register({ email: 'ana@acme.example' });
      await pause(600);
      expect(sink.mails.filter(({ to }) => to[0]!.toLowerCase() === 'ana@acme.example')).to.have.length(3);
      expect((await register({ email: 'v%evil.example@acme.example' })).status, 'a route is no mailbox').to.equal(422);
      const greeting = await sink.after(
        () => register({ firstName: 'You won 900 EUR, collect at https://evil.example/win .', email: 'v@acme.example' }),
        'v@acme.example',
      );
      expect(greeting.text, 'what a stranger typed greets nobody').to.not.contain('evil.example');
      for (let i = 0; i < 4; i++) await register({ email: `v+${i}@acme.example` });
      await pause(600);
      expect(
        sink.mails.filter(({ to }) => to[0]!.startsWith('v')),
        'one mailbox, whatever stands behind the plus',
      ).to.have.length(3);
      const reasons = await (await server.scope()).db('audit_events').where({ type: 'registration.requested' }).pluck('reason');
      expect(new Set(reasons)).to.deep.equal(new Set(['has-an-account', 'too-many', null]));
    });

    it('closed meanwhile, or taken by somebody else, the link makes nothing', async () => {
      await settings({ selfRegistration: 'yes' });
      const link = linkIn(await sink.after(() => register()));
      await add({ activation: 'temporary-password' });
      const late = await choose(link);
      expect([late.status, (await bruna())!.status]).to.deep.equal([409, 'activated']);
      const other = linkIn(await sink.after(() => register({ email: 'zora@acme.example' }), 'zora@acme.example'));
      const jar = new Jar();
      const form = jar.form(await jar.get(other), /register\//);
      await settings({ selfRegistration: '' });
      expect((await jar.submit(form, { newPassword: chosen, repeatPassword: chosen })).status).to.equal(410);
      expect(await findUserByLogin(await server.scope(), 'zora@acme.example')).to.equal(undefined);
    });

    it('asks for required custom fields, which nobody else can fill in', async () => {
      await settings({ selfRegistration: 'yes' });
      await server.apply({
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            customFields: [{ code: 'badge', label: 'Badge number', type: 'number', required: true }],
          },
        ],
      });
      const link = linkIn(await sink.after(() => register()));
      const refused = await choose(link);
      expect([refused.status, refused.text.includes('Required field')]).to.deep.equal([422, true]);
      expect((await choose(link, chosen, { custom_badge: '4711' })).text).to.contain('Your account is ready');
      expect(Object.values((await bruna())!.customValues)).to.deep.equal([4711]);
    });
  });
});

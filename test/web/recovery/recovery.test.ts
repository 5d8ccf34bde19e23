import { expect } from 'chai';
import { sendRecoveryJob } from '../../../src/domain/administration/password-recovery/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { watchRefusals } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { Jar } from '../../support/jar.ts';
import { type CaughtMail, startMailSink } from '../../support/mail-sink.ts';
import { setPolicy } from '../../support/policy.ts';
import { eventually } from '../../support/process.ts';
import { setUpApp, totpCode } from '../../support/second-factor.ts';
import { fillSignIn, freePort, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/recovery', () => {
  let server: TestServer;
  let sink: Awaited<ReturnType<typeof startMailSink>>;
  const { clock, now, wait, reset } = movableClock();

  before(async () => {
    sink = await startMailSink();
  });
  after(() => sink.close());
  beforeEach(async () => {
    reset();
    sink.mails.length = 0;
    server = await startTestServer({ clock, jobs: true, config: { smtpUrl: sink.url } });
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const ask = async (login: string, jar = new Jar()) => jar.submit(jar.form(await jar.get(at('/recovery')), /recovery$/), { login });
  const events = async () => (await server.scope()).db('audit_events').where({ type: 'password.recovery-requested' }).orderBy('event_id');
  async function mailAfter(login: string): Promise<CaughtMail> {
    const known = sink.mails.length;
    await ask(login);
    await eventually(async () => expect(sink.mails.length).to.be.greaterThan(known));
    return sink.mails.at(-1)!;
  }
  const linkIn = (mail: CaughtMail) => /https?:\/\/\S+\/recovery\/[\w-]{43}/.exec(mail.text)![0];
  async function choose(link: string, newPassword: string, repeatPassword = newPassword, jar = new Jar()) {
    const page = await jar.get(link);
    return jar.submit(jar.form(page, /recovery\//), { newPassword, repeatPassword });
  }
  const signIn = async (login: string, password: string, jar = new Jar()) => ({
    jar,
    page: await fillSignIn(jar, await jar.follow(at('/launchpad')), login, password),
  });

  it('S4, S138: from the sign-in page to a new password, by a link that counts once and ends every session', async () => {
    const elsewhere = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    expect((await new Jar().follow(at('/launchpad'))).text).to.contain('/recovery?request=');
    const mail = await mailAfter('ana@acme.example');
    expect(mail.to).to.deep.equal(['ana@acme.example']);
    expect(mail.text).to.contain('Acme S.A.').and.to.contain('60 minutes');
    const link = linkIn(mail);
    expect(link.startsWith(`${server.issuer}/recovery/`)).to.equal(true);
    for (let i = 0; i < 3; i++) expect((await new Jar().get(link)).status, 'looking uses nothing up').to.equal(200);
    expect((await choose(link, 'short')).text).to.contain('At least 12 characters');
    expect((await choose(link, 'a new long sentence', 'another')).status).to.equal(422);
    expect((await choose(link, passwords.ana)).text).to.contain('different from your current one');
    const done = await choose(link, 'a new long sentence');
    expect(done.text).to.contain('Your password was changed, and you were signed out everywhere else.');
    expect(done.url).to.match(/launchpad\?done=password_changed$/);
    expect((await new Jar().get(link)).status, 'once').to.equal(410);
    expect((await elsewhere.follow(at('/launchpad'))).text).to.contain('name="password"');
    expect((await signIn('ana@acme.example', passwords.ana)).page.text).to.contain('name="password"');
    expect((await signIn('ana@acme.example', 'a new long sentence')).page.url).to.match(/launchpad$/);
    await eventually(async () => expect(sink.mails.at(-1)!.text).to.contain('was changed'));
  });

  it('S42: the same answer for everybody; nobody without an account, an e-mail or a right to come back is mailed', async () => {
    const scope = await server.scope();
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', users: [{ email: 'off@acme.example', firstName: 'Off', lastName: 'Duty' }] }],
    });
    await scope.db('users').where({ email_key: 'off@acme.example' }).update({ status: 'deactivated' });
    const plain = (text: string) => text.replace(/value="[^"]*"/g, '').replace(/_csrf[^>]*/g, '');
    const answers = [];
    const refused = await watchRefusals(scope, 'password.recovery-requested');
    for (const login of ['ana@acme.example', 'jsilva', 'off@acme.example', 'nobody@acme.example', "' OR 1=1 --"])
      answers.push(await ask(login));
    for (const answer of answers) {
      expect(answer.status).to.equal(200);
      expect(plain(answer.text)).to.equal(plain(answers[0]!.text));
    }
    await eventually(async () => expect(await refused()).to.have.members(['no-mail', 'deactivated', 'unknown-person', 'unknown-person']));
    await eventually(async () => expect(await events(), 'those of nobody are one event').to.have.length(4));
    await eventually(async () => expect(sink.mails).to.have.length(1));
  });

  it('S137: unblocks; a second factor stays and is asked for; a browser that was known is not any more', async () => {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const scope = await server.scope();
    await setPolicy(server, { secondFactor: { demand: 'required', rememberDays: 30 } });
    const page = await jar.follow(at('/launchpad'));
    expect(page.url).to.match(/enrol$/);
    const { secret } = await setUpApp(jar, page, now());
    for (let i = 0; i < 5; i++) await signIn('ana@acme.example', 'a wrong password');
    expect((await findUserByLogin(scope, 'ana@acme.example'))!.status).to.equal('blocked');
    await eventually(async () => expect(sink.mails.some(({ text }) => text.includes('is blocked for browsers'))).to.equal(true));
    await choose(linkIn(await mailAfter('ana@acme.example')), 'a new long sentence');
    expect((await findUserByLogin(scope, 'ana@acme.example'))!.status).to.equal('activated');
    wait(1);
    const again = await signIn('ana@acme.example', 'a new long sentence');
    expect(again.page.url).to.match(/second-factor$/);
    const done = await again.jar.submit(again.jar.form(again.page, /second-factor$/), { code: totpCode(secret, now()) });
    expect(done.url).to.match(/launchpad$/);
    expect(await scope.db('known_browsers').where({ user_id: (await findUserByLogin(scope, 'ana@acme.example'))!.userId })).to.have.length(
      1,
    );
  });

  it('a newer link, an hour, a new password and another company end a link; three mails an hour are enough', async () => {
    const first = linkIn(await mailAfter('ana@acme.example'));
    const second = linkIn(await mailAfter('ana@acme.example'));
    expect((await new Jar().get(first)).status, 'an older one').to.equal(410);
    expect((await new Jar().get(second.replace('/acme/', '/other/'))).status, 'another company').to.equal(410);
    wait(61);
    expect((await new Jar().get(second)).status, 'an hour later').to.equal(410);
    const third = linkIn(await mailAfter('ana@acme.example'));
    const ana = (await findUserByLogin(await server.scope(), 'ana@acme.example'))!;
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [
            {
              email: ana.email,
              firstName: ana.firstName,
              lastName: ana.lastName,
              role: 'administrator',
              password: 'set by a file this time',
            },
          ],
        },
      ],
    });
    expect((await new Jar().get(third)).status, 'a new password').to.equal(410);
    await mailAfter('ana@acme.example');
    await mailAfter('ana@acme.example');
    const known = sink.mails.length;
    await ask('ana@acme.example');
    await eventually(async () => expect((await events()).at(-1)!.reason).to.equal('too-many'));
    expect(sink.mails).to.have.length(known);
  });

  it('of twenty parallel wishes three are mailed, and one link works', async () => {
    const scope = await server.scope();
    const { keyRing } = server.app.services;
    const sealed = keyRing.encrypt('ana@acme.example', `recovery-login:${scope.contextId}`);
    const asked = { contextId: scope.contextId, actor: scope.actor, login: sealed };
    await Promise.all(Array.from({ length: 20 }, () => sendRecoveryJob.run(() => scope, asked, {}, { isLast: false })));
    const links = await scope.db('one_time_links').where({ kind: 'recovery' });
    expect([links.length, links.filter(({ ended_at }) => ended_at === null).length]).to.deep.equal([3, 1]);
  });

  it('of twenty parallel uses one counts; the store has neither the link nor what was typed', async () => {
    const link = linkIn(await mailAfter('ana@acme.example'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => choose(link, `a new long sentence ${i}`).catch(() => undefined)),
    );
    expect(answers.filter((answer) => answer?.text.includes('Your password was changed'))).to.have.length(1);
    const token = link.split('/').at(-1)!;
    const scope = await server.scope();
    for (const table of ['one_time_links', 'audit_events', 'graphile_worker._private_jobs'])
      expect(JSON.stringify((await scope.db.raw(`SELECT * FROM ${table}`)).rows), table).to.not.contain(token);
  });

  it('a mail that the server does not take is sent again, later each time; nobody reads it in the meantime', async () => {
    const port = await freePort();
    const patient = await startTestServer({ jobs: true, config: { smtpUrl: `smtp://127.0.0.1:${port}` } });
    let late: Awaited<ReturnType<typeof startMailSink>> | undefined;
    try {
      const jar = new Jar();
      await jar.submit(jar.form(await jar.get(`${patient.issuer}/recovery`), /recovery$/), { login: 'ana@acme.example' });
      const { db } = await patient.scope();
      const waiting = () =>
        db('graphile_worker.jobs').where({ task_identifier: 'deliver-mail' }).first('attempts', 'max_attempts', 'run_at', 'last_error');
      await eventually(async () => expect((await waiting()).last_error).to.contain('ECONNREFUSED'));
      expect(await waiting()).to.deep.include({ attempts: 1, max_attempts: 12 });
      expect((await waiting()).run_at.getTime(), 'later').to.be.greaterThan(Date.now() + 500);
      expect((await jar.get(`${patient.issuer}/mails`)).status, 'kept mails are for who tries Portaria out').to.equal(404);
      late = await startMailSink(port);
      await eventually(async () => expect(late!.mails).to.have.length(1));
    } finally {
      await patient.close();
      late?.close();
    }
  });
});

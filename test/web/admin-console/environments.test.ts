import { expect } from 'chai';
import { createApproval } from '../../../src/domain/administration/environments/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { Jar } from '../../support/jar.ts';
import { type CaughtMail, type MailSink, startMailSink } from '../../support/mail-sink.ts';
import { preparePages } from '../../support/pages.ts';
import { eventually } from '../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const badge = 'class="ribbon-approval"';
const languages = {
  en: { badge: 'Approval environment', subject: '[Approval] ', mail: 'This e-mail comes from an approval environment' },
  es: { badge: 'Entorno de homologación', subject: '[Homologación] ', mail: 'Este correo viene de un entorno de homologación' },
  'pt-BR': { badge: 'Ambiente de homologação', subject: '[Homologação] ', mail: 'Este e-mail vem de um ambiente de homologação' },
};

/** As a mail program shows it (RFC 2047). */
function subjectOf({ raw }: CaughtMail): string {
  const [, folded = ''] = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw.toString())!;
  return folded
    .replace(/\r\n[ \t]/g, ' ')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind, text) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString()
        : Buffer.from(
            text
              .replaceAll('_', ' ')
              .replace(/=([0-9A-F]{2})/g, (__: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            'latin1',
          ).toString(),
    );
}
/** Its two parts: as text, and as a page. */
const partsOf = ({ text }: CaughtMail) => {
  const [plain = '', page = ''] = text.split(/Content-Type: text\/html/);
  return { plain: plain.split('Content-Type: text/plain')[1] ?? '', page };
};

describe('web: the badge of an approval environment', () => {
  let server: TestServer;
  let addresses: string[];
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    addresses = await preparePages(server);
    const { db } = await server.scope();
    // the company with something on every page becomes the approval environment of the other one
    const other = (await server.scope('other')).contextId;
    await db('contexts').where('code', 'acme-approval').update({ paired_context_id: null });
    await db('contexts').where('code', 'acme').update({ environment: 'approval', paired_context_id: other });
    server.app.services.forgetCached((await server.scope()).contextId);
  });
  after(() => server.close());

  it('stands on every page, whoever looks, names its production and leads there', async () => {
    const stranger = new Jar();
    for (const [who, jar] of Object.entries({ ana, stranger }))
      for (const address of addresses) {
        const page = await jar.follow(`${server.issuer}${address}`);
        if (!page.text.startsWith('<!DOCTYPE html>')) continue;
        expect(page.text.split(badge), `${who} at ${address}`).to.have.length(2);
        expect(page.text, `${who} at ${address}`)
          .to.match(/icon-approval[.-]/)
          .and.contain('>Other Ltd</a>');
      }
    expect((await ana.get(`${server.issuer}/admin`)).text).to.contain(`href="${server.baseUrl}/other/admin">Other Ltd</a>`);
    expect((await stranger.follow(`${server.issuer}/launchpad`)).text).to.contain(`href="${server.baseUrl}/other/launchpad">Other Ltd</a>`);
    expect((await stranger.get(`${server.issuer}/nothing`)).status).to.equal(404);
    for (const [locale, words] of Object.entries(languages)) {
      const { text } = await new Jar().get(`${server.issuer}/recovery`, { headers: { 'accept-language': locale } });
      expect(text, locale).to.contain(words.badge);
    }
  });

  it('stands on no page of production', async () => {
    const rita = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other');
    for (const path of ['/launchpad', '/admin', '/account', '/nothing', '/recovery'])
      expect((await rita.get(`${server.baseUrl}/other${path}`)).text, path).to.not.contain(badge);
  });
});

describe('web/admin-console: the two environments of a company', () => {
  let server: TestServer;
  let sink: MailSink;
  let ana: Jar;
  before(async () => {
    sink = await startMailSink();
    server = await startTestServer({ jobs: true, config: { smtpUrl: sink.url } });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    await server.close();
    sink.close();
  });

  const at = (path: string, code = 'acme') => `${server.baseUrl}/${code}${path}`;
  const mailTo = async (address: string) => {
    await eventually(async () =>
      expect(
        sink.mails.some(({ to }) => to.includes(address)),
        address,
      ).to.equal(true),
    );
    return sink.mails.findLast(({ to }) => to.includes(address))!;
  };

  it('without approval the console says how to make it, and offers nothing that needs it', async () => {
    const page = (await ana.get(at('/admin/environments'))).text;
    expect(page).to.contain('portaria context create acme-approval').and.contain('--paired-with acme');
    expect((await ana.get(at('/admin/users'))).text).to.not.contain('invite-to-approval');
    for (const path of ['people', 'reset']) expect((await ana.get(at(`/admin/environments/${path}`))).status, path).to.equal(404);
    const form = ana.form(await ana.get(at('/admin/users')), /users\/bulk$/);
    const bulk = await ana.get(form.action, { form: { ...form.fields, change: 'invite-to-approval', whom: 'all' } });
    expect(bulk.status).to.equal(404);
  });

  it('S6: the pair is shown on both sides at once, and each leads to the other', async () => {
    const { contextId, ...outside } = await server.scope();
    await createApproval(outside, { code: 'acme-approval', name: 'Acme try-out', pairedContextId: contextId });
    await eventually(async () =>
      expect((await ana.get(at('/admin/environments'))).text).to.contain(`href="${at('/admin', 'acme-approval')}">Open console`),
    );
    expect((await ana.get(at('/admin'))).text).to.contain(`href="${at('/admin', 'acme-approval')}" title="Approval environment">`);
    expect((await ana.get(at('/launchpad'))).text).to.not.contain('acme-approval');
    expect((await ana.get(at('/admin/environments/reset'))).status).to.equal(404);
  });

  it('people who are ticked, found or in a group are invited, in mails that nobody takes for production', async () => {
    const list = await ana.get(at('/admin/users?change=invite-to-approval'));
    expect(list.text).to.match(/value="invite-to-approval" selected/);
    const scope = await server.scope();
    const me = (await findUserByLogin(scope, 'ana@acme.example'))!.userId;
    const form = ana.form(list, /users\/bulk$/);
    const confirm = await ana.get(form.action, { form: { ...form.fields, change: 'invite-to-approval', whom: 'ticked', user: me } });
    expect(confirm.text).to.contain('Ana Souza').and.contain('Finance').and.contain('Invite to approval (1)');
    const finance = (await findGroupByName(scope, 'Finance'))!.groupId;
    const start = ana.form(confirm, /bulk\/start$/);
    const started = await ana.get(start.action, { form: { ...start.fields, any_groups: finance } });
    expect(started.status).to.equal(303);

    const mail = await mailTo('ana@acme.example');
    expect(subjectOf(mail)).to.match(/^\[Approval\] /);
    expect(partsOf(mail).plain).to.match(/\r\n\r\n\*\*\* This e-mail comes from an approval environment, where Acme S\.A\. tests changes/);
    expect(partsOf(mail).page).to.contain('This e-mail comes from an approval environment');
    const link = /https?:\S+\/activate\/\S+/.exec(mail.text)![0];
    expect(link.startsWith(at('/activate/', 'acme-approval'))).to.equal(true);

    // João has a username only: he is told of, and not invited
    const people = await ana.get(at('/admin/environments/people'));
    const choose = ana.form(people, /environments\/people$/);
    expect((await ana.get(choose.action, { form: choose.fields })).status).to.equal(422);
    const chosen = await ana.get(choose.action, { form: { ...choose.fields, all_groups: finance } });
    expect(chosen.text).to.contain('João da Silva').and.contain('Invite to approval (1)');
    const begin = ana.form(chosen, /bulk\/start$/);
    const { headers } = await ana.get(begin.action, { form: begin.fields });
    const path = new URL(String(headers.location), server.baseUrl).href;
    await eventually(async () => expect((await ana.get(path)).text).to.contain('The user has no e-mail'));
    const [first] = await eventsOf(scope, { type: 'users.invited-to-approval' });
    expect(first!.details).to.deep.equal({ total: 1, groups: ['Finance'] });
  });

  it('the mails of approval say so in every language, in their subject, text and page', async () => {
    const approval = await server.scope('acme-approval');
    for (const [locale, words] of Object.entries(languages)) {
      const login = `${locale.toLowerCase()}@acme.example`;
      await server.apply({
        contexts: [{ code: 'acme-approval', name: 'Acme try-out', users: [{ email: login, firstName: 'X', lastName: 'Y' }] }],
      });
      await approval.db('users').where({ context_id: approval.contextId, email: login }).update({ locale, status: 'activated' });
      const jar = new Jar();
      const form = jar.form(await jar.get(at('/recovery', 'acme-approval')), /recovery$/);
      await jar.submit(form, { login });
      const mail = await mailTo(login);
      expect(subjectOf(mail).startsWith(words.subject), subjectOf(mail)).to.equal(true);
      expect(partsOf(mail).plain).to.contain(`*** ${words.mail}`);
      expect(partsOf(mail).page).to.contain(words.mail);
    }
    const jar = new Jar();
    await jar.submit(jar.form(await jar.get(at('/recovery')), /recovery$/), { login: 'ana@acme.example' });
    await eventually(async () => expect(sink.mails.filter(({ to }) => to.includes('ana@acme.example'))).to.have.length(2));
    const mail = await mailTo('ana@acme.example');
    expect([subjectOf(mail), mail.text].join('\n')).to.not.match(/approval/i);
  });

  it('approval is reset by typing its code, and a link to it stays only there', async () => {
    const approval = await server.scope('acme-approval');
    const user = (await findUserByLogin(approval, 'ana@acme.example'))!;
    const [{ hash } = { hash: '' }] = await approval
      .db('passwords')
      .whereIn('user_id', (await server.scope()).db('users').where('email', 'ana@acme.example').select('user_id'))
      .select('hash');
    await approval
      .db('passwords')
      .insert({ context_id: approval.contextId, user_id: user.userId, hash, must_change: false, changed_at: new Date() });
    await approval.db('users').where('user_id', user.userId).update({ status: 'activated' });
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana, 'acme-approval');
    const page = await jar.get(at('/admin/environments/reset', 'acme-approval'));
    const form = jar.form(page, /reset$/);
    const refused = await jar.get(form.action, { form: { ...form.fields, code: 'acme' } });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Type the code of this environment');
    const done = await jar.get(form.action, { form: { ...form.fields, code: 'acme-approval' } });
    expect(done.status).to.equal(303);
    await eventually(async () => expect((await approval.db('users').where('context_id', approval.contextId)).length).to.equal(1));
    expect((await jar.get(at('/admin/users', 'acme-approval'))).text).to.contain('Ana Souza');
    expect((await jar.get(at('/admin/audit', 'acme-approval'))).text).to.contain('Approval environment reset');
    expect((await ana.get(at('/admin/users'))).text).to.contain('João');
    expect((await ana.get(at('/admin/environments/reset'), { form: { code: 'acme' } })).status).to.be.oneOf([403, 404]);
  });
});

import { expect } from 'chai';
import { createTasks } from '../../src/app/jobs.ts';
import { type MailPage, mailLinkPurpose, mailPerson } from '../../src/domain/company/mails/index.ts';
import { findUserByLogin, type User } from '../../src/domain/people/users/index.ts';
import { inTransaction, type Scope } from '../../src/domain/scope.ts';
import { createMailer } from '../../src/platform/mail/index.ts';
import { startMailSink } from '../support/mail-sink.ts';
import { noNotices } from '../support/notices.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('web: links in mails', () => {
  let server: TestServer;
  let sink: Awaited<ReturnType<typeof startMailSink>>;
  let scope: Scope;
  let ana: User;
  before(async () => {
    sink = await startMailSink();
    server = await startTestServer();
    scope = await server.scope();
    ana = (await findUserByLogin(scope, 'ana@acme.example'))!;
  });
  after(async () => {
    sink.close();
    await server.close();
  });

  /** The link of the mail that the job sends. */
  async function linkOf(task: 'deliver-mail' | 'send-mail', payload: Record<string, unknown>): Promise<string> {
    const mailer = createMailer(sink.url, 'Portaria <portaria@acme.example>');
    const count = sink.mails.length;
    await createTasks(server.app.services, noNotices, mailer)[task]!(payload, { isLast: false });
    mailer.close();
    expect(sink.mails).to.have.length(count + 1);
    return /https?:\S+/.exec(sink.mails.at(-1)!.text)![0];
  }

  /** The job fails and nothing is sent. */
  async function refused(task: 'deliver-mail' | 'send-mail', link: Record<string, unknown>): Promise<void> {
    const mailer = createMailer(sink.url, 'Portaria <portaria@acme.example>');
    const count = sink.mails.length;
    const mail = { contextId: scope.contextId, userId: ana.userId, to: 'ana@acme.example', mail: 'recovery', params: { minutes: 5 } };
    const run = createTasks(server.app.services, noNotices, mailer)[task]!;
    const fault = await run({ ...mail, ...link }, { isLast: false }).then(
      () => undefined,
      (error: Error) => error,
    );
    mailer.close();
    expect(fault, JSON.stringify(link)).to.be.instanceOf(Error);
    expect(sink.mails).to.have.length(count);
  }

  async function queued(): Promise<Record<string, unknown>> {
    const [job] = await scope.db('graphile_worker._private_jobs').select('payload');
    await scope.db('graphile_worker._private_jobs').delete();
    return job.payload;
  }

  it('lead to the page that the domain named; a page with a token lies sealed in the queue', async () => {
    const token = 'a-token-that-nobody-may-read';
    await inTransaction(scope, (inside) => mailPerson(inside, ana, { mail: 'own_password_changed', leadsTo: { page: 'account' } }));
    const open = await queued();
    expect(open.leadsTo).to.deep.equal({ page: 'account' } satisfies MailPage);
    expect(await linkOf('deliver-mail', open)).to.equal(`${server.issuer}/account`);

    await inTransaction(scope, (inside) =>
      mailPerson(inside, ana, { mail: 'recovery', leadsTo: { page: 'recovery', token }, params: { minutes: 5 } }),
    );
    const secret = await queued();
    expect(JSON.stringify(secret)).to.not.contain(token);
    expect(await linkOf('deliver-mail', secret)).to.equal(`${server.issuer}/recovery/${token}`);
  });

  it('of a process of version 0.1, which queued the path itself, lead where they did', async () => {
    const { contextId } = scope;
    const mail = { contextId, userId: ana.userId, to: 'ana@acme.example', mail: 'recovery', params: { firstName: 'Ana', minutes: 5 } };
    expect(await linkOf('send-mail', { ...mail, path: '/admin/certificates' })).to.equal(`${server.issuer}/admin/certificates`);
    const sealedPath = server.app.services.keyRing.encrypt('/recovery/old-token', mailLinkPurpose(contextId));
    expect(await linkOf('send-mail', { ...mail, sealedPath })).to.equal(`${server.issuer}/recovery/old-token`);
  });

  it('that are missing or odd are never sent', async () => {
    const sealed = (text: string) => server.app.services.keyRing.encrypt(text, mailLinkPurpose(scope.contextId));
    await refused('deliver-mail', {});
    await refused('send-mail', {});
    await refused('send-mail', { path: 'https://evil.example' });
    await refused('send-mail', { sealedPath: sealed('@evil.example') });
    const odd = [
      null,
      'recovery',
      {},
      { page: 'recovery' },
      { page: 'recovery', token: '' },
      { page: 'nowhere', token: 'x' },
      { page: 'account' },
    ];
    for (const page of odd) await refused('deliver-mail', { sealedLeadsTo: sealed(JSON.stringify(page)) });
  });
});

import { expect } from 'chai';
import { createTasks } from '../../../../src/app/jobs.ts';
import type { OidcSettings } from '../../../../src/domain/applications/applications/index.ts';
import type { Clock } from '../../../../src/platform/clock/index.ts';
import { createMailer } from '../../../../src/platform/mail/index.ts';
import { startMailSink } from '../../../support/mail-sink.ts';
import { noNotices } from '../../../support/notices.ts';
import { makeKeys } from '../../../support/saml.ts';
import { startTestServer, type TestServer } from '../../../support/server.ts';

const day = 24 * 3600 * 1000;

describe('web: certificates and client secrets that end soon', () => {
  let server: TestServer;
  let sink: Awaited<ReturnType<typeof startMailSink>>;
  let ahead = 0;
  const clock: Clock = { now: () => new Date(Date.now() + ahead) };

  before(async () => {
    sink = await startMailSink();
    server = await startTestServer({ clock });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ email: 'bia@acme.example', firstName: 'Bia', lastName: 'Lima', role: 'administrator' }],
          applications: [
            {
              code: 'wiki',
              name: 'Wiki',
              saml: {
                entityId: 'https://wiki.example',
                assertionConsumerServices: [{ url: 'https://wiki.example/acs' }],
                signingCertificates: [makeKeys().certificate],
              },
            },
          ],
        },
      ],
    });
    await (await server.scope()).db('users').where({ email: 'bia@acme.example' }).update({ locale: 'pt-BR' });
  });
  after(async () => {
    sink.close();
    await server.close();
  });

  /** What the schedule does in a day: looks, and sends what was queued. */
  async function aDay(): Promise<number> {
    const mailer = createMailer(sink.url, 'Portaria <portaria@acme.example>');
    const tasks = createTasks(server.app.services, noNotices, mailer);
    const { db } = await server.scope();
    const count = sink.mails.length;
    await tasks['warn-of-expiry']!({}, { isLast: false });
    const { rows } = await db.raw(
      'SELECT j.id, j.payload FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = ?',
      ['deliver-mail'],
    );
    for (const { id, payload } of rows) {
      await tasks['deliver-mail']!(payload, { isLast: false });
      await db.raw('DELETE FROM graphile_worker._private_jobs WHERE id = ?', [id]);
    }
    mailer.close();
    return sink.mails.length - count;
  }

  it('every administrator hears of it in their language, a few times and not every day', async () => {
    expect(await aDay(), 'a year left').to.equal(0);
    ahead = (365 - 59) * day;
    expect(await aDay()).to.equal(2);
    const [ana, bia] = ['ana@acme.example', 'bia@acme.example'].map((address) => sink.mails.find(({ to }) => to.includes(address))!);
    expect(ana!.text).to.contain('a certificate of Wiki expires in 59 days').and.to.contain(`${server.issuer}/admin/applications/`);
    expect(bia!.text).to.contain('um certificado de Wiki expira em 59 dias');
    expect(await aDay(), 'the same day').to.equal(0);
    ahead += 10 * day;
    expect(await aDay(), 'between two warnings').to.equal(0);
    ahead = (365 - 13) * day;
    expect(await aDay()).to.equal(2);
    expect(sink.mails.at(-1)!.text).to.not.contain('root@other.example');
  });

  it('a client secret, and the next one again', async () => {
    const endsAt = async (days: number) => {
      const at = Math.floor((clock.now().getTime() + days * day) / 1000);
      const oidc = {
        client_id: 'erp',
        client_secret: 'a secret of the ERP'.replaceAll(' ', '-'),
        redirect_uris: ['https://erp.example/cb'],
      };
      await server.apply({
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            applications: [{ code: 'erp', name: 'ERP', oidc: { ...oidc, client_secret_expires_at: at } }],
          },
        ],
      });
    };
    await endsAt(61);
    expect(await aDay()).to.equal(0);
    await endsAt(29);
    expect(await aDay()).to.equal(2);
    expect(sink.mails.at(-1)!.text + sink.mails.at(-2)!.text)
      .to.contain('the client secret of ERP expires in 29 days')
      .and.to.contain('o segredo do cliente de ERP expira em 29 dias');
    expect(await aDay(), 'the same day').to.equal(0);
    await endsAt(28);
    expect(await aDay(), 'another secret').to.equal(2);
    // a file that says nothing of the secret leaves it and its end as they are
    const oidc = { client_id: 'erp', redirect_uris: ['https://erp.example/cb'] };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'erp', name: 'ERP 2', oidc }] }] });
    const scope = await server.scope();
    const kept = await scope.db('applications').where({ context_id: scope.contextId, code: 'erp' }).first('oidc');
    expect((kept!.oidc as OidcSettings).client_secret_expires_at).to.be.a('number');
    const events = await (await server.scope()).db('audit_events').where({ type: 'application.secret-ends-soon' });
    expect(events).to.have.length(2);
  });

  it('ours, too, with the way to change it', async () => {
    ahead = (5 * 365 - 6) * day;
    expect(await aDay(), 'two certificates of acme for two administrators, two of other for one').to.equal(6);
    expect(sink.mails.at(-1)!.text).to.contain('/admin/certificates');
    const events = await (await server.scope()).db('audit_events').where({ type: 'saml-certificate.ends-soon' });
    expect(events.length).to.be.greaterThan(3);
  });
});

import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { locales } from '../../../../src/platform/i18n/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import type { Jar } from '../../../support/jar.ts';
import { eventually } from '../../../support/patience.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: Explain', () => {
  let server: TestServer;
  let ana: Jar;
  let joao: { userId: string };
  let payroll: { applicationId: string };
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const scope = await server.scope();
    joao = (await findUserByLogin(scope, 'jsilva'))!;
    payroll = (await findApplicationByCode(scope, 'payroll'))!;
  });
  after(() => server.close());

  const at = (query: Record<string, string>) => `${server.issuer}/admin/explain?${new URLSearchParams(query)}`;
  const ask = async (query: Record<string, string>) => ana.get(at(query));

  it('says that somebody gets in, what is asked on the way, and what would be told', async () => {
    const page = await ask({ person: 'jsilva', application: 'Payroll' });
    expect(page.status).to.equal(200);
    expect(page.text)
      .to.contain('João da Silva can open Payroll')
      .and.contain('Assigned through groups: Finance')
      .and.contain('The person has a personal password.')
      .and.contain('preferred_username');
  });

  it('says what keeps somebody out, and leads to the page that mends it', async () => {
    const page = await ask({ person: 'ana@acme.example', application: 'payroll' });
    expect(page.text).to.contain('Ana Souza can’t open Payroll').and.contain('Assign application');
    const { userId } = (await findUserByLogin(await server.scope(), 'ana@acme.example'))!;
    expect(page.text).to.contain(`/admin/users/${userId}/applications/add`);
  });

  it('that somebody looked is in the audit; that nobody was found is not', async () => {
    const scope = await server.scope();
    const before = (await eventsOf(scope, { type: 'explanation.viewed' })).length;
    await ask({ person: joao.userId, application: payroll.applicationId });
    await ask({ person: 'nobody', application: 'payroll' });
    await ask({ person: joao.userId });
    const events = await eventsOf(scope, { type: 'explanation.viewed' });
    expect(events.length).to.equal(before + 1);
    expect(events.at(-1)).to.deep.include({ subjectId: joao.userId, applicationId: payroll.applicationId });
  });

  it('is for administrators alone', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await jar.get(at({ person: 'jsilva', application: 'payroll' }))).status).to.equal(403);
  });

  it('knows nobody and nothing of another company', async () => {
    const other = await server.scope('other');
    const stranger = (await findUserByLogin(other, 'root@other.example'))!;
    const theirs = (await findApplicationByCode(other, 'payroll'))!;
    const page = await ask({ person: stranger.userId, application: theirs.applicationId });
    expect(page.text).not.to.contain('Rita').and.not.to.contain('Other payroll');
    expect(page.text).to.contain('no application has this name');
  });

  it('speaks three languages, and names what is wrong with what was typed', async () => {
    for (const locale of locales) {
      await ana.get(`${server.issuer}/language?locale=${locale}`);
      const page = await ask({ person: 'jsilva', application: 'payroll', from: 'here', at: 'soon' });
      expect(page.text).to.contain('from-fault').and.contain('at-fault');
      const fine = await ask({ person: 'jsilva', application: 'payroll' });
      expect(fine.text, locale).not.to.match(/explain\.[a-z_.]+</);
    }
    await ana.get(`${server.issuer}/language?locale=en`);
  });

  it('answers in the zone in which it asks, and names it', async () => {
    const zoned = (timeZone: string) => server.apply({ contexts: [{ code: 'acme', timeZone }] });
    await zoned('America/Sao_Paulo');
    const question = { person: 'jsilva', application: 'payroll', at: '2026-05-04T10:30' };
    // the company is cached until the change is told
    await eventually(async () =>
      expect((await ask(question)).text)
        .to.match(/On May 4, 2026, 10:30\sAM America\/Sao_Paulo\./)
        .and.not.to.match(/\d\s[AP]M UTC/),
    );
    await zoned('UTC');
  });

  it('offers those who fit, where several do', async () => {
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', users: [{ email: 'j2@acme.example', firstName: 'Joana', lastName: 'da Silva' }] }],
    });
    const page = await ask({ person: 'silva', application: 'payroll' });
    expect(page.text).to.contain('Which person?').and.contain('Joana da Silva').and.contain('João da Silva');
  });

  it('escapes what was typed', async () => {
    const page = await ask({ person: '<script>alert(1)</script>', application: '"><img src=x>' });
    expect(page.text).not.to.contain('<script>alert(1)').and.not.to.contain('<img src=x>');
  });

  it('the pages of a person and of an application list the last sign-ins, each with its explanation', async () => {
    const person = await ana.get(`${server.issuer}/admin/users/${joao.userId}/access`);
    expect(person.text)
      .to.contain('Recent sign-ins')
      .and.match(/\/admin\/explain\?event=[0-9a-f-]{36}/);
    const [, link = ''] = /href="[^"]*(\/admin\/explain\?event=[0-9a-f-]{36})"/.exec(person.text) ?? [];
    const event = await ana.follow(`${server.issuer}${link}`);
    expect(event.text).to.contain('Signed in').and.contain('João da Silva').and.contain('View current explanation');
    expect((await ana.get(`${server.issuer}/admin/applications/${payroll.applicationId}/activity`)).text).to.contain('Recent sign-ins');
    expect((await ana.get(at({ event: '00000000-0000-7000-8000-000000000000' }))).status).to.equal(404);
    expect((await ana.get(at({ event: 'none' }))).status).to.equal(404);
  });
});

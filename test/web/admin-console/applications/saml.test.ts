import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import {
  digestOf,
  findPartnerMetadata,
  ignoreMetadata,
  refreshMetadata,
} from '../../../../src/domain/applications/partner-metadata/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import type { Jar } from '../../../support/jar.ts';
import { noNotices } from '../../../support/notices.ts';
import { makeKeys } from '../../../support/saml.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const keys = makeKeys();
const der = keys.certificate.replace(/-----[^-]+-----|\s/g, '');
const metadata = (entityId = 'https://sp.example/metadata', more = '') =>
  `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"${more}>
  <md:SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://sp.example/slo"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="https://sp.example/artifact" index="0"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example/acs" index="1"/>
  </md:SPSSODescriptor></md:EntityDescriptor>`;

describe('web: the console connects SAML applications', () => {
  let server: TestServer;
  let partner: Server;
  let partnerUrl: string;
  let published = metadata('https://fetched.example');
  let ana: Jar;

  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const port = await freePort();
    partnerUrl = `http://127.0.0.1:${port}`;
    partner = createServer((request, response) => {
      response.statusCode = request.url === '/metadata' ? 200 : 404;
      response.end(published);
    }).listen(port, '127.0.0.1');
  });
  after(async () => {
    partner.close();
    await server.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;
  async function fillIn(path: string, changes: Record<string, string>) {
    const { action, entries } = ana.form(await ana.get(at(path)), /admin\/applications/);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(changes)) form.set(name, value);
    return ana.get(action, { form });
  }
  const create = (entry: string, changes: Record<string, string>) => fillIn(`/admin/applications/new?entry=${entry}`, changes);
  const saved = async (code: string) => (await findApplicationByCode(await server.scope(), code))?.saml;

  it('an application that is told by SOAP needs a certificate: the form says so, and keeps what was typed', async () => {
    const fields = {
      name: 'Told',
      entityId: 'https://told.example',
      acs: 'https://told.example/acs',
      soapLogoutUrl: 'https://told.example/soap',
    };
    const refused = await create('saml', fields);
    expect(refused.text).to.contain('Enter a certificate to verify the application’s SOAP responses.');
    expect(refused.text).to.contain('value="https://told.example/soap"');
    expect(await saved('told')).to.equal(undefined);
    expect((await create('saml', { ...fields, signingCertificates: keys.certificate })).status).to.equal(303);
    expect(await saved('told')).to.include({ soapLogoutUrl: 'https://told.example/soap' });
  });

  it('by pasted metadata: addresses, certificates and the demand for signatures come from it', async () => {
    expect((await create('saml', { name: 'Pasted', metadata: metadata() })).status).to.equal(303);
    expect(await saved('pasted')).to.deep.include({
      entityId: 'https://sp.example/metadata',
      assertionConsumerServices: [{ url: 'https://sp.example/acs', index: 1, isDefault: false }],
      singleLogoutServices: [{ binding: 'redirect', url: 'https://sp.example/slo' }],
      requireSignedRequests: true,
      signAssertion: true,
    });
    expect((await saved('pasted'))!.signingCertificates[0]).to.contain('BEGIN CERTIFICATE');
  });

  it('by its address, under the rules for calls to the outside', async () => {
    expect((await create('saml', { name: 'Fetched', metadataUrl: `${partnerUrl}/metadata` })).status).to.equal(303);
    expect((await saved('fetched'))!.entityId).to.equal('https://fetched.example');
    for (const [metadataUrl, fault] of Object.entries({
      [`${partnerUrl}/gone`]: 'No usable response',
      'http://169.254.169.254/latest': 'private network',
      'file:///etc/passwd': 'with https',
    })) {
      const answer = await create('saml', { name: 'Refused', metadataUrl });
      expect(answer.status, metadataUrl).to.equal(422);
      expect(answer.text).to.contain(fault);
    }
  });

  it('metadata at an address is read again; a difference waits for a decision, whatever it says', async () => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'fetched'))!;
    const page = async () => (await ana.get(at(`/admin/applications/${applicationId}/connection`))).text;
    const act = async (action: string) => {
      const shown =
        new RegExp(`href="([^"]*/${action}[^"]*)"`).exec(await page())?.[1] ?? at(`/admin/applications/${applicationId}/${action}`);
      const confirm = await ana.get(new URL(shown, server.baseUrl).href);
      return ana.submit(ana.form(confirm, new RegExp(`${action}$`)));
    };
    await act('read-metadata');
    expect(await page()).to.not.contain('metadata changed');
    published = metadata('https://fetched.example').replace('https://sp.example/acs', 'https://moved.example/acs');
    await act('read-metadata');
    expect(await page())
      .to.contain('metadata changed')
      .and.to.contain('https://moved.example/acs');
    expect((await saved('fetched'))!.assertionConsumerServices[0]!.url, 'nothing by itself').to.equal('https://sp.example/acs');
    await act('ignore-metadata');
    await act('read-metadata');
    expect(await page(), 'not asked twice').to.not.contain('metadata changed');
    published = published.replace('https://sp.example/slo', 'https://moved.example/slo');
    await act('read-metadata');
    const seen = /href="([^"]*accept-metadata[^"]*)"/.exec(await page())![1]!;
    const looking = ana.form(await ana.get(new URL(seen, server.baseUrl).href), /accept-metadata$/);
    published = published.replace('https://moved.example/acs', 'https://swapped.example/acs');
    await act('read-metadata');
    expect((await ana.submit(looking)).status, 'changed between the look and the click').to.equal(409);
    published = published.replace('https://swapped.example/acs', 'https://moved.example/acs');
    await act('read-metadata');
    await act('accept-metadata');
    expect((await saved('fetched'))!.assertionConsumerServices[0]!.url).to.equal('https://moved.example/acs');
    expect((await saved('fetched'))!.singleLogoutServices[0]!.url).to.equal('https://moved.example/slo');
    expect((await ana.get(at(`/admin/applications/${applicationId}/accept-metadata`))).status).to.equal(200);
    const form = ana.form(await ana.get(at(`/admin/applications/${applicationId}/accept-metadata`)), /accept-metadata$/);
    expect((await ana.get(form.action, { form: form.fields })).status, 'once').to.equal(404);

    for (const [bad, fault] of Object.entries({
      'https://another.example': 'no service provider with the entity ID https://fetched.example',
      broken: 'This XML has an error',
      scripted: 'no usable ACS URL (javascript:alert(1))',
    })) {
      published =
        bad === 'broken'
          ? '<a'
          : bad === 'scripted'
            ? metadata('https://fetched.example').replace('https://sp.example/acs', 'javascript:alert(1)')
            : metadata(bad);
      await act('read-metadata');
      expect(await page(), bad)
        .to.contain(fault)
        .and.not.contain('metadata changed');
    }
    const events = await (await server.scope()).db('audit_events').where({ type: 'application.metadata-changed' });
    expect(events.length).to.be.greaterThan(2);
  });

  it('what was found is of its address and of its time: a new address, an edit or a decision meanwhile comes first', async () => {
    const scope = await server.scope();
    const { applicationId, saml } = (await findApplicationByCode(scope, 'fetched'))!;
    const found = () => findPartnerMetadata(scope, applicationId, saml);
    const moved = (acs: string) => Buffer.from(metadata('https://fetched.example').replace('https://sp.example/acs', acs));
    await refreshMetadata(scope, applicationId, async (_url, take) => take(moved('https://one.example/acs')));
    expect((await found())!.proposed!.assertionConsumerServices[0]!.url).to.equal('https://one.example/acs');
    expect(
      await findPartnerMetadata(scope, applicationId, { ...saml!, metadataUrl: 'https://elsewhere.example/' }),
      'another address',
    ).to.equal(undefined);
    await refreshMetadata(scope, applicationId, async (_url, take) => {
      const seen = digestOf((await found())!.proposed!);
      await ignoreMetadata(scope, applicationId, seen);
      take(moved('https://one.example/acs'));
    });
    expect((await found())!.proposed, 'ignored while it was read').to.equal(undefined);
    await refreshMetadata(scope, applicationId, async (_url, take) => {
      await fillIn(`/admin/applications/${applicationId}/edit`, { metadataUrl: '' });
      take(moved('https://two.example/acs'));
    });
    expect((await found())?.proposed, 'the address was taken away while it was read').to.equal(undefined);
    published = metadata('https://fetched.example');
    const restored = await fillIn(`/admin/applications/${applicationId}/edit`, { metadataUrl: saml!.metadataUrl! });
    expect(restored.status).to.equal(303);
  });

  it('an edit of something else leaves every address, index and default as it was', async () => {
    const services = {
      assertionConsumerServices: [
        { url: 'https://two.example/acs', index: 0, isDefault: false },
        { url: 'https://two.example/acs/second', index: 1, isDefault: true },
        { url: 'https://two.example/acs', index: 7, isDefault: false },
      ],
      singleLogoutServices: [
        { binding: 'redirect', url: 'https://two.example/slo' },
        { binding: 'redirect', url: 'https://two.example/slo2' },
      ],
    };
    const two = { code: 'two', name: 'Two', saml: { entityId: 'https://two.example', ...services } };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [two] }] });
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'two'))!;
    expect((await fillIn(`/admin/applications/${applicationId}/edit`, { description: 'Other words' })).status).to.equal(303);
    const after = (await saved('two'))!;
    expect(after.singleLogoutServices).to.deep.equal(services.singleLogoutServices);
    expect(after.assertionConsumerServices).to.have.deep.members(services.assertionConsumerServices);
  });

  it('the schedule asks every application with such an address', async () => {
    const { createTasks } = await import('../../../../src/app/jobs.ts');
    published = metadata('https://fetched.example').replace('https://sp.example/acs', 'https://again.example/acs');
    const tasks = createTasks(server.app.services, noNotices);
    await tasks['refresh-all-metadata']!({}, { isLast: false });
    const scope = await server.scope();
    const { applicationId } = (await findApplicationByCode(scope, 'fetched'))!;
    await tasks['refresh-metadata']!({ contextId: scope.contextId, applicationId }, { isLast: false });
    const row = await scope.db('partner_metadata').where({ application_id: applicationId }).first();
    expect(JSON.stringify(row!.proposed)).to.contain('https://again.example/acs');
  });

  it('hostile or useless metadata is refused with the reason, and nothing typed is lost', async () => {
    const bad = {
      'expired on 2020-01-01T00:00:00Z': metadata('https://x.example', ' validUntil="2020-01-01T00:00:00Z"'),
      'its root element is a': '<a/>',
      'declares a document type': `<!DOCTYPE a [<!ENTITY b "c">]>${metadata()}`,
      'This XML has an error': metadata().slice(0, 300),
      'no usable ACS URL': metadata().replace(/<md:AssertionConsumerService [^>]*POST[^>]*>/, ''),
    };
    for (const [sentence, xml] of Object.entries(bad)) {
      const answer = await create('saml', { name: `Bad <${sentence}>`, metadata: xml, defaultRelayState: '/kept' });
      expect(answer.status, sentence).to.equal(422);
      expect(answer.text, sentence).to.contain(sentence).and.to.contain('/kept');
    }
    for (const address of ['https:sp.example/acs', 'https:/sp.example/acs', 'http://sp.example/acs'])
      expect(
        (await create('saml', { name: 'Odd', metadata: metadata('https://z.example').replace('https://sp.example/acs', address) })).status,
        address,
      ).to.equal(422);
    const ec = makeKeys('ES256').certificate;
    const byEc = await create('saml', {
      name: 'EC',
      entityId: 'https://ec.example',
      acs: 'https://ec.example/acs',
      encryptAssertion: 'yes',
      encryptionCertificate: ec,
    });
    expect(byEc.text).to.contain('key type is not supported');
    const federation = (inner: string, outer = '') =>
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"${outer}>${inner}</md:EntitiesDescriptor>`;
    const entity = metadata('https://nested.example').replace('<?xml version="1.0"?>', '');
    expect(
      (await create('saml', { name: 'Nested', metadata: federation(federation(entity, ' validUntil="2020-01-01T00:00:00Z"')) })).text,
    ).to.contain('expired on 2020');
    const scripted = metadata('https://y.example').replace('https://sp.example/acs', 'javascript:alert(1)');
    expect((await create('saml', { name: 'Scripted', metadata: scripted })).status).to.equal(422);
  });

  it('by hand, from the catalogue; edited without loss; one entity ID belongs to one application', async () => {
    expect((await create('zendesk', { subdomain: 'desk', name: 'Desk' })).status).to.equal(303);
    const settings = (await saved('desk'))!;
    expect(settings.assertionConsumerServices[0]!.url).to.equal('https://desk.zendesk.com/access/saml');
    expect(settings.attributes.map(({ name, from }) => [name, from])).to.deep.equal([
      ['name', 'fullName'],
      ['email', 'email'],
    ]);
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'desk'))!;
    const edit = `/admin/applications/${applicationId}/edit`;
    expect((await fillIn(edit, { sendGroups: 'yes' })).status).to.equal(303);
    expect(await saved('desk')).to.deep.equal({ ...settings, sendGroups: true });
    expect((await fillIn(edit, { acs: 'https://new.example/acs\nhttps://desk.zendesk.com/access/saml' })).status, 'a new default').to.equal(
      303,
    );
    expect((await saved('desk'))!.assertionConsumerServices.map(({ url, isDefault }) => [url, isDefault])).to.deep.equal([
      ['https://new.example/acs', true],
      ['https://desk.zendesk.com/access/saml', false],
    ]);
    const second = await create('zendesk', { subdomain: 'desk', name: 'Desk 2' });
    expect(second.status).to.equal(409);
    expect((await fillIn(edit, { signAssertion: 'no' })).text).to.contain('Sign the assertion');
  });

  it('says of a partner with a sign-out address and no certificate that its answers cannot be verified, until it has one', async () => {
    const saml = {
      name: 'Mute',
      entityId: 'https://mute.example',
      acs: 'https://mute.example/acs',
      slo_redirect: 'https://mute.example/slo',
    };
    const shown = (await create('saml', saml)).location!.replace('/connection', '');
    const told = {
      en: 'its responses can’t be verified',
      es: 'sus respuestas no se pueden verificar',
      'pt-BR': 'suas respostas não podem ser verificadas',
    };
    for (const [language, text] of Object.entries(told))
      for (const path of [shown, shown.replace('?', '/edit?')])
        expect((await ana.get(new URL(path, server.baseUrl).href, { headers: { 'accept-language': language } })).text, language).to.contain(
          text,
        );
    const path = new URL(shown, server.baseUrl).pathname.replace(new URL(server.issuer).pathname, '');
    const mended: Record<string, string>[] = [{ signingCertificates: keys.certificate }, { signingCertificates: '', slo_redirect: '' }];
    for (const changes of mended) {
      await fillIn(`${path}/edit`, changes);
      expect((await ana.get(at(path))).text).to.not.contain(told.en);
    }
  });

  it('the connection page has every value under the product’s own names, and the preview the exact assertion', async () => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'desk'))!;
    const page = (await ana.get(at(`/admin/applications/${applicationId}/connection`))).text;
    for (const value of [
      'SAML SSO URL',
      `${server.issuer}/saml/sso`,
      `${server.issuer}/saml/metadata`,
      'BEGIN CERTIFICATE',
      `/saml/launch/${applicationId}`,
    ])
      expect(page, value).to.contain(value);
    const preview = (await ana.get(at(`/admin/applications/${applicationId}/preview?login=ana@acme.example`))).text;
    expect(preview).to.contain('Ana Souza').and.to.contain('&lt;saml:Assertion').and.to.contain('can’t open the application');
    const none = (await ana.get(at(`/admin/applications/${applicationId}/preview?login=jsilva`))).text;
    const views = await eventsOf(await server.scope(), { type: 'user.viewed' });
    expect(views.at(0)?.subjectName, 'S90: who looks at what a person is told of is recorded').to.equal('João da Silva');
    expect(none).to.contain('InvalidNameIDPolicy');
    expect((await ana.get(at(`/admin/applications/${applicationId}/preview?login=%3Cb%3E`))).text).to.contain(
      'No user signs in with &lt;b&gt;',
    );
  });

  it('certificates: published, then signing, then removed; each step asks and is audited', async () => {
    const step = async (link: RegExp) => {
      const page = await ana.get(at('/admin/certificates'));
      const href = link.exec(page.text)?.[1]?.replaceAll('&amp;', '&');
      if (!href) throw new Error(`no ${link}`);
      const confirm = await ana.get(new URL(href, server.baseUrl).href);
      const { action, fields } = ana.form(confirm, /admin\/certificates/);
      return ana.follow(action, { form: fields });
    };
    const published = await step(/href="([^"]*publish\?alg=RS256)"/);
    expect(published.text).to.contain('New certificate published');
    expect(published.text.match(/publish\?alg=RS256/g), 'only one waits at a time').to.equal(null);
    const both = (await ana.get(at('/saml/metadata'))).text.match(/<md:KeyDescriptor/g);
    expect(both).to.have.length(3);
    expect((await step(/href="([^"]*certificates\/sign\?[^"]*)"/)).text).to.contain('is now signing');
    expect((await step(/href="([^"]*certificates\/remove\?[^"]*)"/)).text).to.contain('certificate removed');
    const types = (
      await (await server.scope()).db('audit_events').whereLike('type', 'saml-certificate.%').orderBy('event_id', 'desc').limit(3)
    ).map(({ type }) => type);
    expect(types).to.deep.equal(['saml-certificate.removed', 'saml-certificate.signing', 'saml-certificate.created']);
  });
});

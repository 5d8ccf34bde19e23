import { expect } from 'chai';
import { load } from 'cheerio';
import {
  type CatalogueEntry,
  catalogue,
  categories,
  fieldOfAsked,
  findApplicationByCode,
  isGenericEntry,
  listAllApplications,
} from '../../../../src/domain/applications/applications/index.ts';
import { legalAnswer } from '../../../support/catalogue.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { followSaml } from '../../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const vendors = catalogue.filter((entry) => !isGenericEntry(entry));
const fieldsOf = (entry: CatalogueEntry) => entry.asks.flatMap((asked) => (asked.kind === 'metadata' ? [] : [fieldOfAsked(asked)]));
const metadataOf = (id: string) =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://${id}.acme.example/metadata"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://${id}.acme.example/acs" index="1"/></md:SPSSODescriptor></md:EntityDescriptor>`;

describe('web: the console connects the applications of the catalogue', () => {
  let server: TestServer;
  let ana: Jar;

  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  async function connect(entry: CatalogueEntry, answers: Record<string, string>): Promise<Answer> {
    const page = await ana.get(at(`/admin/applications/new?entry=${entry.id}`));
    const { action, entries } = ana.form(page, /applications\/new/);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(answers)) form.set(name, value);
    return ana.get(action, { form });
  }
  const pageOf = async (answer: Answer) => (answer.status === 303 ? ana.get(new URL(answer.location!, server.baseUrl).href) : answer);
  const answersOf = (entry: CatalogueEntry) => ({
    navigable: 'yes',
    ...Object.fromEntries(fieldsOf(entry).map((field) => [field, legalAnswer(entry, field)])),
    ...(entry.asks.some(({ kind }) => kind === 'metadata') ? { metadata: metadataOf(entry.id) } : {}),
  });

  it('S26: filled in as asked, every application is saved, and signs in where its vendor is', async () => {
    for (const entry of vendors) {
      const page = await pageOf(await connect(entry, answersOf(entry)));
      expect(page.status, `${entry.id} ${page.text.match(/class="invalid"[^>]*>[^<]*/)?.[0]}`).to.equal(200);
      const shown = load(page.text);
      const { applicationId, oidc, saml } = (await Array.fromAsync(listAllApplications(await server.scope()))).find(
        ({ catalogueEntry }) => catalogueEntry === entry.id,
      )!;
      expect(shown('nav.tabs [aria-current="page"]').text(), entry.id).to.equal('Sign-in');
      expect(shown(`a[href$="${applicationId}/test"]`).length, 'Test sign-in').to.equal(1);
      for (const [ours, theirs] of Object.entries(entry.theirNames)) {
        // the way out of some is not offered by what the application is
        const value = shown(`#value-${ours}`);
        expect(value.closest('.value').find('.label').text(), `${entry.id} ${ours}`).to.contain(theirs);
        expect(value.text().trim(), `${entry.id} ${ours}`).not.to.equal('');
      }
      if (entry.protocol === 'oidc')
        expect(shown('#value-scopes').text(), entry.id).to.contain(`openid${entry.scopeSeparator ?? ' '}profile`);
      if (saml) {
        const seen: Parameters<typeof followSaml>[2] = [];
        await followSaml(ana, await ana.get(at(`/saml/launch/${applicationId}`)), seen, () => true);
        expect(seen[0]!.to, entry.id).to.equal(new URL(saml.assertionConsumerServices[0]!.url).href);
        expect(seen[0]!.xml, entry.id).to.contain(`Audience>${saml.entityId}<`);
      } else {
        const { redirect_uris: uris, client_id: clientId } = oidc!;
        const asked = { client_id: clientId, redirect_uri: uris[0]!, response_type: 'code', scope: 'openid' };
        const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
        let answer = await ana.get(at(`/oidc/authorize?${new URLSearchParams({ ...asked, ...pkce })}`));
        while (answer.location?.startsWith(server.baseUrl)) answer = await ana.get(answer.location);
        expect(answer.location?.startsWith(uris[0]!), `${entry.id} ${answer.location ?? answer.text.slice(0, 300)}`).to.equal(true);
        expect(new URL(answer.location!).searchParams.get('code'), entry.id).to.be.a('string');
      }
    }
  });

  it('a placeholder that was left saves nothing, and the form says so at its field with what was typed', async () => {
    const before = (await Array.fromAsync(listAllApplications(await server.scope()))).length;
    for (const entry of vendors)
      for (const field of fieldsOf(entry)) {
        const refused = await connect(entry, { ...answersOf(entry), [field]: 'your-subdomain', name: 'Kept name' });
        expect(refused.status, entry.id).to.equal(422);
        const shown = load(refused.text);
        expect(shown(`#${field}-fault`).text(), entry.id).to.equal('This is still the example. Enter your own value.');
        expect(shown(`#${field}`).attr('value')).to.equal('your-subdomain');
        expect(shown('#name').attr('value')).to.equal('Kept name');
      }
    expect((await Array.fromAsync(listAllApplications(await server.scope()))).length).to.equal(before);
  });

  it('any other application keeps no example of an instruction, either', async () => {
    const forms: [string, Record<string, string>, string][] = [
      ['openid-connect', { redirect_uris: 'https://app.example.com/callback' }, 'redirect_uris'],
      ['openid-connect', { redirect_uris: 'https://app.acme.example/cb', launchUrl: 'https://your-company.com/' }, 'launchUrl'],
      ['saml', { entityId: 'https://sp.example.com', acs: 'https://sp.acme.example/acs' }, 'entityId'],
      ['saml', { entityId: 'https://sp.acme.example', acs: 'https://your-domain.com/acs' }, 'assertionConsumerServices'],
    ];
    for (const [id, typed, field] of forms) {
      const refused = await connect(catalogue.find((entry) => entry.id === id)!, { name: 'Example', ...typed });
      expect(refused.status, field).to.equal(422);
      expect(load(refused.text)(`#${field}-fault`).text(), field).to.contain('This is still the example.');
    }
  });

  it('without its metadata, one that asks for it is refused', async () => {
    const entry = vendors.find(({ asks }) => asks.some(({ kind }) => kind === 'metadata'))!;
    const refused = await connect(entry, {});
    expect(refused.status).to.equal(422);
    expect(load(refused.text)('#metadata-fault').text()).to.equal('Choose a file, or enter a URL or the XML.');
  });

  it('S27, S28: Fluig asks for one address, and ends with the two values that wcmadmin asks for', async () => {
    const entry = catalogue.find(({ id }) => id === 'fluig')!;
    const asked = load((await ana.get(at('/admin/applications/new?entry=fluig'))).text);
    const fields = asked('form.form-page input:not([type="hidden"]), form.form-page textarea, form.form-page select');
    expect(fields.map((_, one) => asked(one).attr('name')).get()).to.deep.equal(['address', 'name', 'for_everyone', 'navigable']);
    const page = load((await pageOf(await connect(entry, { address: 'https://second.acme.example/portal/p/1/home' }))).text);
    const application = (await findApplicationByCode(await server.scope(), 'totvs-fluig-platform-2'))!;
    expect(application, 'a second one of the same name').to.deep.include({ catalogueEntry: 'fluig', enabled: true });
    const open = page('.value').filter((_, one) => page(one).closest('details').length === 0);
    expect(open.map((_, one) => page(one).find('code[id]').text()).get()).to.deep.equal([server.issuer, application.applicationId]);
    expect(open.find('button[data-copy]').length).to.equal(2);
    const again = await connect(entry, { address: 'https://second.acme.example' });
    expect(load(again.text)('#address-fault').text(), 'one Fluig is one application').to.not.equal('');
  });

  it('writes name, description and category in the language of who adds it', async () => {
    const said: Record<string, [string, string]> = {
      es: ['Atención al cliente con tickets.', 'Soporte'],
      'pt-BR': ['Atendimento ao cliente por tickets.', 'Suporte'],
    };
    const entry = catalogue.find(({ id }) => id === 'zendesk')!;
    for (const [language, [description, category]] of Object.entries(said)) {
      const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      const headers = { 'accept-language': language };
      const { action, entries } = jar.form(await jar.get(at('/admin/applications/new?entry=zendesk'), { headers }), /applications\/new/);
      const form = new URLSearchParams({
        ...Object.fromEntries(entries),
        name: `Zendesk ${language}`,
        subdomain: `in-${language.toLowerCase()}`,
      });
      expect((await jar.get(action, { form, headers })).status).to.equal(303);
      const code = `zendesk-${language.toLowerCase()}`;
      expect(await findApplicationByCode(await server.scope(), code)).to.include({ description, category });
    }
    expect(entry.category).to.equal('Support');
  });

  it('is searched by name, what it is for and protocol, and narrowed by category; any other application is offered always', async () => {
    const names = async (query: string) => {
      const page = load((await ana.get(at(`/admin/catalogue?${query}`))).text);
      return page('.tile-name')
        .map((_, one) => page(one).text())
        .get();
    };
    const generic = ['Other application (OpenID Connect)', 'Other application (SAML 2.0)'];
    expect(await names('q=FLUIG')).to.deep.equal(['TOTVS Fluig Platform', ...generic]);
    expect(await names('q=whiteboard')).to.deep.equal(['Miro', ...generic]);
    expect(await names('q=grafana+saml')).to.deep.equal(['Grafana Enterprise (SAML)', ...generic]);
    expect(await names('q=zzz')).to.deep.equal(generic);
    for (const category of categories) {
      const own = vendors.filter((entry) => entry.category === category).map(({ name }) => name);
      expect(own, category).not.to.deep.equal([]);
      expect(await names(`category=${category}`), category).to.deep.equal([...own, ...generic]);
    }
    expect((await names('')).length).to.equal(catalogue.length);
  });
});

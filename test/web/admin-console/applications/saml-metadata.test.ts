import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const plain = readFileSync(new URL('../../../fixtures/metadata/plain.xml', import.meta.url), 'utf8');
const named = (entityId: string) => plain.replace('https://sp.example/metadata', entityId).replace(/^<\?xml[^>]*>\s*/, '');
const aggregate = (...entityIds: string[]) =>
  `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entityIds.map(named).join('')}</md:EntitiesDescriptor>`;

describe('web: the console reads metadata as partners make it', () => {
  let server: TestServer;
  let partner: Server;
  let partnerUrl: string;
  let ana: Jar;
  const published = new Map<string, { status?: number; body: string | Buffer }>();
  const asked: { url: string; headers: IncomingHttpHeaders }[] = [];

  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const port = await freePort();
    partnerUrl = `http://127.0.0.1:${port}`;
    partner = createServer(({ url = '', headers }, response) => {
      asked.push({ url, headers });
      const { status = 200, body } = published.get(url) ?? { status: 404, body: 'not here' };
      response.statusCode = status;
      response.end(body);
    }).listen(port, '127.0.0.1');
  });
  after(async () => {
    partner?.close();
    await server?.close();
  });

  const newForm = () => ana.get(`${server.issuer}/admin/applications/new?entry=saml`);
  async function send(page: Answer, changes: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const { action, entries } = ana.form(page, /admin\/applications/);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(changes)) form.set(name, value);
    return ana.get(action, { form, headers });
  }
  async function upload(page: Answer, file: Buffer, changes: Record<string, string>): Promise<Answer> {
    const { action, entries } = ana.form(page, /admin\/applications/);
    const form = new FormData();
    for (const [name, value] of new Map([...entries, ...Object.entries(changes)])) form.append(name, value);
    form.append('metadataFile', new Blob([new Uint8Array(file)], { type: 'text/xml' }), 'sp.xml');
    const packed = new Response(form);
    const headers = { 'content-type': packed.headers.get('content-type')! };
    return ana.get(action, { method: 'POST', body: Buffer.from(await packed.arrayBuffer()), headers });
  }
  const saved = async (code: string) => (await findApplicationByCode(await server.scope(), code))?.saml;
  const textOf = ({ text }: Answer) => load(text).text().replace(/\s+/g, ' ');

  it('the name that a new partner wishes for stands in the preview; what the administrator chooses then, and what an application has, stays', async () => {
    const wishing = named('https://wish.example').replace(
      '<md:AssertionConsumerService',
      '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat><md:AssertionConsumerService',
    );
    const chosen = (page: Answer) => load(page.text)('#nameIdFormat option[selected]').attr('value');
    const preview = await send(await newForm(), { name: 'Wish', metadata: wishing, intent: 'read' });
    expect([preview.status, chosen(preview)]).to.deep.equal([200, 'persistent']);
    expect((await send(preview, { nameIdFormat: 'emailAddress' })).status).to.equal(303);
    expect(await saved('wish')).to.include({ nameIdFormat: 'emailAddress' });
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'wish'))!;
    const edit = await ana.get(`${server.issuer}/admin/applications/${applicationId}/edit`);
    expect(chosen(await send(edit, { metadata: wishing, intent: 'read' }))).to.equal('emailAddress');
  });

  it('what is not used is named before anything is saved, in the reader’s language; then every index and address is as it was read', async () => {
    const metadata = plain
      .replace(
        'index="0"/>',
        'index="7" isDefault="true"/><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://sp.example/old" index="1"/>',
      )
      .replace('Location="https://sp.example/slo"', 'Location="https://sp.example/slo" ResponseLocation="https://sp.example/done"');
    const told = {
      en: 'AssertionConsumerService http://sp.example/old: the address does not start with https://',
      es: 'AssertionConsumerService http://sp.example/old: la dirección no empieza con https://',
      'pt-BR': 'AssertionConsumerService http://sp.example/old: o endereço não começa com https://',
    };
    let preview: Answer | undefined;
    const cookies = ana.cookies.get(new URL(server.baseUrl).host)!;
    for (const [language, sentence] of Object.entries(told)) {
      cookies.set('portaria_language', language);
      preview = await send(await newForm(), { name: 'Left out', metadata, sendGroups: 'yes' });
      expect(preview.status).to.equal(200);
      expect(textOf(preview)).to.contain(sentence);
    }
    cookies.delete('portaria_language');
    expect(await saved('left-out'), 'not yet').to.equal(undefined);
    const $ = load(preview!.text);
    expect($('#acs').text()).to.equal('https://sp.example/acs');
    expect($('#metadata').text()).to.equal('');
    expect((await send(preview!, {})).status).to.equal(303);
    expect(await saved('left-out')).to.deep.include({
      entityId: 'https://sp.example/metadata',
      assertionConsumerServices: [{ url: 'https://sp.example/acs', index: 7, isDefault: true }],
      singleLogoutServices: [{ binding: 'redirect', url: 'https://sp.example/slo', responseUrl: 'https://sp.example/done' }],
      sendGroups: true,
    });
  });

  it('it is shown first when that is asked for, and what is typed then counts', async () => {
    const preview = await send(await newForm(), { name: 'Looked at', metadata: named('https://looked.example'), intent: 'read' });
    expect(textOf(preview)).to.contain('Metadata read, not saved yet').and.not.contain('Skipped or changed in this metadata');
    expect((await send(preview, { entityId: 'https://typed.example', acs: 'https://typed.example/acs' })).status).to.equal(303);
    expect((await saved('looked-at'))!.entityId).to.equal('https://typed.example');
  });

  it('of several providers one is chosen', async () => {
    const all = aggregate('https://one.example', 'https://two.example');
    const asking = await send(await newForm(), { name: 'Chosen', metadata: all });
    expect(asking.status).to.equal(422);
    const $ = load(asking.text);
    expect(
      $('#metadataEntity option')
        .map((_, one) => $(one).text())
        .get(),
    ).to.deep.equal(['', 'https://one.example', 'https://two.example']);
    expect($('#metadata').text(), 'nothing typed is lost').to.equal(all);
    expect((await send(asking, { metadataEntity: 'https://two.example' })).status).to.equal(303);
    expect((await saved('chosen'))!.entityId).to.equal('https://two.example');
    const unknown = await send(await newForm(), { name: 'Nobody', metadata: all, metadataEntity: 'https://three.example' });
    expect(textOf(unknown)).to.contain('no service provider with the entity ID https://three.example.');
  });

  it('a file in UTF-16 is read; a small one with several providers is kept, a large one has to be chosen again', async () => {
    const utf16 = Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-8"?>${named('https://utf16.example')}`, 'utf16le');
    expect((await upload(await newForm(), utf16, { name: 'Utf' })).status).to.equal(303);
    expect((await saved('utf'))!.entityId).to.equal('https://utf16.example');
    const small = await upload(await newForm(), Buffer.from(aggregate('https://a.example', 'https://b.example')), { name: 'Small' });
    expect((await send(small, { metadataEntity: 'https://b.example' })).status).to.equal(303);
    const ids = Array.from({ length: 4000 }, (_, n) => `https://${n}.example`);
    const file = Buffer.from(aggregate(...ids));
    expect(file.length).to.be.greaterThan(5_000_000);
    const large = await upload(await newForm(), file, { name: 'Large' });
    expect(large.status).to.equal(422);
    expect(textOf(large)).to.contain('The file is too large to be kept. Choose it again.');
    expect((await upload(large, file, { metadataEntity: 'https://3210.example' })).status).to.equal(303);
    expect((await saved('large'))!.entityId).to.equal('https://3210.example');
  });

  it('an address that answers for many is asked for the one (draft-young-md-query)', async () => {
    const plainId = "urn:example:sp(1)/a'b";
    const path = 'urn%3Aexample%3Asp%281%29%2Fa%27b';
    published.set(`/entities/${path}`, { body: named(plainId) });
    published.set(`/md?entity=${path}&x=1`, { body: named('urn:example:other') });
    const missing = await send(await newForm(), { name: 'Query', metadataUrl: `${partnerUrl}/entities/` });
    expect(textOf(missing)).to.contain('This address serves many applications. Enter the entity ID');
    expect((await send(missing, { metadataEntity: plainId })).status).to.equal(303);
    const { url, headers } = asked.at(-1)!;
    expect(url).to.equal(`/entities/${path}`);
    expect(headers.accept).to.match(/^application\/samlmetadata\+xml/);
    expect((await saved('query'))!.entityId).to.equal(plainId);

    const template = { name: 'Template', metadataUrl: `${partnerUrl}/md?entity={entityId}&x=1`, metadataEntity: plainId };
    expect(textOf(await send(await newForm(), template)), 'another than the one that was asked for').to.contain(
      'no service provider with the entity ID urn:example:sp(1)',
    );
    expect(asked.at(-1)!.url).to.equal(`/md?entity=${path}&x=1`);
    published.set(`/md?entity=${path}2&x=1`, { body: named(`${plainId}2`) });
    expect((await send(await newForm(), { ...template, metadataEntity: `${plainId}2` })).status).to.equal(303);
    expect(await saved('template')).to.include({ entityId: `${plainId}2`, metadataUrl: template.metadataUrl });
    const nobody = { name: 'Nobody', metadataUrl: `${partnerUrl}/entities`, metadataEntity: 'urn:nobody' };
    expect(textOf(await send(await newForm(), nobody))).to.contain('No usable response from this address (HTTP 404)');

    const { applicationId } = (await findApplicationByCode(await server.scope(), 'query'))!;
    published.set(`/entities/${path}`, {
      body: named(plainId)
        .replace('https://sp.example/acs', 'https://moved.example/acs')
        .replace(
          '<md:SingleLogout',
          '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://moved.example/plain" index="3"/><md:SingleLogout',
        ),
    });
    await readNow(applicationId);
    const page = textOf(await ana.get(`${server.issuer}/admin/applications/${applicationId}/connection`));
    expect(page).to.contain('https://moved.example/acs').and.to.contain('AssertionConsumerService http://moved.example/plain: the address');
  });

  async function readNow(applicationId: string): Promise<void> {
    const confirm = await ana.get(`${server.issuer}/admin/applications/${applicationId}/read-metadata`);
    await ana.submit(ana.form(confirm, /read-metadata$/));
  }

  it('an aggregate at an address is read for the one that was chosen, at first and on schedule', async () => {
    published.set('/all', { body: aggregate('https://x.example', 'https://y.example') });
    const asking = await send(await newForm(), { name: 'Of many', metadataUrl: `${partnerUrl}/all` });
    expect((await send(asking, { metadataEntity: 'https://y.example' })).status).to.equal(303);
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'of-many'))!;
    const page = async () => textOf(await ana.get(`${server.issuer}/admin/applications/${applicationId}/connection`));
    await readNow(applicationId);
    expect(await page()).to.not.contain('metadata changed');
    published.set('/all', { body: aggregate('https://x.example') });
    await readNow(applicationId);
    expect(await page()).to.contain('no service provider with the entity ID https://y.example.');
    published.set('/all', { body: aggregate('https://x.example', 'https://y.example', 'https://y.example') });
    await readNow(applicationId);
    expect(await page()).to.contain('https://y.example is described twice');
  });

  it('a page that was fetched or pasted is said to be one', async () => {
    const html = '<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>';
    published.set('/portal', { body: html });
    for (const given of [{ metadata: html }, { metadataUrl: `${partnerUrl}/portal` }] as Record<string, string>[])
      expect(textOf(await send(await newForm(), { name: 'Html', ...given }))).to.contain('This is a web page, not metadata.');
  });
});

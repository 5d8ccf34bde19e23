import { expect } from 'chai';
import samlify from 'samlify';
import { derOf, redirectUrl, signerFor } from '../../../src/platform/saml/index.ts';
import { signElement } from '../../../src/platform/saml/sign.ts';
import { element, type Node, serialize } from '../../../src/platform/saml/write-xml.ts';
import type { Jar } from '../../support/jar.ts';
import { type Exchange, followSaml, makeKeys } from '../../support/saml.ts';
import { type Call, textsIn, watchSamlify } from '../../support/samlify-watch.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const keys = makeKeys();
const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
const partnerUrl = 'http://127.0.0.1:9';
const stopAtPartner = (url: string) => url.startsWith(`${partnerUrl}/`);

/** Stands in every value that is not stored by us: of messages, of relay states, and of the parts of metadata that we do not keep. */
const mark = 'from-outside-4711';

const partnerMetadata = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://wiki.watched.example" ID="${mark}">
  <md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol urn:${mark}">
    <md:KeyDescriptor><ds:KeyInfo><ds:KeyName>${mark}</ds:KeyName><ds:X509Data><ds:X509Certificate>${derOf(keys.certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${partnerUrl}/slo"/>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://wiki.example/${mark}"/>
    <md:NameIDFormat>urn:${mark}</md:NameIDFormat>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${partnerUrl}/acs" index="4"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="https://wiki.example/${mark}" index="5"/>
  </md:SPSSODescriptor>
  <md:Organization><md:OrganizationName xml:lang="en">${mark}</md:OrganizationName><md:OrganizationDisplayName xml:lang="en">${mark}</md:OrganizationDisplayName><md:OrganizationURL xml:lang="en">https://${mark}.example</md:OrganizationURL></md:Organization>
</md:EntityDescriptor>`;

describe('web: what samlify is handed', () => {
  let server: TestServer;
  let jar: Jar;
  let count = 0;
  const calls: Call[] = [];
  let stop: () => void;

  before(async () => {
    stop = watchSamlify((call) => calls.push(call));
    server = await startTestServer();
    const slo = { singleLogoutServices: [{ binding: 'post', url: `${partnerUrl}/slo`, responseUrl: `${partnerUrl}/slo/done` }] };
    const crm = {
      entityId: 'https://crm.watched.example',
      assertionConsumerServices: [{ url: `${partnerUrl}/acs` }],
      signingCertificates: [keys.certificate],
      ...slo,
    };
    const assigned = { assignedTo: { groups: ['Everyone'] } };
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            { code: 'wiki', name: 'Wiki', ...assigned, saml: { metadata: partnerMetadata } },
            { code: 'crm', name: 'CRM', ...assigned, saml: crm },
          ],
        },
      ],
    });
    jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    stop();
    await server.close();
  });

  const message = (name: string, code: string, path: string, attributes: Record<string, string> = {}, ...children: Node[]): Node =>
    element(
      `samlp:${name}`,
      {
        ID: `_${mark}-${++count}`,
        Version: '2.0',
        IssueInstant: new Date().toISOString(),
        Destination: `${server.issuer}${path}`,
        ...attributes,
      },
      element('saml:Issuer', {}, `https://${code}.watched.example`),
      ...children,
    );
  async function send(
    node: Node,
    path: string,
    { post = false, direction = 'SAMLRequest' as 'SAMLRequest' | 'SAMLResponse' } = {},
  ): Promise<Exchange[]> {
    const seen: Exchange[] = [];
    const to = `${server.issuer}${path}`;
    const answer = post
      ? await jar.get(to, {
          form: { [direction]: Buffer.from(serialize(await signElement(node, signer))).toString('base64'), RelayState: mark },
        })
      : await jar.get(await redirectUrl(to, direction, serialize(node), mark, signer));
    await followSaml(jar, answer, seen, stopAtPartner);
    return seen;
  }

  const request = (code: string, attributes: Record<string, string> = {}, ...children: Node[]) =>
    message('AuthnRequest', code, '/saml/sso', { ProviderName: mark, ...attributes }, ...children);
  const nameId = (value: string) =>
    element(
      'saml:NameID',
      { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', NameQualifier: mark, SPNameQualifier: mark },
      value,
    );

  it('texts of stored settings and no others, whatever partners send', async () => {
    for (const post of [false, true])
      for (const code of ['wiki', 'crm']) {
        expect((await send(request(code), '/saml/sso', { post })).at(-1)).to.include({ kind: 'Response', relayState: mark });
        // refused by us, and in the protocol's words
        await send(request(code, { AssertionConsumerServiceURL: `https://${mark}.example` }), '/saml/sso', { post });
        await send(request(code, {}, element('saml:Subject', {}, nameId(mark))), '/saml/sso', { post });
        await send(request(code, {}, element('samlp:NameIDPolicy', { Format: `urn:${mark}`, SPNameQualifier: mark })), '/saml/sso', {
          post,
        });
        await send(request(mark), '/saml/sso', { post });
        // logout: of nobody we know, then of the person
        const session = element('samlp:SessionIndex', {}, mark);
        await send(message('LogoutRequest', code, '/saml/slo', { Reason: mark }, nameId(`${mark}@acme.example`), session), '/saml/slo', {
          post,
        });
        const [answer] = await send(
          message('LogoutRequest', code, '/saml/slo', { Reason: mark }, nameId('ana@acme.example')),
          '/saml/slo',
          { post },
        );
        expect(answer!.kind).to.match(/^Logout(Request|Response)$/);
        const status = element(
          'samlp:Status',
          {},
          element('samlp:StatusCode', { Value: `urn:${mark}` }),
          element('samlp:StatusMessage', {}, mark),
        );
        await send(message('LogoutResponse', code, '/saml/slo', { InResponseTo: `_${mark}` }, status), '/saml/slo', {
          post,
          direction: 'SAMLResponse',
        });
        jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      }
    for (const broken of [mark, `<${mark}`, `<!DOCTYPE a [<!ENTITY e "${mark}">]><a>&e;</a>`, `<?xml version="1.0"?><!-- ${mark} --><a/>`])
      for (const direction of ['SAMLRequest', 'SAMLResponse'])
        for (const path of ['/saml/sso', '/saml/slo'])
          await jar.get(`${server.issuer}${path}`, { form: { [direction]: Buffer.from(broken).toString('base64') } });
    await jar.get(`${server.issuer}/saml/metadata?${mark}`);

    const { db } = await server.scope();
    const stored = new Set([
      ...textsIn(await db('applications').whereNotNull('saml').select('saml')),
      ...(await db('saml_certificates').select('certificate')).map(({ certificate }: { certificate: string }) => derOf(certificate)),
      ...[server.issuer, `${server.issuer}/saml/sso`, `${server.issuer}/saml/slo`],
      ...textsIn(samlify.Constants),
      ...['signing', 'KeyDescriptor', 'NameIDFormat', 'SingleLogoutService', 'SingleSignOnService'],
    ]);
    const models = calls.filter(({ name }) => name === 'metadata-idp.default' || name === 'metadata-sp.default');
    expect(models.map(({ name }) => name)).to.include.members(['metadata-idp.default', 'metadata-sp.default']);
    expect(models.flatMap(({ texts }) => texts).filter((text) => !stored.has(text))).to.deep.equal([]);
    // everything below works on what these models wrote
    expect(calls.filter(({ texts }) => texts.some((text) => text.includes(mark))).map(({ name }) => name)).to.deep.equal([]);
    expect(calls.flatMap(({ texts }) => texts).filter((text) => text.includes('samlp:'))).to.deep.equal([]);
    const reading =
      /^(flow|binding-|validator|entity|SignedXml|xml-encryption|NodeRSA)|parse\w*(Request|Response)|verif|sign(?!ing)|crypt/i;
    expect(calls.filter(({ name }) => reading.test(name)).map(({ name }) => name)).to.deep.equal([]);
    // each of the two partners, and we with our two certificates, once
    expect(models.length).to.equal(3);
  });

  it('the watch sees what would reach it', async () => {
    const before = calls.length;
    samlify.SPMetadata({ entityID: mark });
    samlify.Extractor.extract(`<a>${mark}</a>`, []);
    const idp = samlify.IdentityProvider({ metadata: (await jar.get(`${server.issuer}/saml/metadata`)).text });
    const sp = samlify.ServiceProvider({ entityID: mark });
    await idp.parseLoginRequest(sp, 'post', { body: { SAMLRequest: Buffer.from(mark).toString('base64') } }).catch(() => {});
    const names = new Set(calls.slice(before).map(({ name }) => name));
    expect([...names]).to.include.members(['metadata-sp.default', 'extractor.extract', 'DOMParser.parseFromString', 'flow.flow']);
  });
});

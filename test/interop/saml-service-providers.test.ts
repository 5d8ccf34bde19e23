import { spawnSync } from 'node:child_process';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { parseDomFromString, validateSignature } from '@node-saml/node-saml/lib/xml.js';
import { expect } from 'chai';
import * as samlify from 'samlify';
import { getMetadataCertificate } from '../../src/domain/company/saml-certificates/index.ts';
import { derOf, nameIdFormat, redirectUrl, signerFor, writeLogoutRequest, writeLogoutResponse } from '../../src/platform/saml/index.ts';
import { Jar, send } from '../support/jar.ts';
import { isHere, needSoftware } from '../support/missing.ts';
import {
  type Exchange,
  followSaml,
  makeKeys,
  schemaFaults,
  signingCertificateOf,
  xmlsecDecrypts,
  xmlsecVerifies,
} from '../support/saml.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

const python = '/usr/bin/python3';

function runPython(script: string, step: Record<string, unknown>) {
  const { stdout, stderr } = spawnSync(python, [new URL(`./python/${script}`, import.meta.url).pathname], { input: JSON.stringify(step) });
  if (stdout.length === 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}

const url = 'http://127.0.0.1:9';
const acs = `${url}/acs`;
const stopAtAcs = (address: string) => address.startsWith(url);

describe('interop: SAML service providers', function () {
  this.timeout(60_000);
  let server: TestServer;
  let idpMetadata: string;
  let certificate: string;
  const keys = makeKeys();

  before(async () => {
    server = await startTestServer();
    idpMetadata = (await send(`${server.issuer}/saml/metadata`)).text;
    certificate = signingCertificateOf(idpMetadata);
  });
  after(() => server?.close());

  const register = (saml: Record<string, unknown>) =>
    server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'sp', name: 'SP', navigable: true, saml }] }] });
  const basic = { entityId: `${url}/md`, assertionConsumerServices: [{ url: acs }], signingCertificates: [keys.certificate] };

  /** Signs in from a request's address, and brings back what reached the assertion consumer service. */
  async function responseTo(request: string, jar = new Jar(), form?: Record<string, string>): Promise<Exchange> {
    const seen: Exchange[] = [];
    let page = await followSaml(jar, await jar.get(request, form ? { form } : {}), seen, stopAtAcs);
    if (/name="password"/.test(page.text))
      page = await followSaml(jar, await fillSignIn(jar, page, 'ana@acme.example', passwords.ana, stopAtAcs), seen, stopAtAcs);
    const response = seen.find(({ to }) => to === acs);
    if (response) return response;
    const refusal = await (await server.scope()).db('audit_events').orderBy('event_id', 'desc').first('type', 'reason', 'details');
    throw new Error(`no response but ${page.status}: ${JSON.stringify(refusal)}`);
  }
  const encode = (xml: string) => Buffer.from(xml).toString('base64');

  for (const settings of [
    { signAssertion: true, signResponse: false, signatureAlgorithm: 'rsa-sha256' },
    { signAssertion: false, signResponse: true, signatureAlgorithm: 'rsa-sha512' },
    {
      signAssertion: true,
      signResponse: true,
      signatureAlgorithm: 'rsa-sha256',
      encryptAssertion: true,
      encryptionCertificate: keys.certificate,
    },
  ])
    it(`@node-saml/node-saml: ${JSON.stringify({ ...settings, encryptionCertificate: undefined })}`, async () => {
      await register({
        ...basic,
        ...settings,
        requireSignedRequests: true,
        attributes: [
          { name: 'mail', from: 'email' },
          { name: 'group', from: 'groupNames' },
          { name: 'plant', value: 'Joinville' },
        ],
      });
      const sp = new SAML({
        entryPoint: `${server.issuer}/saml/sso`,
        issuer: `${url}/md`,
        callbackUrl: acs,
        audience: `${url}/md`,
        idpIssuer: server.issuer,
        idpCert: certificate,
        privateKey: keys.pem,
        decryptionPvk: keys.pem,
        signatureAlgorithm: 'sha256',
        wantAssertionsSigned: settings.signAssertion,
        wantAuthnResponseSigned: settings.signResponse,
        validateInResponseTo: ValidateInResponseTo.always,
        identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      });
      const response = await responseTo(await sp.getAuthorizeUrlAsync('relay-me', undefined, {}));
      expect(response.relayState).to.equal('relay-me');
      const { profile } = await sp.validatePostResponseAsync({ SAMLResponse: encode(response.xml) });
      expect(profile).to.include({ nameID: 'ana@acme.example', mail: 'ana@acme.example', group: 'Everyone', plant: 'Joinville' });
      expect(profile!.sessionIndex).to.match(/^_/);
      if (isHere('xmlsec')) {
        expect(schemaFaults(response.xml)).to.equal('');
        if (settings.signResponse) expect(xmlsecVerifies(response.xml, certificate, 'Response')).to.equal(true);
        if (settings.signAssertion) {
          const plain = settings.encryptAssertion ? xmlsecDecrypts(response.xml, keys.pem) : response.xml;
          expect(xmlsecVerifies(plain, certificate, 'Assertion')).to.equal(true);
        }
      }
    });

  it('@node-saml/node-saml: logout messages by both bindings, a name that has to be escaped, and our metadata', async () => {
    const now = new Date();
    const issuer = 'https://idp.example/acme?a&b';
    const destination = `${url}/slo`;
    const nameId = { format: nameIdFormat.persistent, value: `ana <>&"' ]]> {SessionIndex} é` };
    for (const algorithm of ['rsa-sha256', 'rsa-sha512'] as const) {
      const signer = signerFor(keys.privateKey, derOf(keys.certificate), algorithm);
      const sp = new SAML({ entryPoint: issuer, issuer: `${url}/md`, callbackUrl: acs, idpIssuer: issuer, idpCert: keys.certificate });
      const request = { id: '_1', issuer, destination, nameId, sessionIndex: '_s', now };
      const answer = { issuer, destination, inResponseTo: '_2', now };
      const read = [
        await sp.validatePostRequestAsync({ SAMLRequest: encode(await writeLogoutRequest(request, signer)) }),
        await byRedirect(sp, await redirectUrl(destination, 'SAMLRequest', await writeLogoutRequest(request), undefined, signer)),
      ];
      for (const { profile } of read)
        expect(profile).to.include({ ID: '_1', issuer, nameID: nameId.value, nameIDFormat: nameId.format, sessionIndex: '_s' });
      const response = await redirectUrl(
        destination,
        'SAMLResponse',
        await writeLogoutResponse({ ...answer, status: 'Success' }),
        undefined,
        signer,
      );
      expect(await byRedirect(sp, response)).to.include({ loggedOut: true });
      const { searchParams } = new URL(response);
      searchParams.set('RelayState', 'changed');
      expect(await byRedirect(sp, `${destination}?${searchParams}`).catch((error: Error) => error.message)).to.match(/signature/i);
    }
    const { certificate: metadataCertificate } = await getMetadataCertificate(await server.scope(), 'Acme S.A.');
    const verifies = async (xml: string) => validateSignature(xml, (await parseDomFromString(xml)).documentElement, [metadataCertificate]);
    expect(await verifies(idpMetadata)).to.equal(true);
    expect(await verifies(idpMetadata.replace('/saml/sso', '/saml/sso2'))).to.equal(false);
  });
  const byRedirect = (sp: SAML, address: string) => {
    const { search, searchParams } = new URL(address);
    return sp.validateRedirectAsync(Object.fromEntries(searchParams), search.slice(1));
  };

  it('samlify as a service provider, by a posted, signed request', async () => {
    samlify.setSchemaValidator({ validate: async () => 'the schemas are checked elsewhere' });
    await register({ ...basic, requireSignedRequests: true });
    const sp = samlify.ServiceProvider({
      entityID: `${url}/md`,
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      privateKey: keys.pem,
      signingCert: keys.certificate,
      requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      assertionConsumerService: [{ Binding: samlify.Constants.namespace.binding.post, Location: acs }],
    });
    const idp = samlify.IdentityProvider({
      metadata: idpMetadata.replace('WantAuthnRequestsSigned="false"', 'WantAuthnRequestsSigned="true"'),
    });
    const request = sp.createLoginRequest(idp, 'post') as { entityEndpoint: string; context: string };
    const response = await responseTo(request.entityEndpoint, new Jar(), { SAMLRequest: request.context });
    const { extract } = await sp.parseLoginResponse(idp, 'post', { body: { SAMLResponse: encode(response.xml) } });
    expect(extract.nameID).to.equal('ana@acme.example');
  });

  describe('in Python', () => {
    before(function () {
      needSoftware(this, 'pysaml2', 'python3-saml', 'xmlsec');
    });
    const step = (more: Record<string, unknown>) => ({ url, key: keys.pem, certificate: keys.certificate, idpMetadata, ...more });

    it('pysaml2: its metadata registers it; Redirect and POST requests, transient names, encrypted assertions', async () => {
      const { xml } = runPython('pysaml2_sp.py', step({ do: 'metadata', idpMetadata: undefined }));
      await register({
        metadata: xml,
        encryptAssertion: true,
        attributes: [{ name: 'urn:oid:0.9.2342.19200300.100.1.3', nameFormat: 'uri', friendlyName: 'mail', from: 'email' }],
      });
      for (const post of [false, true]) {
        const request = runPython('pysaml2_sp.py', step({ do: 'request', post }));
        const field = /name="SAMLRequest" value="([^"]+)"/.exec(request.form)?.[1];
        const response = await responseTo(
          post ? `${server.issuer}/saml/sso` : request.url,
          new Jar(),
          post ? { SAMLRequest: field!, RelayState: '/here' } : undefined,
        );
        expect(response.relayState).to.equal('/here');
        const session = runPython('pysaml2_sp.py', step({ do: 'response', id: request.id, response: encode(response.xml) }));
        expect(session.format).to.match(/transient$/);
        expect(JSON.stringify(session.attributes)).to.contain('ana@acme.example');
      }
    });

    it('python3-saml: signed and encrypted, persistent names that stay, logout', async () => {
      await register({
        ...basic,
        singleLogoutServices: [{ binding: 'redirect', url: `${url}/slo` }],
        requireSignedRequests: true,
        nameIdFormat: 'persistent',
        signResponse: true,
        encryptAssertion: true,
        encryptionCertificate: keys.certificate,
        attributes: [{ name: 'department', value: 'R&D <x>' }],
      });
      const names: string[] = [];
      const jar = new Jar();
      let session = '';
      for (let i = 0; i < 2; i++) {
        const request = runPython('python3_saml.py', step({ do: 'request' }));
        const response = await responseTo(request.url, jar);
        const result = runPython(
          'python3_saml.py',
          step({ do: 'response', id: request.id, post: { SAMLResponse: encode(response.xml), RelayState: response.relayState } }),
        );
        expect(result.errors, result.reason).to.deep.equal([]);
        expect(result.attributes.department).to.deep.equal(['R&D <x>']);
        names.push(result.nameId);
        session = result.session;
      }
      expect(names[0])
        .to.equal(names[1])
        .and.to.match(/^_[0-9a-f]{32}$/);
      const logout = runPython('python3_saml.py', step({ do: 'logout', nameId: names[0], session, nameQualifier: server.issuer }));
      const seen: Exchange[] = [];
      const page = await followSaml(jar, await jar.get(logout.url), seen, stopAtAcs);
      const query = new URL(page.location!).search.slice(1);
      const result = runPython(
        'python3_saml.py',
        step({ do: 'logout-response', id: logout.id, path: '/slo', get: Object.fromEntries(new URLSearchParams(query)), query }),
      );
      expect(result.errors, result.reason).to.deep.equal([]);
      expect((await jar.follow(`${server.issuer}/launchpad`)).text).to.contain('name="password"');
    });

    it('python3-saml, an old one: SHA-1 until a day, a composed name and attributes, further audiences, no end of the session', async () => {
      const format = 'urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName';
      const old = {
        ...basic,
        requireSignedRequests: true,
        nameIdFormat: 'windowsDomainQualifiedName',
        nameIdTemplate: 'ACME\\{firstName}',
        signResponse: true,
        encryptAssertion: true,
        encryptionCertificate: keys.certificate,
        audiences: ['urn:another'],
        oneTimeUse: true,
        sessionMinutes: 0,
        attributes: [
          { name: 'cn', template: '{firstName} {lastName}' },
          { name: 'role', template: 'role/{group}' },
        ],
      };
      const request = () =>
        runPython('python3_saml.py', step({ do: 'request', format, signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }));
      await register(old);
      const refused = await responseTo(request().url).catch((error: Error) => error.message);
      expect(refused).to.contain('signature-algorithm');
      await register({ ...old, acceptSha1Until: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10) });
      const { id, url: asked } = request();
      const response = await responseTo(asked);
      const result = runPython('python3_saml.py', step({ do: 'response', id, format, post: { SAMLResponse: encode(response.xml) } }));
      expect(result.errors, result.reason).to.deep.equal([]);
      expect(result.nameId).to.equal('ACME\\Ana');
      expect(result.attributes.cn).to.deep.equal(['Ana Souza']);
      expect(result.attributes.role).to.include('role/Everyone');
    });
  });

  it('one request is answered once, and what begins here carries the RelayState', async () => {
    await register(basic);
    const sp = new SAML({
      entryPoint: `${server.issuer}/saml/sso`,
      issuer: `${url}/md`,
      callbackUrl: acs,
      idpCert: certificate,
      privateKey: keys.pem,
      signatureAlgorithm: 'sha256',
    });
    const request = await sp.getAuthorizeUrlAsync('', undefined, {});
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await responseTo(request, jar);
    expect((await jar.get(request)).location, 'no second answer').to.match(/\/launchpad\/open\//);
    const { applicationId } = (await (
      await server.scope()
    )
      .db('applications')
      .where({ code: 'sp' })
      .first('application_id AS applicationId')) as { applicationId: string };
    const launched = await responseTo(
      `${server.issuer}/saml/launch/${applicationId}?RelayState=${encodeURIComponent('/deep/link?a=b&c')}`,
      jar,
    );
    expect(launched.relayState).to.equal('/deep/link?a=b&c');
    expect(launched.xml).to.not.contain('InResponseTo');
  });
});

import { expect } from 'chai';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { getMetadataCertificate } from '../../src/domain/company/saml-certificates/index.ts';
import { startMellon } from '../support/apache.ts';
import { Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { type Exchange, followSaml, makeKeys, schemaFaults, signingCertificateOf, xmlsecVerifies } from '../support/saml.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

describe('interop: Apache with mod_auth_mellon', function () {
  this.timeout(60_000);
  let server: TestServer;
  let apache: Awaited<ReturnType<typeof startMellon>>;
  const keys = makeKeys();

  before(async function () {
    needSoftware(this, 'apache', 'mod_auth_mellon', 'xmlsec');
    server = await startTestServer({ jobs: true });
    const port = await freePort();
    const idpMetadata = (await send(`${server.issuer}/saml/metadata`)).text;
    apache = await startMellon({ port, idpMetadata, key: keys.pem, certificate: keys.certificate });
    const metadata = (await send(`${apache.url}/mellon/metadata`)).text;
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              code: 'wiki',
              name: 'Wiki',
              assignedTo: { groups: ['Finance'], users: ['ana@acme.example'] },
              saml: {
                metadata,
                encryptAssertion: true,
                forceNameIdFormat: true,
                nameIdFormat: 'unspecified',
                nameIdField: 'login',
                sendGroups: true,
                attributes: [{ name: 'fullName', from: 'fullName' }],
              },
            },
          ],
        },
      ],
    });
  });
  after(async () => {
    apache?.stop();
    await server?.close();
  });

  async function signInAtApache(seen: Exchange[] = [], login = 'jsilva', password = passwords.joao): Promise<Jar> {
    const jar = new Jar();
    const signIn = await followSaml(jar, await jar.get(`${apache.url}/protected/`), seen);
    expect(signIn.text).to.contain('Continue to Wiki');
    const form = jar.form(signIn, /sign-in\//);
    const page = await followSaml(jar, await jar.get(form.action, { form: { ...form.fields, login, password } }), seen);
    expect(page.text, apache.errorLog()).to.contain(`USER=${login}`);
    return jar;
  }

  it('signs in by a signed request and an encrypted, signed assertion; attributes and groups arrive', async () => {
    const seen: Exchange[] = [];
    const jar = await signInAtApache(seen);
    const page = await jar.get(`${apache.url}/protected/`);
    expect(page.text).to.contain('MELLON_fullName=João da Silva');
    expect(page.text).to.contain('Finance');
    const response = seen.find(({ kind }) => kind === 'Response')!;
    expect(response.xml).to.contain('EncryptedAssertion').and.not.contain('jsilva');
    expect(schemaFaults(response.xml)).to.equal('');
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'wiki'))!;
    expect(
      (await ana.get(`${server.issuer}/admin/applications/${applicationId}/connection`)).text,
      'the console knows what it signed with',
    ).to.contain('last signed with it');
    expect((await ana.get(`${server.issuer}/admin/certificates`)).text, 'and what it was answered with').to.contain('>Wiki</a>');
  });

  it('the Launchpad opens it already signed in, without a request', async () => {
    const jar = await signInAtApache();
    const fresh = new Jar();
    fresh.cookies.set(new URL(server.baseUrl).host, jar.cookies.get(new URL(server.baseUrl).host)!);
    const launchpad = await fresh.follow(`${server.issuer}/launchpad`);
    const tile = /href="([^"]*\/launchpad\/open\/[^"]*)"[^>]*>Wiki/.exec(launchpad.text)![1]!;
    await followSaml(fresh, await fresh.get(new URL(tile, server.baseUrl).href));
    expect((await fresh.get(`${apache.url}/protected/`)).text).to.contain('USER=jsilva');
  });

  it('a logout that begins at the application ends our session, and the other way round', async () => {
    const jar = await signInAtApache();
    const seen: Exchange[] = [];
    await followSaml(jar, await jar.get(`${apache.url}/mellon/logout?ReturnTo=${encodeURIComponent(`${apache.url}/bye`)}`), seen);
    expect(seen.map(({ kind }) => kind)).to.deep.equal(['LogoutRequest', 'LogoutResponse']);
    expect(seen[1]!.xml).to.contain('status:Success');
    expect((await jar.follow(`${server.issuer}/launchpad`)).text, 'signed out here').to.contain('name="password"');

    // mellon finds a session by its name alone, and gives up when that person has several: a person without another
    const again = await signInAtApache([], 'ana@acme.example', passwords.ana);
    const form = again.form(await again.get(`${server.issuer}/sign-out`), /sign-out$/);
    const ours: Exchange[] = [];
    const end = await followSaml(again, await again.get(form.action, { form: form.fields }), ours);
    expect(ours.map(({ kind }) => kind)).to.deep.equal(['LogoutRequest', 'LogoutResponse']);
    expect(end.text).to.contain('You are signed out').and.not.contain('did not confirm');
    expect((await again.get(`${apache.url}/protected/`)).status, 'signed out there').to.equal(303);
  });

  it('asks by POST, signed, when the identity provider offers that alone', async () => {
    const port = await freePort();
    const posting = await startMellon({
      port,
      idpMetadata: (await send(`${server.issuer}/saml/metadata`)).text.replace(
        /<md:SingleSignOnService [^>]*HTTP-Redirect"[^>]*>(<\/md:SingleSignOnService>)?/,
        '',
      ),
      key: keys.pem,
      certificate: keys.certificate,
    });
    try {
      const metadata = (await send(`${posting.url}/mellon/metadata`)).text;
      const wiki = { code: 'wiki-by-post', name: 'Wiki by POST', assignedTo: { groups: ['Finance'] } };
      const saml = { metadata, encryptAssertion: true, forceNameIdFormat: true, nameIdFormat: 'unspecified', requireSignedRequests: true };
      await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ ...wiki, saml }] }] });
      const jar = new Jar();
      const seen: Exchange[] = [];
      const signIn = await followSaml(jar, await jar.get(`${posting.url}/protected/`), seen);
      expect(seen.map(({ kind, binding }) => `${kind} ${binding}`)).to.deep.equal(['AuthnRequest post']);
      expect(seen[0]!.xml).to.contain('SignatureValue>');
      const form = jar.form(signIn, /sign-in\//);
      const page = await followSaml(
        jar,
        await jar.get(form.action, { form: { ...form.fields, login: 'jsilva', password: passwords.joao } }),
      );
      expect(page.text, posting.errorLog()).to.contain('USER=jsilva');
    } finally {
      posting.stop();
    }
  });

  it('asks passively: without a session it hears NoPassive', async () => {
    const jar = new Jar();
    const seen: Exchange[] = [];
    await followSaml(
      jar,
      await jar.get(`${apache.url}/mellon/login?ReturnTo=${encodeURIComponent(`${apache.url}/bye`)}&IsPassive=true`),
      seen,
    );
    const answer = seen.at(-1)!;
    expect(answer.xml).to.contain('status:NoPassive');
    expect(schemaFaults(answer.xml)).to.equal('');
    const metadata = (await send(`${server.issuer}/saml/metadata`)).text;
    expect(xmlsecVerifies(answer.xml, signingCertificateOf(metadata), 'Response')).to.equal(true);
    expect(schemaFaults(metadata, 'metadata')).to.equal('');
    const { certificate } = await getMetadataCertificate(await server.scope(), 'Acme S.A.');
    expect(xmlsecVerifies(metadata, certificate, 'EntityDescriptor')).to.equal(true);
  });
});

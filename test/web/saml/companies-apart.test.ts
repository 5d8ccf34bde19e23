import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { artifactResolve, envelope, inEnvelope } from '../../support/artifacts.ts';
import { Jar, send } from '../../support/jar.ts';
import { makeKeys, signingCertificateOf, xmlsecVerifies } from '../../support/saml.ts';
import { fillSignIn, startTestServer, type TestServer } from '../../support/server.ts';

const codes = ['left', 'right'] as const;
const keys = makeKeys();
const password = 'the same password in both companies';
const entityId = 'https://the-same.example';

/** Whatever can be the same is: only the company tells one from the other. */
const company = (code: string) => ({
  code,
  name: 'The same name',
  users: [{ username: 'eva', firstName: 'Eva', lastName: 'Same', password }],
  applications: (['post', 'artifact'] as const).map((binding) => ({
    code: binding,
    name: binding,
    navigable: true,
    saml: {
      entityId: binding === 'post' ? entityId : `${entityId}/artifact`,
      assertionConsumerServices: [{ url: `https://the-same.example/${binding}`, index: 1, ...(binding === 'artifact' ? { binding } : {}) }],
      ...(binding === 'artifact' ? { artifactBinding: true } : {}),
      nameIdFormat: 'unspecified',
      signingCertificates: [keys.certificate],
    },
  })),
});

describe('web/saml: each company has a wall around it', function () {
  this.timeout(60_000);
  let server: TestServer;
  type Company = { code: string; issuer: string; jar: Jar; ids: Record<string, string>; certificate: string };
  let companies: Company[];
  before(async () => {
    server = await startTestServer();
    await server.apply({ contexts: codes.map(company) });
    companies = await Promise.all(
      codes.map(async (code) => {
        const issuer = `${server.baseUrl}/${code}`;
        const jar = new Jar();
        await fillSignIn(jar, await jar.follow(`${issuer}/launchpad`), 'eva', password);
        const scope = await server.scope(code);
        const idOf = async (name: string) => [name, (await findApplicationByCode(scope, name))!.applicationId];
        const ids = Object.fromEntries(await Promise.all(['post', 'artifact'].map(idOf)));
        const certificate = signingCertificateOf((await send(`${issuer}/saml/metadata`)).text);
        return { code, issuer, jar, ids, certificate };
      }),
    );
  });
  after(() => server.close());

  it('answers are signed by the company that gives them and by no other, however many of both are under way', async () => {
    const asked = Array.from({ length: 8 }, () => companies).flat();
    const answers = await Promise.all(
      asked.map(async (at) => {
        const page = await at.jar.get(`${at.issuer}/saml/launch/${at.ids.post}`);
        return { at, xml: Buffer.from(at.jar.form(page).fields.SAMLResponse!, 'base64').toString() };
      }),
    );
    for (const { at, xml } of answers) {
      for (const [, issuer] of xml.matchAll(/<saml:Issuer[^>]*>([^<]+)</g)) expect(issuer).to.equal(at.issuer);
      const [, der] = /<ds:X509Certificate>([^<]+)</.exec(xml)!;
      for (const other of companies)
        expect(other.certificate.replace(/\s/g, '').includes(der!.replace(/\s/g, '')), `${at.code} by ${other.code}`).to.equal(
          other === at,
        );
    }
    const [{ at, xml }] = answers as [(typeof answers)[number]];
    for (const other of companies) expect(xmlsecVerifies(xml, other.certificate, 'Assertion'), other.code).to.equal(other === at);
  });

  it('an artifact is resolved where it was made and nowhere else', async () => {
    const tries = companies.flatMap((of) => companies.map((at) => ({ of, at })));
    const found = await Promise.all(
      tries.map(async ({ of, at }) => {
        const answer = await of.jar.follow(`${of.issuer}/saml/launch/${of.ids.artifact}`, {}, (url) => url.startsWith('https://the-same'));
        const artifact = new URL(answer.headers.location ?? answer.location!).searchParams.get('SAMLart')!;
        const destination = `${at.issuer}/saml/artifact`;
        const xml = await artifactResolve(artifact, { destination, issuer: `${entityId}/artifact`, by: keys });
        const { text } = await send(destination, { method: 'POST', body: envelope(xml), headers: { 'content-type': 'text/xml' } });
        return inEnvelope(text).includes('<saml:Assertion');
      }),
    );
    for (const [i, { of, at }] of tries.entries()) expect(found[i], `${of.code} at ${at.code}`).to.equal(of === at);
  });

  it('another company’s application, session and cookies lead nowhere', async () => {
    const [left, right] = companies as [Company, Company];
    expect((await left.jar.get(`${left.issuer}/saml/launch/${right.ids.post}`)).status).to.equal(404);
    const cookies = [...right.jar.cookies.values()].flatMap((kept) => [...kept]);
    const cookie = cookies.map(([name, value]) => `${name.split(';')[0]!.replace('_right', '_left')}=${value}`).join('; ');
    const answer = await send(`${left.issuer}/saml/launch/${left.ids.post}`, { headers: { cookie } });
    expect(answer.text).not.to.contain('SAMLResponse');
    expect(answer.location).to.contain('/left/sign-in/');
  });
});

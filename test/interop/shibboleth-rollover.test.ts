import { expect } from 'chai';
import {
  getMetadataCertificate,
  listCertificates,
  publishCertificate,
  removeCertificate,
  replaceMetadataCertificate,
  startSigningWith,
} from '../../src/domain/company/saml-certificates/index.ts';
import { derOf } from '../../src/platform/saml/index.ts';
import { type Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { until as untilTrue } from '../support/patience.ts';
import { type Exchange, followSaml, makeKeys } from '../support/saml.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';
import { startShibboleth } from '../support/shibboleth.ts';

const keys = makeKeys();

describe('interop: Shibboleth, which reads our metadata and pins the certificate that signs it, through a rollover', function () {
  this.timeout(120_000);
  let server: TestServer;
  let shibboleth: Awaited<ReturnType<typeof startShibboleth>>;
  let jar: Jar;

  before(async function () {
    needSoftware(this, 'apache', 'mod_shib');
    server = await startTestServer();
    const { certificate } = await getMetadataCertificate(await server.scope(), 'Acme S.A.');
    shibboleth = await startShibboleth({
      port: await freePort(),
      idp: server.issuer,
      metadata: { url: `${server.issuer}/saml/metadata?validity=P7D`, certificate },
      key: keys.pem,
      certificate: keys.certificate,
    });
    const metadata = (await send(`${shibboleth.url}/Shibboleth.sso/Metadata`)).text;
    const saml = { metadata, nameIdFormat: 'emailAddress', forceNameIdFormat: true };
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'shib', name: 'Shib', navigable: true, saml }] }],
    });
    jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    await shibboleth?.stop();
    await server?.close();
  });

  /** @returns the certificate that the assertion was signed by */
  async function signIn(): Promise<string> {
    jar.cookies.delete(new URL(shibboleth.url).host);
    const seen: Exchange[] = [];
    const page = await followSaml(jar, await jar.get(`${shibboleth.url}/protected/`), seen);
    expect(page.text, shibboleth.log().slice(-2000)).to.contain('ana@acme.example');
    return /<ds:X509Certificate>([^<]+)/.exec(seen.find(({ kind }) => kind === 'Response')!.xml)![1]!;
  }
  const count = (words: RegExp) => shibboleth.log().match(words)?.length ?? 0;
  const until = (holds: () => boolean) => untilTrue(holds, () => `Shibboleth did not\n${shibboleth.log().slice(-3000)}`, 30_000);
  const loaded = /loaded XML resource/g;
  const refused = /unable to verify/gi;

  it('every stage: it reads the new document, and signs people in', async () => {
    const scope = await server.scope();
    const signing = async () => (await listCertificates(scope)).find(({ alg, status }) => alg === 'RS256' && status === 'signing')!;
    const old = await signing();
    expect(await signIn()).to.equal(derOf(old.certificate));
    const read = async <T>(change: () => Promise<T>): Promise<T> => {
      const before = count(loaded);
      const changed = await change();
      await until(() => count(loaded) > before);
      return changed;
    };
    const next = await read(() => publishCertificate(scope, 'RS256', 'Acme S.A.'));
    expect(await signIn(), 'published').to.equal(derOf(old.certificate));
    await read(() => startSigningWith(scope, next.fingerprint));
    expect(await signIn(), 'signs').to.equal(derOf(next.certificate));
    await removeCertificate(scope, old.fingerprint);
    expect(await signIn(), 'the old one is gone').to.equal(derOf(next.certificate));
    expect(count(refused)).to.equal(0);
  });

  it('does look at the signature: another certificate is refused', async () => {
    await replaceMetadataCertificate(await server.scope(), 'Acme S.A.');
    await until(() => count(refused) > 0);
    await signIn(); // by the copy that it has
  });
});

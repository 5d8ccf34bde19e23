import { expect } from 'chai';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { startMellon } from '../support/apache.ts';
import { eventsOf } from '../support/audit.ts';
import { type Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { type Exchange, followSaml, makeKeys } from '../support/saml.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';
import { startShibboleth } from '../support/shibboleth.ts';

const keys = makeKeys();
const person = 'ana@acme.example';

/** `begin`: an address at which it asks for an answer by artifact; without one it is led there by us. */
type Peer = { name: string; metadataUrl: string; page: string; begin?: string; log(): string; stop(): void | Promise<void> };

describe('interop: answers by artifact at Shibboleth and mod_auth_mellon', function () {
  this.timeout(120_000);
  let server: TestServer;
  let ana: Jar;
  const peers: Peer[] = [];

  before(async function () {
    needSoftware(this, 'apache', 'mod_shib', 'mod_auth_mellon');
    server = await startTestServer();
    const idp = server.issuer;
    const idpMetadata = (await send(`${idp}/saml/metadata`)).text;
    const own = async () => ({ port: await freePort(), idp, idpMetadata, key: keys.pem, certificate: keys.certificate });
    const shibboleth = await startShibboleth({ ...(await own()), metadata: { xml: idpMetadata } });
    const shibbolethPage = `${shibboleth.url}/protected/`;
    peers.push({
      name: 'Shibboleth',
      metadataUrl: `${shibboleth.url}/Shibboleth.sso/Metadata`,
      page: shibbolethPage,
      begin: `${shibboleth.url}/Shibboleth.sso/Login?acsIndex=3&target=${encodeURIComponent(shibbolethPage)}`,
      log: shibboleth.log,
      stop: shibboleth.stop,
    });
    const mellon = await startMellon(await own());
    peers.push({
      name: 'Mellon',
      metadataUrl: `${mellon.url}/mellon/metadata`,
      page: `${mellon.url}/protected/`,
      log: () => '',
      stop: mellon.stop,
    });
    const applications = await Promise.all(
      peers.map(async ({ name, metadataUrl, begin }) => {
        const metadata = (await send(metadataUrl)).text;
        const saml = { metadata, artifactBinding: true, nameIdFormat: 'emailAddress', forceNameIdFormat: true };
        const [, url] = /AssertionConsumerService[^>]*HTTP-Artifact[^>]*Location="([^"]+)"/s.exec(metadata)!;
        const only = { assertionConsumerServices: [{ url, binding: 'artifact' }] };
        return { code: name.toLowerCase(), name, navigable: true, saml: begin ? saml : { ...saml, ...only } };
      }),
    );
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
    ana = await signedIn(server.baseUrl, person, passwords.ana);
  });
  after(async () => {
    for (const peer of peers) await peer.stop();
    await server?.close();
  });

  for (const name of ['Shibboleth', 'Mellon'])
    it(`${name} fetches the answer, and the person is signed in there`, async () => {
      const { begin, page, log } = peers.find((peer) => peer.name === name)!;
      const { applicationId } = (await findApplicationByCode(await server.scope(), name.toLowerCase()))!;
      const resolved = async () => (await eventsOf(await server.scope(), { type: 'saml-artifact.resolved' })).length;
      const before = await resolved();
      const seen: Exchange[] = [];
      await followSaml(ana, await ana.get(begin ?? `${server.issuer}/saml/launch/${applicationId}`), seen);
      const { status, text } = await ana.get(page);
      const refused = (await eventsOf(await server.scope(), { type: 'saml-message.refused' })).map(
        ({ reason, details }) => `${reason} ${details.detail}`,
      );
      const why = [...ana.log.slice(-6), ...refused, log().slice(-3000)].join('\n');
      expect([status, text.includes(person)], why).to.deep.equal([200, true]);
      expect(await resolved()).to.equal(before + 1);
      expect(
        seen.map(({ kind }) => kind),
        'no answer goes by the browser',
      ).to.deep.equal(begin ? ['AuthnRequest'] : []);
    });
});

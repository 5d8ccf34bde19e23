import { expect } from 'chai';
import { changeAccount } from '../../src/domain/administration/account-changes/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import type { Scope, UserId } from '../../src/domain/scope.ts';
import { endSessionsOfUser } from '../../src/domain/sign-in/sessions/index.ts';
import { startMellon } from '../support/apache.ts';
import { watchRefusals } from '../support/audit.ts';
import { type Answer, type Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { startPysaml2 } from '../support/pysaml2.ts';
import { type Exchange, followSaml, makeKeys } from '../support/saml.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';
import { startShibboleth } from '../support/shibboleth.ts';
import { startSimpleSaml } from '../support/simplesamlphp.ts';

const keys = makeKeys();
const person = 'ana@acme.example';

type Peer = {
  name: string;
  metadataUrl: string;
  /** A page for people who are signed in there. */
  page: string;
  logout: string;
  /** What the person's last page says when everybody confirmed. */
  isOver: (end: Answer) => boolean;
  stop(): void | Promise<void>;
};

describe('interop: Single Logout among Shibboleth, SimpleSAMLphp, mod_auth_mellon and pysaml2', function () {
  this.timeout(120_000);
  let server: TestServer;
  const peers: Peer[] = [];

  before(async function () {
    needSoftware(this, 'apache', 'mod_shib', 'mod_auth_mellon', 'simplesamlphp', 'pysaml2');
    server = await startTestServer({ jobs: true });
    // who is deactivated is not the last administrator
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ email: 'bia@acme.example', firstName: 'Bia', lastName: 'Lima', role: 'administrator', password: passwords.ana }],
        },
      ],
    });
    const idp = server.issuer;
    const idpMetadata = (await send(`${idp}/saml/metadata`)).text;
    const own = async () => ({ port: await freePort(), idp, idpMetadata, key: keys.pem, certificate: keys.certificate });
    const simpleSaml = await startSimpleSaml(await own());
    peers.push({
      name: 'SimpleSAMLphp',
      metadataUrl: simpleSaml.metadataUrl,
      page: simpleSaml.protectedUrl,
      logout: simpleSaml.logoutUrl,
      isOver: ({ url, status }) => url.startsWith(simpleSaml.url) && status === 200,
      stop: simpleSaml.stop,
    });
    const shibboleth = await startShibboleth({ ...(await own()), metadata: { xml: idpMetadata } });
    peers.push({
      name: 'Shibboleth',
      metadataUrl: `${shibboleth.url}/Shibboleth.sso/Metadata`,
      page: `${shibboleth.url}/protected/`,
      logout: `${shibboleth.url}/Shibboleth.sso/Logout?return=${encodeURIComponent(`${shibboleth.url}/bye`)}`,
      isOver: ({ url }) => url === `${shibboleth.url}/bye`,
      stop: shibboleth.stop,
    });
    const mellon = await startMellon(await own());
    peers.push({
      name: 'Mellon',
      metadataUrl: `${mellon.url}/mellon/metadata`,
      page: `${mellon.url}/protected/`,
      logout: `${mellon.url}/mellon/logout?ReturnTo=${encodeURIComponent(`${mellon.url}/bye`)}`,
      isOver: ({ url }) => url === `${mellon.url}/bye`,
      stop: mellon.stop,
    });
    const pysaml2 = await startPysaml2(await own());
    peers.push({
      name: 'pysaml2',
      metadataUrl: `${pysaml2.url}/md`,
      page: `${pysaml2.url}/`,
      logout: `${pysaml2.url}/logout`,
      isOver: ({ text }) => text === 'signed out: Success',
      stop: pysaml2.stop,
    });
    await register();
  });
  after(async () => {
    for (const peer of peers) await peer.stop();
    await server?.close();
  });

  /** By the metadata that each of them makes. */
  async function register(changes: Record<string, Record<string, unknown>> = {}): Promise<void> {
    const applications = await Promise.all(
      peers.map(async ({ name, metadataUrl }) => {
        const metadata = (await send(metadataUrl)).text;
        const saml = { metadata, nameIdFormat: 'emailAddress', forceNameIdFormat: true, ...changes[name] };
        return { code: name.toLowerCase(), name, navigable: true, saml };
      }),
    );
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
  }
  const isSignedIn = async (jar: Jar, { page }: Peer) => {
    const { status, text } = await jar.get(page);
    return status === 200 && text.includes(person);
  };
  async function signInEverywhere(): Promise<Jar> {
    const jar = await signedIn(server.baseUrl, person, passwords.ana);
    for (const peer of peers) {
      await followSaml(jar, await jar.get(peer.page));
      expect(await isSignedIn(jar, peer), `signed in at ${peer.name}`).to.equal(true);
    }
    return jar;
  }
  async function begin(jar: Jar, beginner: Peer | undefined, seen: Exchange[]): Promise<Answer> {
    if (beginner) return followSaml(jar, await jar.get(beginner.logout), seen);
    const form = jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/);
    return followSaml(jar, await jar.get(form.action, { form: form.fields }), seen);
  }
  const signedInAt = async (jar: Jar) => {
    const still: string[] = [];
    for (const peer of peers) if (await isSignedIn(jar, peer)) still.push(peer.name);
    if ((await jar.follow(`${server.issuer}/launchpad`)).url.endsWith('/launchpad')) still.push('Portaria');
    return still;
  };

  for (const at of ['Portaria', 'SimpleSAMLphp', 'Shibboleth', 'Mellon', 'pysaml2'])
    it(`begun at ${at}: everybody is signed out and says so`, async () => {
      const jar = await signInEverywhere();
      const beginner = peers.find(({ name }) => name === at);
      const seen: Exchange[] = [];
      const end = await begin(jar, beginner, seen);
      expect(await signedInAt(jar), jar.log.join('\n')).to.deep.equal([]);
      expect(seen.filter(({ kind }) => kind === 'LogoutRequest')).to.have.length(4);
      expect(seen.filter(({ kind }) => kind === 'LogoutResponse')).to.have.length(4);
      for (const { xml, kind } of seen)
        if (kind === 'LogoutResponse') expect(xml).to.contain('status:Success').and.not.contain('PartialLogout');
      if (beginner) expect(beginner.isOver(end), `${end.status} ${end.url} ${end.text.slice(0, 500)}`).to.equal(true);
      else expect(end.text).to.contain('You are signed out').and.not.contain('did not confirm');
    });

  describe('by SOAP, with nobody’s browser', () => {
    const soap = () => ({
      soapLogoutUrl: `${new URL(peers.find(({ name }) => name === 'Shibboleth')!.page).origin}/Shibboleth.sso/SLO/SOAP`,
    });
    const told = async () =>
      (await (await server.scope()).db('audit_events').where({ type: 'application.notified-of-sign-out' })).map(({ details }) => details);
    const ways: [what: string, end: (scope: Scope, userId: UserId) => Promise<unknown>][] = [
      ['resets the second factors', (scope, userId) => endSessionsOfUser(scope, userId, 'second-factors-reset')],
      ['deactivates the person', (scope, userId) => changeAccount(scope, 'deactivate', userId, 'en')],
    ];
    for (const [what, end] of ways)
      it(`an administrator ${what}: Shibboleth ends its session, confirms, and the others are as they were`, async () => {
        await register({ Shibboleth: soap() });
        const jar = await signInEverywhere();
        const before = (await told()).length;
        const scope = await server.scope();
        const { userId } = (await findUserByLogin(scope, person))!;
        try {
          await end(scope, userId);
          await eventually(async () => expect(await told()).to.have.length(before + 1));
          expect(await signedInAt(jar)).to.deep.equal(peers.map(({ name }) => name).filter((name) => name !== 'Shibboleth'));
        } finally {
          await changeAccount(scope, 'reactivate', userId, 'en').catch(() => {});
        }
      });
  });

  for (const mute of ['SimpleSAMLphp', 'Shibboleth', 'Mellon', 'pysaml2'])
    it(`whose answers cannot be verified is ${mute}: the others are signed out all the same, and the beginner hears PartialLogout`, async () => {
      for (const beginner of [undefined, peers.find(({ name }) => name !== mute)!]) {
        await register();
        const jar = await signInEverywhere();
        await register({ [mute]: { signingCertificates: [], requireSignedRequests: false } });
        const refused = await watchRefusals(await server.scope(), 'saml-message.refused');
        const seen: Exchange[] = [];
        const end = await begin(jar, beginner, seen);
        expect(await refused()).to.have.length(1);
        expect(await signedInAt(jar), jar.log.join('\n')).to.deep.equal([]);
        if (beginner) expect(seen.filter(({ kind }) => kind === 'LogoutResponse').at(-1)!.xml).to.contain('PartialLogout');
        else expect(end.text).to.contain('did not confirm').and.to.contain(`<li>${mute}</li>`);
      }
    });
});

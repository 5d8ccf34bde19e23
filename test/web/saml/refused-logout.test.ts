import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { listExchanges, startTrace } from '../../../src/domain/applications/traces/index.ts';
import { derOf, type Rule, redirectUrl, signerFor } from '../../../src/platform/saml/index.ts';
import { signElement } from '../../../src/platform/saml/sign.ts';
import { element, type Node, serialize } from '../../../src/platform/saml/write-xml.ts';
import { watchRefusals } from '../../support/audit.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { type Exchange, followSaml, makeKeys } from '../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const keys = makeKeys();
const stranger = makeKeys();
const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
const at = 'http://127.0.0.1:9';
const stopAtSp = (url: string) => url.startsWith(`${at}/`);
const namedOn = ({ text }: Answer) => [...text.matchAll(/<li>([A-Z]+)<\/li>/g)].map(([, name]) => name);
const codeOf = ({ to }: Exchange) => to.split('/').at(-1)!;

/** What a browser brings to the SingleLogoutService: an address, or a form without cookies, as from another site. */
type Brought = string | { SAMLResponse: string };
type Asked = { code: string; requestId: string; destination: string };
type Changes = { issuer?: string; name?: string; attributes?: Record<string, string>; children?: Node[] };

const response = ({ code, requestId, destination }: Asked, { issuer, name = 'LogoutResponse', attributes, children = [] }: Changes = {}) =>
  element(
    `samlp:${name}`,
    {
      ID: `_${crypto.randomUUID()}`,
      Version: '2.0',
      IssueInstant: new Date().toISOString(),
      Destination: destination,
      InResponseTo: requestId,
      ...attributes,
    },
    element('saml:Issuer', {}, issuer ?? `https://${code}.example`),
    element('samlp:Status', {}, element('samlp:StatusCode', { Value: 'urn:oasis:names:tc:SAML:2.0:status:Success' })),
    ...children,
  );
const form = (xml: string): Brought => ({ SAMLResponse: Buffer.from(xml).toString('base64') });
const signedForm = async (node: Node, change = (xml: string) => xml): Promise<Brought> =>
  form(change(serialize(await signElement(node, signer))));
const signedUrl = (asked: Asked, changes?: Changes, by = signer): Promise<Brought> =>
  redirectUrl(asked.destination, 'SAMLResponse', serialize(response(asked, changes)), undefined, by);

function sha1Url(asked: Asked): Brought {
  const packed = encodeURIComponent(deflateRawSync(serialize(response(asked))).toString('base64'));
  const query = `SAMLResponse=${packed}&SigAlg=${encodeURIComponent('http://www.w3.org/2000/09/xmldsig#rsa-sha1')}`;
  return `${asked.destination}?${query}&Signature=${encodeURIComponent(sign('sha1', Buffer.from(query), keys.privateKey).toString('base64'))}`;
}

type Refused = (asked: Asked) => Brought | Promise<Brought>;

/** An answer for every rule of the gate; `null`: no LogoutResponse can break it. */
const refusedBy: Record<Rule, Refused | null> = {
  binding: ({ destination }) => `${destination}?SAMLart=AAQAAA`,
  encoding: ({ destination }) => `${destination}?SAMLResponse=%25%25`,
  size: (asked) => form(serialize(response(asked)).padEnd(140_000)),
  'well-formed': () => form('<samlp:LogoutResponse'),
  'no-doctype': (asked) => form(`<!DOCTYPE x>${serialize(response(asked))}`),
  'no-comment': (asked) => signedForm(response(asked), (xml) => xml.replace('.example<', '.example<!-- -->.evil<')),
  schema: (asked) => signedForm(response(asked, { children: [element('samlp:Extra', {})] })),
  'message-type': (asked) => signedForm(response(asked, { name: 'Response' })),
  version: (asked) => signedUrl(asked, { attributes: { Version: '3.0' } }),
  id: (asked) => signedForm(response(asked, { attributes: { ID: `_${'x'.repeat(300)}` } })),
  issuer: (asked) => signedUrl(asked, { issuer: 'https://unknown.example' }),
  'signature-required': async (asked) => redirectUrl(asked.destination, 'SAMLResponse', serialize(response(asked)), undefined),
  'signature-placement': (asked) => signedForm(response(asked), (xml) => xml.replace(/URI="#[^"]+"/, 'URI=""')),
  'signature-algorithm': sha1Url,
  'signature-transforms': (asked) =>
    signedForm(response(asked), (xml) =>
      xml.replace(/(<ds:CanonicalizationMethod Algorithm=")[^"]+/, '$1http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
    ),
  'signature-value': (asked) => signedUrl(asked, {}, signerFor(stranger.privateKey, derOf(stranger.certificate), 'rsa-sha256')),
  destination: (asked) => signedForm(response(asked, { attributes: { Destination: 'https://elsewhere.example/slo' } })),
  'issue-instant': (asked) => signedForm(response(asked, { attributes: { IssueInstant: '2020-01-01T00:00:00Z' } })),
  replay: (asked) => signedUrl(asked, { attributes: { InResponseTo: `_${'0'.repeat(32)}` } }),
  acs: null,
  subject: null,
  expired: null,
  'relay-state': null,
  launch: null,
  artifact: null,
};
const walked = Object.entries(refusedBy).filter((entry): entry is [Rule, Refused] => entry[1] !== null);

describe('web: a logout answer that is refused', function () {
  this.timeout(120_000);
  let server: TestServer;
  let destination: string;

  const application = (code: string, saml: Record<string, unknown> = {}) => ({
    code,
    name: code.toUpperCase(),
    assignedTo: { groups: ['Everyone'] },
    saml: {
      entityId: `https://${code}.example`,
      assertionConsumerServices: [{ url: `${at}/acs/${code}` }],
      singleLogoutServices: [{ binding: 'redirect', url: `${at}/slo/${code}` }],
      signingCertificates: [keys.certificate],
      ...saml,
    },
  });
  before(async () => {
    server = await startTestServer({ jobs: true, config: { trustedProxies: ['127.0.0.1'] } });
    destination = `${server.issuer}/saml/slo`;
    const codes = ['wiki', 'crm', 'payslips'];
    const bare = application('bare', { signingCertificates: [] });
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [...codes.map((code) => application(code)), bare] }],
    });
  });
  after(() => server.close());

  async function signInAt(...codes: string[]): Promise<{ jar: Jar; indexes: Record<string, string> }> {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const indexes: Record<string, string> = {};
    for (const code of codes) {
      const { applicationId } = (await findApplicationByCode(await server.scope(), code))!;
      const page = await jar.get(`${server.issuer}/saml/launch/${applicationId}`);
      const xml = Buffer.from(jar.form(page).fields.SAMLResponse!, 'base64').toString();
      indexes[code] = /SessionIndex="([^"]+)"/.exec(xml)![1]!;
    }
    return { jar, indexes };
  }
  /** Begins at Portaria, or at `wiki`; goes on until an application is asked. */
  async function begin(jar: Jar, indexes: Record<string, string>, beginner: 'Portaria' | 'wiki', seen: Exchange[]): Promise<Answer> {
    if (beginner === 'wiki') {
      const node = element(
        'samlp:LogoutRequest',
        { ID: '_begun', Version: '2.0', IssueInstant: new Date().toISOString(), Destination: destination },
        element('saml:Issuer', {}, 'https://wiki.example'),
        element('saml:NameID', { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' }, 'ana@acme.example'),
        element('samlp:SessionIndex', {}, indexes.wiki!),
      );
      const unique = serialize(node).replace('_begun', `_${crypto.randomUUID()}`);
      return followSaml(jar, await jar.get(await redirectUrl(destination, 'SAMLRequest', unique, 'back', signer)), seen, stopAtSp);
    }
    const signOut = jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/);
    return followSaml(jar, await jar.get(signOut.action, { form: signOut.fields }), seen, stopAtSp);
  }
  async function bring(jar: Jar, brought: Brought, headers: Record<string, string> = {}): Promise<Answer> {
    if (typeof brought === 'string') return jar.get(brought, { headers });
    // from another site a browser sends the form without cookies, and the address that follows with them (SameSite=Lax)
    const posted = await new Jar().get(destination, { form: brought, headers: { 'sec-fetch-site': 'cross-site', ...headers } });
    return posted.location ? jar.get(new URL(posted.location, server.baseUrl).href, { headers }) : posted;
  }
  const askedOf = (exchange: Exchange): Asked => ({
    code: codeOf(exchange),
    requestId: / ID="([^"]+)"/.exec(exchange.xml)![1]!,
    destination,
  });
  /** Plays the applications: the one whose turn it is answers as told. */
  async function play(
    jar: Jar,
    first: Answer,
    seen: Exchange[],
    answer: (asked: Asked, nth: number) => Brought | Promise<Brought>,
  ): Promise<Answer> {
    let page = first;
    for (let nth = 0; page.location?.startsWith(`${at}/`) && seen.at(-1)!.kind === 'LogoutRequest'; nth++)
      page = await followSaml(jar, await bring(jar, await answer(askedOf(seen.at(-1)!), nth)), seen, stopAtSp);
    return page;
  }

  for (const beginner of ['Portaria', 'wiki'] as const)
    for (const which of ['first', 'last'] as const)
      it(`of the ${which} application, begun at ${beginner}: every rule refuses it, the others are told, and the end says who did not confirm`, async () => {
        for (const [rule, refused] of walked) {
          const refusals = await watchRefusals(await server.scope(), 'saml-message.refused');
          const { jar, indexes } = await signInAt('wiki', 'crm', 'payslips');
          const seen: Exchange[] = [];
          const asked: string[] = [];
          const count = beginner === 'wiki' ? 2 : 3;
          const end = await play(jar, await begin(jar, indexes, beginner, seen), seen, (one, nth) => {
            asked.push(one.code);
            return nth === (which === 'first' ? 0 : count - 1) ? refused(one) : signedUrl(one);
          });
          expect(asked, rule).to.have.members(['crm', 'payslips', ...(beginner === 'wiki' ? [] : ['wiki'])]);
          const culprit = asked.at(which === 'first' ? 0 : -1)!.toUpperCase();
          if (beginner === 'wiki') {
            expect(seen.at(-1), rule).to.include({ kind: 'LogoutResponse', to: `${at}/slo/wiki`, relayState: 'back' });
            expect(seen.at(-1)!.xml, rule).to.contain('status:PartialLogout');
          } else {
            expect(end.status, rule).to.equal(200);
            expect(end.text, rule).to.contain('did not confirm');
            expect(namedOn(end), rule).to.deep.equal([culprit]);
          }
          expect(await refusals(), 'refused as ever, and once').to.deep.equal([rule]);
          expect((await jar.follow(`${server.issuer}/launchpad`)).text, rule).to.contain('name="password"');
        }
      });

  it('of an application without a certificate, whatever it sends: the logout goes on past it', async () => {
    for (const answer of [refusedBy['signature-required']!, signedUrl]) {
      const { jar, indexes } = await signInAt('bare', 'crm');
      const seen: Exchange[] = [];
      const end = await play(jar, await begin(jar, indexes, 'Portaria', seen), seen, (one) =>
        one.code === 'bare' ? answer(one) : signedUrl(one),
      );
      expect(namedOn(end)).to.deep.equal(['BARE']);
    }
  });

  it('the answer that comes after all is counted, if the logout is not over', async () => {
    const { jar, indexes } = await signInAt('wiki', 'crm');
    const seen: Exchange[] = [];
    await begin(jar, indexes, 'Portaria', seen);
    const first = askedOf(seen.at(-1)!);
    await followSaml(jar, await bring(jar, await refusedBy['signature-value']!(first)), seen, stopAtSp);
    await followSaml(jar, await bring(jar, await signedUrl(first)), seen, stopAtSp);
    const end = await play(jar, await jar.get((await signedUrl(askedOf(seen.at(-1)!))) as string), seen, (one) => signedUrl(one));
    expect((await followSaml(jar, end, seen, stopAtSp)).text)
      .to.contain('You are signed out')
      .and.not.contain('did not confirm');
  });

  describe('from a page that means harm', () => {
    const garbage = (): Brought[] => [`${destination}?SAMLResponse=x`, form('<x/>')];

    it('moves no logout of a browser other than the person’s, none from a frame or a script, and none that waits for no answer', async () => {
      const { jar, indexes } = await signInAt('wiki', 'crm');
      const seen: Exchange[] = [];
      await begin(jar, indexes, 'wiki', seen);
      const asked = askedOf(seen.at(-1)!);
      for (const brought of garbage()) {
        expect((await bring(new Jar(), brought)).status, 'another browser').to.equal(400);
        for (const dest of ['iframe', 'empty', 'image', 'object', 'script'])
          expect((await bring(jar, brought, { 'sec-fetch-dest': dest })).status, dest).to.equal(400);
        const moved = await bring(jar, brought, { 'sec-fetch-dest': 'document' });
        expect(moved.location, 'as a page of the browser').to.contain('/saml/logout/');
      }
      await followSaml(jar, await jar.get((await signedUrl(asked)) as string), seen, stopAtSp);
      expect(seen.at(-1)!.xml, 'the answer is worth what it was').to.contain('status:Success').and.not.contain('Partial');
      for (const brought of garbage()) expect((await bring(jar, brought)).status, 'over').to.equal(400);
      const fresh = await signInAt('wiki');
      for (const brought of garbage()) expect((await bring(fresh.jar, brought)).status, 'signed in').to.equal(400);
      const signOut = fresh.jar.form(await fresh.jar.get(`${server.issuer}/sign-out`), /sign-out$/);
      await fresh.jar.get(signOut.action, { form: signOut.fields });
      for (const brought of garbage()) expect((await bring(fresh.jar, brought)).status, 'nobody asked yet').to.equal(400);
    });

    it('keeps nobody from being told: whoever was asked in a window that was closed is asked again after the true answer', async () => {
      const { jar, indexes } = await signInAt('wiki', 'crm', 'payslips');
      const seen: Exchange[] = [];
      await begin(jar, indexes, 'Portaria', seen);
      const first = askedOf(seen.at(-1)!);
      // a window of the attacker's goes through to the end; what it leads to is never loaded
      const theirs: Exchange[] = [];
      for (let i = 0; i < 3; i++) await followSaml(jar, await bring(jar, garbage()[0]!), theirs, stopAtSp);
      expect(theirs.map(codeOf)).to.have.length(2);
      const end = await play(jar, await followSaml(jar, await jar.get((await signedUrl(first)) as string), seen, stopAtSp), seen, (one) =>
        signedUrl(one),
      );
      expect(new Set(seen.map(codeOf))).to.deep.equal(new Set(['wiki', 'crm', 'payslips']));
      expect(end.text).to.contain('You are signed out').and.not.contain('did not confirm');
    });

    it('what is refused as a request moves nothing', async () => {
      const { jar, indexes } = await signInAt('wiki', 'crm');
      const seen: Exchange[] = [];
      await begin(jar, indexes, 'wiki', seen);
      expect((await jar.get(`${destination}?SAMLRequest=x`)).status).to.equal(400);
      expect((await jar.get(destination, { form: { SAMLRequest: 'x' } })).status).to.equal(400);
    });
  });

  it('stands in a trace: of its issuer, or of the application that was to answer', async () => {
    const scope = await server.scope();
    const { applicationId } = (await findApplicationByCode(scope, 'crm'))!;
    await startTrace(scope, applicationId);
    for (const [n, [rule, refused]] of walked.entries()) {
      const { jar, indexes } = await signInAt('wiki', 'crm');
      const seen: Exchange[] = [];
      await begin(jar, indexes, 'wiki', seen);
      // of one address only ten a minute are kept
      await bring(jar, await refused(askedOf(seen.at(-1)!)), { 'x-forwarded-for': `198.51.100.${n}` });
      const [latest] = await listExchanges(scope, applicationId, 1);
      expect(latest!.reason, rule).to.equal(rule);
    }
  });

  it('a reference that is no more, or was never given out, is a page that says so', async () => {
    for (const id of ['x', 'x'.repeat(43)]) expect((await new Jar().get(`${server.issuer}/saml/refused/${id}`)).status).to.equal(400);
  });
});

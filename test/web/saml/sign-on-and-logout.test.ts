import { expect } from 'chai';
import { findLogoutOfRequest, saveSingleLogout } from '../../../src/domain/sign-in/single-logout/index.ts';
import { derOf, redirectUrl, signerFor } from '../../../src/platform/saml/index.ts';
import { element, type Node, serialize } from '../../../src/platform/saml/write-xml.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { type Exchange, followSaml, makeKeys } from '../../support/saml.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const acs = 'http://127.0.0.1:9/acs';
const keys = makeKeys();
const stopAtSp = (url: string) => url.startsWith('http://127.0.0.1:9/');
const classes = 'urn:oasis:names:tc:SAML:2.0:ac:classes:';

describe('web: SAML sign-on and logout', () => {
  let server: TestServer;
  let ana: Jar;
  let count = 0;

  const application = (code: string, more: Record<string, unknown>, saml: Record<string, unknown> = {}) => ({
    code,
    name: code.toUpperCase(),
    assignedTo: { groups: ['Everyone'] },
    ...more,
    saml: {
      entityId: `https://${code}.example`,
      assertionConsumerServices: [{ url: acs }, { url: `${acs}/second`, index: 1 }],
      signingCertificates: [keys.certificate],
      ...saml,
    },
  });

  before(async () => {
    server = await startTestServer({ jobs: true });
    const slo = { singleLogoutServices: [{ binding: 'redirect', url: 'http://127.0.0.1:9/slo' }] };
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            application('wiki', {}, slo),
            application('crm', {}, slo),
            application('strict', {}, { requireSignedRequests: true }),
            application('closed', { assignedTo: { groups: ['Finance'] } }),
            application('off', { enabled: false }),
          ],
        },
        { code: 'other', name: 'Other Ltd', applications: [application('elsewhere', {})] },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  type Asked = {
    code?: string;
    attributes?: Record<string, string | undefined>;
    children?: Node[];
    relayState?: string;
    sign?: boolean;
    context?: string;
    id?: string;
  };
  function requestUrl({
    code = 'wiki',
    attributes = {},
    children = [],
    relayState,
    sign = false,
    context = 'acme',
    id = `_r${++count}`,
  }: Asked = {}): Promise<string> {
    const destination = `${server.baseUrl}/${context}/saml/sso`;
    const node = element(
      'samlp:AuthnRequest',
      { ID: id, Version: '2.0', IssueInstant: new Date().toISOString(), Destination: destination, ...attributes },
      element('saml:Issuer', {}, `https://${code}.example`),
      ...children,
    );
    const signer = sign ? signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256') : undefined;
    return redirectUrl(destination, 'SAMLRequest', serialize(node), relayState, signer);
  }
  /** What reached the service provider, or the page that the person was left with. */
  async function ask(asked: Asked = {}, jar = ana): Promise<{ page: Answer; answer?: Exchange; status?: string }> {
    const seen: Exchange[] = [];
    const page = await followSaml(jar, await jar.get(await requestUrl(asked)), seen, stopAtSp);
    const answer = seen.find(({ to }) => to.startsWith(acs));
    return { page, answer, status: answer && [...answer.xml.matchAll(/status:(\w+)/g)].map(([, code]) => code).join(' ') };
  }
  const policy = (attributes: Record<string, string>) => element('samlp:NameIDPolicy', attributes);
  const context = (comparison: string | undefined, ...wanted: string[]) =>
    element(
      'samlp:RequestedAuthnContext',
      { Comparison: comparison },
      ...wanted.map((name) => element('saml:AuthnContextClassRef', {}, classes + name)),
    );
  const subject = (value: string, format?: string) => element('saml:Subject', {}, element('saml:NameID', { Format: format }, value));

  it('answers a person with a session at once, and one without after the sign-in', async () => {
    expect((await ask({ relayState: '/x' })).answer).to.include({ kind: 'Response', to: acs, relayState: '/x' });
    const jar = new Jar();
    const signIn = await jar.follow(await requestUrl());
    const seen: Exchange[] = [];
    await followSaml(jar, await fillSignIn(jar, signIn, 'jsilva', passwords.joao, stopAtSp), seen, stopAtSp);
    // João has no e-mail and the application is registered for one
    expect(seen.at(-1)!.xml).to.contain('status:InvalidNameIDPolicy');
  });

  describe('assertion consumer services', () => {
    it('by address or index if registered, the default otherwise', async () => {
      expect((await ask({ attributes: { AssertionConsumerServiceURL: `${acs}/second` } })).answer?.to).to.equal(`${acs}/second`);
      expect((await ask({ attributes: { AssertionConsumerServiceIndex: '1' } })).answer?.to).to.equal(`${acs}/second`);
      expect((await ask()).answer?.to).to.equal(acs);
    });
    it('never at another address: the person sees a page, and nobody else hears', async () => {
      for (const attributes of [
        { AssertionConsumerServiceURL: 'https://evil.example/acs' },
        { AssertionConsumerServiceURL: `${acs}/` },
        { AssertionConsumerServiceURL: `${acs}?x` },
        { AssertionConsumerServiceURL: acs.replace('127', '0127') },
        { AssertionConsumerServiceURL: 'javascript:alert(1)' },
        { AssertionConsumerServiceIndex: '7' },
        { AssertionConsumerServiceURL: acs, AssertionConsumerServiceIndex: '0' },
      ]) {
        const { page, answer } = await ask({ attributes });
        expect(answer, JSON.stringify(attributes)).to.equal(undefined);
        expect(page.status).to.equal(400);
        expect(page.text)
          .to.contain('SAML: acs')
          .and.to.match(/[2-9A-Z]{4}-[2-9A-Z]{4}/);
      }
    });
    it('by another binding than POST: UnsupportedBinding', async () => {
      expect((await ask({ attributes: { ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact' } })).status).to.equal(
        'Requester UnsupportedBinding',
      );
    });
    it('of another version: VersionMismatch (core §3.2.2.2), and that alone', async () => {
      for (const Version of ['1.1', '3.0']) expect((await ask({ attributes: { Version } })).status, Version).to.equal('VersionMismatch');
      const { page, answer } = await ask({ attributes: { Version: '3.0', AssertionConsumerServiceURL: 'https://evil.example/acs' } });
      expect(answer, 'nobody to answer').to.equal(undefined);
      expect(page.text).to.contain('SAML: acs');
    });
  });

  describe('who asks', () => {
    it('unknown, switched off, another company’s: a page with a support code, and no answer', async () => {
      for (const code of ['unknown', 'elsewhere', 'off']) {
        const { page, answer } = await ask({ code });
        expect(answer, code).to.equal(undefined);
        expect(page.status, code).to.equal(400);
      }
    });
    it('a message for another company’s address is not taken', async () => {
      const url = await requestUrl({ code: 'wiki', attributes: { Destination: `${server.baseUrl}/other/saml/sso` } });
      expect((await ana.get(url)).text).to.contain('SAML: destination');
    });
    it('signed where that is demanded', async () => {
      expect((await ask({ code: 'strict' })).page.text).to.contain('SAML: signature-required');
      expect((await ask({ code: 'strict', sign: true })).status).to.equal('Success');
    });
    it('the audit says which rule refused, under the code of the page', async () => {
      const { page } = await ask({ code: 'strict' });
      const [code] = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(page.text)!;
      const event = await (await server.scope()).db('audit_events').where({ support_code: code }).first();
      expect(event).to.include({ type: 'saml-message.refused', reason: 'signature-required', outcome: 'failure' });
    });
  });

  it('a person without access sees our page; the service provider hears RequestDenied when they go back', async () => {
    const { page } = await ask({ code: 'closed' });
    expect(page.status).to.equal(403);
    expect(page.text).to.contain('CLOSED');
    expect(await (await server.scope()).db('audit_events').where({ type: 'access.refused' }), 'written once').to.have.length(1);
    const seen: Exchange[] = [];
    await followSaml(ana, await ana.submit(ana.form(page, /saml\/request/), {}, stopAtSp), seen, stopAtSp);
    expect(seen.at(-1)!.xml).to.contain('status:RequestDenied').and.not.contain('Assertion>');
    expect((await ask({ code: 'closed', attributes: { IsPassive: '1' } })).status).to.equal('Responder RequestDenied');
  });

  it('IsPassive: no page ever, NoPassive without a session; 1 and true are the same', async () => {
    for (const IsPassive of ['true', '1']) {
      expect((await ask({ attributes: { IsPassive } }, new Jar())).status).to.equal('Responder NoPassive');
      expect((await ask({ attributes: { IsPassive } })).status).to.equal('Success');
      expect((await ask({ attributes: { IsPassive, ForceAuthn: '1' } })).status).to.equal('Responder NoPassive');
    }
  });

  it('ForceAuthn: the password again, once; the assertion has the new time', async () => {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const instantOf = (xml: string) => /AuthnInstant="([^"]+)"/.exec(xml)![1]!;
    const before = instantOf((await ask({}, jar)).answer!.xml);
    const { page } = await ask({ attributes: { ForceAuthn: 'true' } }, jar);
    expect(page.text).to.contain('name="password"');
    expect((await jar.follow(page.url)).text, 'coming back without it changes nothing').to.contain('name="password"');
    const seen: Exchange[] = [];
    await followSaml(jar, await fillSignIn(jar, page, 'ana@acme.example', passwords.ana, stopAtSp), seen, stopAtSp);
    expect(instantOf(seen.at(-1)!.xml) > before).to.equal(true);
  });

  it('NameIDPolicy: formats we have, those we do not, and somebody else’s qualifier', async () => {
    const format = async (Format: string, more = {}) => {
      const { answer, status } = await ask({ children: [policy({ Format, ...more })] });
      return /<saml:NameID [^>]*Format="[^"]*:(\w+)"[^>]*>([^<]+)/.exec(answer!.xml)?.slice(1) ?? status;
    };
    expect(await format('urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress')).to.deep.equal(['emailAddress', 'ana@acme.example']);
    expect(await format('urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified')).to.deep.equal(['emailAddress', 'ana@acme.example']);
    const [, made] = (await format('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')) as string[];
    for (const AllowCreate of ['true', 'false'])
      expect(await format('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', { AllowCreate })).to.deep.equal(['persistent', made]);
    for (const named of [
      '',
      'urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress',
      'urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified',
    ])
      expect(await format(named), named).to.deep.equal(['emailAddress', 'ana@acme.example']);
    const transient = [
      await format('urn:oasis:names:tc:SAML:2.0:nameid-format:transient'),
      await format('urn:oasis:names:tc:SAML:2.0:nameid-format:transient'),
    ];
    expect(transient[0]![0]).to.equal('transient');
    expect(transient[0]![1]).to.not.equal(transient[1]![1]);
    for (const unknown of [
      'urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos',
      'urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted',
      'urn:x',
    ])
      expect(await format(unknown), unknown).to.equal('Requester InvalidNameIDPolicy');
    expect(
      await format('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', { AllowCreate: 'true', SPNameQualifier: 'https://crm.example' }),
    ).to.equal('Requester InvalidNameIDPolicy');
  });

  it('persistent names are pairwise: another application gets another', async () => {
    const children = () => [policy({ Format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', AllowCreate: 'true' })];
    const nameOf = (xml: string) => /persistent"[^>]*>([^<]+)/.exec(xml)![1];
    const [wiki, crm] = [(await ask({ children: children() })).answer!, (await ask({ code: 'crm', children: children() })).answer!];
    expect(nameOf(wiki.xml)).to.not.equal(nameOf(crm.xml));
  });

  it('RequestedAuthnContext: every comparison', async () => {
    const outcome = async (...requested: Parameters<typeof context>) => {
      const { answer, status, page } = await ask({ children: [context(...requested)] });
      if (!answer) return /<h1>([^<]*)</.exec(page.text)![1];
      return /AuthnContextClassRef>[^<]*:(\w+)</.exec(answer!.xml)?.[1] ?? status;
    };
    expect(await outcome(undefined, 'PasswordProtectedTransport')).to.equal('PasswordProtectedTransport');
    expect(await outcome('exact', 'Password')).to.equal('Password');
    expect(await outcome('exact', 'X509', 'unspecified')).to.equal('unspecified');
    expect(await outcome('exact', 'X509', 'Kerberos')).to.equal('Responder NoAuthnContext');
    expect(await outcome('minimum', 'Password')).to.equal('PasswordProtectedTransport');
    expect(await outcome('minimum', 'Smartcard')).to.equal('Responder NoAuthnContext');
    expect(await outcome('maximum', 'Password')).to.equal('Password');
    expect(await outcome('maximum', 'PasswordProtectedTransport', 'Password')).to.equal('PasswordProtectedTransport');
    expect(await outcome('better', 'Password')).to.equal('PasswordProtectedTransport');
    expect(await outcome('better', 'PasswordProtectedTransport'), 'a second factor is better').to.equal('Set up a second factor');
    expect(
      (await ask({ children: [element('samlp:RequestedAuthnContext', {}, element('saml:AuthnContextDeclRef', {}, 'urn:x'))] })).status,
    ).to.equal('Responder NoAuthnContext');
  });

  it('says honestly that there was a second factor, and only then', async () => {
    const refeds = 'https://refeds.org/profile/mfa';
    const asked = element('samlp:RequestedAuthnContext', {}, element('saml:AuthnContextClassRef', {}, refeds));
    const sessions = (await server.scope()).db('sessions').where({ ended_at: null });
    expect((await ask({ children: [asked] })).answer, 'a password is none').to.equal(undefined);
    await sessions.clone().update({ amr: ['pwd', 'otp', 'mfa'] });
    expect(/AuthnContextClassRef>([^<]*)</.exec((await ask({ children: [asked] })).answer!.xml)![1]).to.equal(refeds);
    await sessions.clone().update({ amr: ['pwd'] });
    expect(/AuthnContextClassRef>([^<]*)</.exec((await ask()).answer!.xml)![1]).to.match(/:PasswordProtectedTransport$/);
  });

  it('Subject: only an answer about that person', async () => {
    expect((await ask({ children: [subject('ana@acme.example')] })).status).to.equal('Success');
    expect((await ask({ children: [subject('jsilva')] })).status).to.equal('Requester UnknownPrincipal');
    const confirmed = element(
      'saml:Subject',
      {},
      element('saml:NameID', {}, 'ana@acme.example'),
      element('saml:SubjectConfirmation', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' }),
    );
    expect((await ask({ children: [confirmed] })).status).to.equal('Requester RequestUnsupported');
  });

  it('Scoping and Extensions are passed over; what is in RelayState stays text', async () => {
    const children = [element('samlp:Scoping', { ProxyCount: '0' }, element('samlp:RequesterID', {}, 'https://x.example'))];
    const relayState = '"><script>alert(1)</script>';
    const { page, answer, status } = await ask({ children, relayState });
    expect(status).to.equal('Success');
    expect(answer!.relayState).to.equal(relayState);
    expect(page.text).to.not.contain('<script>alert');
  });

  it('a posted request survives that the browser sends no cookies with it, and leaves those it has alone', async () => {
    const url = new URL(await requestUrl());
    const { inflateRawSync } = await import('node:zlib');
    const message = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest')!, 'base64')).toString('base64');
    const posted = await new Jar().get(`${server.issuer}/saml/sso`, {
      form: { SAMLRequest: message, RelayState: 'r' },
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(posted.status).to.equal(303);
    expect(posted.setCookie).to.deep.equal([]);
    const seen: Exchange[] = [];
    await followSaml(ana, await ana.get(posted.location!), seen, stopAtSp);
    expect(seen.at(-1)).to.include({ kind: 'Response', relayState: 'r' });
  });

  it('what was asked is asked again when the application changed meanwhile', async () => {
    const jar = new Jar();
    await jar.follow(await requestUrl({ code: 'crm' }));
    const request = jar.log.join(' ');
    expect(request).to.contain('/sign-in/');
    const asked = await (await server.scope()).db('pending_requests').orderBy('created_at', 'desc').first('destination');
    const { path: pending } = asked!.destination as { path: string };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ ...application('crm', {}), enabled: false }] }] });
    expect((await ana.get(`${server.issuer}${pending}`)).status).to.equal(400);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            application('crm', { enabled: true }, { singleLogoutServices: [{ binding: 'redirect', url: 'http://127.0.0.1:9/slo' }] }),
          ],
        },
      ],
    });
  });

  describe('Single Logout', () => {
    type Logout = {
      code?: string;
      nameId?: string;
      sessionIndex?: string;
      sign?: boolean;
      notOnOrAfter?: string;
      id?: string;
      key?: typeof keys;
    };
    const logoutUrl = ({
      code = 'wiki',
      nameId = 'ana@acme.example',
      sessionIndex,
      sign = true,
      notOnOrAfter,
      id = `_l${++count}`,
      key = keys,
    }: Logout): Promise<string> => {
      const destination = `${server.issuer}/saml/slo`;
      const node = element(
        'samlp:LogoutRequest',
        { ID: id, Version: '2.0', IssueInstant: new Date().toISOString(), Destination: destination, NotOnOrAfter: notOnOrAfter },
        element('saml:Issuer', {}, `https://${code}.example`),
        element('saml:NameID', { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' }, nameId),
        sessionIndex !== undefined && element('samlp:SessionIndex', {}, sessionIndex),
      );
      return redirectUrl(
        destination,
        'SAMLRequest',
        serialize(node),
        undefined,
        sign ? signerFor(key.privateKey, derOf(key.certificate), 'rsa-sha256') : undefined,
      );
    };
    const answerUrl = (code: string, inResponseTo: string, status = 'Success') => {
      const destination = `${server.issuer}/saml/slo`;
      const node = element(
        'samlp:LogoutResponse',
        {
          ID: `_a${++count}`,
          Version: '2.0',
          IssueInstant: new Date().toISOString(),
          Destination: destination,
          InResponseTo: inResponseTo,
        },
        element('saml:Issuer', {}, `https://${code}.example`),
        element('samlp:Status', {}, element('samlp:StatusCode', { Value: `urn:oasis:names:tc:SAML:2.0:status:${status}` })),
      );
      return redirectUrl(
        destination,
        'SAMLResponse',
        serialize(node),
        undefined,
        signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256'),
      );
    };
    const isSignedIn = async (jar: Jar) => (await jar.follow(`${server.issuer}/launchpad`)).url.endsWith('/launchpad');
    const joined = async (...codes: string[]) => {
      const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      const indexes: Record<string, string> = {};
      for (const code of codes) indexes[code] = /SessionIndex="([^"]+)"/.exec((await ask({ code }, jar)).answer!.xml)![1]!;
      return { jar, indexes };
    };
    const last = (seen: Exchange[]) => seen.at(-1)!;

    it('over several applications: each is told, and the one that asked hears Success', async () => {
      const { jar, indexes } = await joined('wiki', 'crm');
      const seen: Exchange[] = [];
      await followSaml(jar, await jar.get(await logoutUrl({ sessionIndex: indexes.wiki })), seen, stopAtSp);
      expect(last(seen)).to.include({ kind: 'LogoutRequest', to: 'http://127.0.0.1:9/slo' });
      expect(last(seen).xml).to.contain(indexes.crm).and.to.contain('ana@acme.example');
      expect(await isSignedIn(jar), 'our own session ends first').to.equal(false);
      await followSaml(jar, await jar.get(await answerUrl('crm', /ID="([^"]+)"/.exec(last(seen).xml)![1]!)), seen, stopAtSp);
      expect(last(seen).kind).to.equal('LogoutResponse');
      expect(last(seen).xml).to.contain('status:Success').and.not.contain('PartialLogout');
    });

    it('one that refuses, or never answers: PartialLogout, said plainly', async () => {
      const { jar, indexes } = await joined('wiki', 'crm');
      const seen: Exchange[] = [];
      await followSaml(jar, await jar.get(await logoutUrl({ sessionIndex: indexes.wiki })), seen, stopAtSp);
      const asked = /ID="([^"]+)"/.exec(last(seen).xml)![1]!;
      await followSaml(jar, await jar.get(await answerUrl('crm', asked, 'Responder')), seen, stopAtSp);
      expect(last(seen).xml).to.contain('PartialLogout');

      const other = await joined('wiki');
      const form = other.jar.form(await other.jar.get(`${server.issuer}/sign-out`), /sign-out$/);
      const asking = await other.jar.get(form.action, { form: form.fields });
      const onward = new URL(/url=([^"]+)"/.exec(asking.text)![1]!, server.baseUrl).href;
      const first = await other.jar.get(onward);
      expect(first.location).to.contain('SAMLRequest=');
      const page = await other.jar.get(onward); // the person comes back, the application never did
      expect(page.text).to.contain('did not confirm').and.to.contain('WIKI');
    });

    it('unsigned, by a stranger’s key, expired, or sent twice: nobody is signed out', async () => {
      const { jar, indexes } = await joined('wiki');
      const sessionIndex = indexes.wiki;
      expect((await jar.get(await logoutUrl({ sessionIndex, sign: false }))).text).to.contain('SAML: signature-required');
      expect((await jar.get(await logoutUrl({ sessionIndex, key: makeKeys() }))).text).to.contain('SAML: signature-value');
      expect((await jar.get(await logoutUrl({ sessionIndex, notOnOrAfter: '2020-01-01T00:00:00Z' }))).text).to.contain('SAML: expired');
      expect(await isSignedIn(jar)).to.equal(true);
      const id = `_twice${Date.now()}`;
      await jar.get(await logoutUrl({ sessionIndex: 'unknown', id }));
      expect((await jar.get(await logoutUrl({ sessionIndex, id }))).text).to.contain('SAML: replay');
      expect(await isSignedIn(jar)).to.equal(true);
    });

    it('for another person, by another application, or another’s session: nobody is signed out', async () => {
      const { jar, indexes } = await joined('wiki');
      for (const logout of [
        { nameId: 'somebody@acme.example', sessionIndex: indexes.wiki },
        { code: 'crm', sessionIndex: indexes.wiki },
        { code: 'strict', nameId: 'ana@acme.example' },
        { sessionIndex: '_x' },
      ]) {
        await jar.get(await logoutUrl(logout));
        expect(await isSignedIn(jar), JSON.stringify(logout)).to.equal(true);
      }
    });

    it('tells the other applications through the person’s own browser alone, and none of them the others’ names', async () => {
      const { indexes } = await joined('wiki', 'crm');
      const seen: Exchange[] = [];
      await followSaml(new Jar(), await new Jar().get(await logoutUrl({ sessionIndex: indexes.wiki })), seen, stopAtSp);
      expect(
        seen.map(({ kind }) => kind),
        'a browser without the session',
      ).to.deep.equal(['LogoutResponse']);
      expect(seen[0]!.xml).to.contain('PartialLogout');

      const stranger = new Jar();
      const own = await joined('wiki', 'crm');
      const toWhom = (await stranger.get(await logoutUrl({ sessionIndex: own.indexes.wiki }))).location!;
      await stranger.get(toWhom);
      expect((await stranger.get(toWhom)).text).to.not.contain('CRM');
      const told: Exchange[] = [];
      await followSaml(own.jar, await own.jar.get(toWhom), told, stopAtSp);
      expect(
        told.map(({ kind }) => kind),
        'the person’s own browser goes on',
      ).to.deep.equal(['LogoutRequest']);

      const { jar, indexes: again } = await joined('wiki', 'crm');
      const asked: Exchange[] = [];
      await followSaml(jar, await jar.get(await logoutUrl({ sessionIndex: again.wiki })), asked, stopAtSp);
      const [, id] = /ID="([^"]+)"/.exec(last(asked).xml)!;
      for (const guess of [id!, id!.slice(1), id!.slice(1).padEnd(43, '0')])
        expect((await new Jar().get(`${server.issuer}/saml/logout/${guess}`)).status).to.equal(400);
    });

    it('finds the session by any name the application was told, a second transient one among them', async () => {
      const { jar, indexes } = await joined('wiki');
      await ask({ children: [policy({ Format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' })] }, jar);
      await jar.get(await logoutUrl({ sessionIndex: indexes.wiki }));
      expect(await isSignedIn(jar)).to.equal(false);
    });

    it('a name that two people share ends nobody’s session, also when one of them has left', async () => {
      await server.apply({
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            applications: [application('shared', {}, { nameIdFormat: 'unspecified', nameIdField: 'locale' })],
          },
        ],
      });
      await (await server.scope()).db('users').update({ locale: 'en' });
      const [one, two] = [
        await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana),
        await signedIn(server.baseUrl, 'jsilva', passwords.joao),
      ];
      for (const jar of [one, two]) expect((await ask({ code: 'shared' }, jar)).answer!.xml).to.contain('>en<');
      await one.submit(one.form(await one.get(`${server.issuer}/sign-out`), /sign-out$/));
      await new Jar().get(await logoutUrl({ code: 'shared', nameId: 'en' }));
      expect(await isSignedIn(two)).to.equal(true);
      await (await server.scope()).db('users').update({ locale: null });
    });

    it('an answer is not undone by another tab that goes on meanwhile', async () => {
      const { jar, indexes } = await joined('wiki', 'crm');
      const seen: Exchange[] = [];
      await followSaml(jar, await jar.get(await logoutUrl({ sessionIndex: indexes.wiki })), seen, stopAtSp);
      const requestId = /ID="([^"]+)"/.exec(last(seen).xml)![1]!;
      const scope = await server.scope();
      const { artifacts } = server.app.services;
      const stale = (await findLogoutOfRequest(scope, artifacts, requestId))!;
      await jar.get(await answerUrl('crm', requestId));
      await saveSingleLogout(scope, artifacts, stale);
      const now = (await findLogoutOfRequest(scope, artifacts, requestId))!;
      expect(now.steps.map(({ state }) => state)).to.deep.equal(['done']);
    });

    it('a name that is encrypted, or missing, hears RequestUnsupported', async () => {
      const seen: Exchange[] = [];
      await followSaml(new Jar(), await new Jar().get(await logoutUrl({ nameId: '' })), seen, stopAtSp);
      expect(last(seen).xml).to.contain('RequestUnsupported');
    });

    it('without an index all of the person’s sessions there end, and an answer that nobody asked for is refused', async () => {
      const [one, two] = [await joined('wiki'), await joined('wiki')];
      await one.jar.get(await logoutUrl({}));
      expect([await isSignedIn(one.jar), await isSignedIn(two.jar)]).to.deep.equal([false, false]);
      expect((await one.jar.get(await answerUrl('crm', `_${'x'.repeat(43)}.0`))).text).to.contain('SAML: replay');
    });
  });

  it('a launch carries nothing that would lead the person to another site', async () => {
    const { applicationId } = (await (
      await server.scope()
    )
      .db('applications')
      .where({ code: 'wiki' })
      .first('application_id AS applicationId')) as { applicationId: string };
    const launch = async (relayState: string) =>
      (await ana.get(`${server.issuer}/saml/launch/${applicationId}?RelayState=${encodeURIComponent(relayState)}`)).status;
    for (const fine of ['/', '/page?a=b&c', '/a?t=12:30', 'page', 'token-123', 'http://127.0.0.1:9/page'])
      expect(await launch(fine), fine).to.equal(200);
    for (const bad of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      'http://127.0.0.1:9@evil.example',
      '\x01//evil.example',
      '\x1b//evil.example',
      ' https://evil.example',
      '/.//evil.example',
      '\u00a0//evil.example',
      'http:evil.example',
      'blob:http://127.0.0.1:9/x',
      'x'.repeat(5000),
    ])
      expect(await launch(bad), bad).to.equal(400);
  });

  it('HEAD uses nothing up; names and formats of a stranger’s request are bounded', async () => {
    const message = await requestUrl();
    expect((await ana.get(message, { method: 'HEAD' })).status).to.equal(200);
    expect((await followSaml(ana, await ana.get(message), [], stopAtSp)).text).to.contain('SAMLResponse');
    const long = policy({ Format: `urn:${'x'.repeat(3000)}` });
    expect((await ask({ children: [long] })).page.text).to.contain('SAML: size');
  });

  it('metadata is the same for everybody and sets no cookie', async () => {
    const answer = await new Jar().get(`${server.issuer}/saml/metadata`);
    expect(answer.headers['content-type']).to.contain('application/samlmetadata+xml');
    expect(answer.setCookie).to.deep.equal([]);
    expect(answer.text).to.contain(`entityID="${server.issuer}"`);
  });
});

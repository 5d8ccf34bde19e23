import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { listExchanges, startTrace } from '../../../src/domain/applications/traces/index.ts';
import type { ApplicationId, Scope, SessionId, UserId } from '../../../src/domain/scope.ts';
import { endSessionsOfUser, isNotified } from '../../../src/domain/sign-in/sessions/index.ts';
import { createOutbound, OutboundRefused } from '../../../src/platform/net/index.ts';
import { derOf, signerFor } from '../../../src/platform/saml/index.ts';
import { signElement } from '../../../src/platform/saml/sign.ts';
import { element, serialize } from '../../../src/platform/saml/write-xml.ts';
import { createSoapLogout, SamlDirectory } from '../../../src/web/saml/index.ts';
import { eventsOf, watchRefusals } from '../../support/audit.ts';
import type { Jar } from '../../support/jar.ts';
import { isHere } from '../../support/missing.ts';
import { type Exchange, followSaml, makeKeys, schemaFaults, signingCertificateOf, xmlsecVerifies } from '../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const keys = makeKeys();
const stranger = makeKeys();
const soapNs = 'http://schemas.xmlsoap.org/soap/envelope/';
const person = 'ana@acme.example';

type Changes = {
  issuer?: string;
  status?: string;
  attributes?: Record<string, string | undefined>;
  by?: typeof keys | null;
  name?: string;
};
type Answer = (request: string) => Promise<string>;

const envelope = (message: string, { head = '', after = '', declares = '' } = {}) =>
  `<e:Envelope xmlns:e="${soapNs}"${declares}>${head}<e:Body>${message}</e:Body>${after}</e:Envelope>`;

/** What the service provider says to a request of ours. */
async function response(
  request: string,
  { issuer = 'https://soap.example', status = 'Success', attributes, by = keys, name = 'LogoutResponse' }: Changes = {},
) {
  const node = element(
    `samlp:${name}`,
    {
      ID: `_${crypto.randomUUID()}`,
      Version: '2.0',
      IssueInstant: new Date().toISOString(),
      InResponseTo: / ID="([^"]+)"/.exec(request)![1]!,
      ...attributes,
    },
    element('saml:Issuer', {}, issuer),
    element('samlp:Status', {}, element('samlp:StatusCode', { Value: `urn:oasis:names:tc:SAML:2.0:status:${status}` })),
  );
  return serialize(by ? await signElement(node, signerFor(by.privateKey, derOf(by.certificate), 'rsa-sha256')) : node);
}
const says =
  (changes?: Changes, wrap: (xml: string) => string = (xml) => envelope(xml)): Answer =>
  async (request) =>
    wrap(await response(request, changes));

/** What nobody may take for the partner's answer, and the rule that refuses it; '' where no message came that a rule could be about. */
const attacks: [what: string, rule: string, answer: Answer][] = [
  ['nobody signed it', 'signature-required', says({ by: null })],
  ['a stranger signed it', 'signature-value', says({ by: stranger })],
  ['another partner signed it, in its own name', 'issuer', says({ issuer: 'https://other.example', by: stranger })],
  ['another partner signed it, in this one’s name', 'signature-value', says({ by: stranger })],
  [
    'the message was changed after signing',
    'signature-value',
    says({ status: 'Requester' }, (xml) => envelope(xml.replace(':Requester', ':Success'))),
  ],
  ['it answers another request', 'replay', says({ attributes: { InResponseTo: `_${'0'.repeat(32)}` } })],
  ['it answers no request', 'replay', says({ attributes: { InResponseTo: undefined } })],
  ['it is for somebody else', 'destination', says({ attributes: { Destination: 'https://elsewhere.example/slo' } })],
  ['it is of last year', 'issue-instant', says({ attributes: { IssueInstant: '2025-01-01T00:00:00Z' } })],
  ['it is another message', 'message-type', says({ name: 'ArtifactResponse' })],
  ['it has a document type round it', 'no-doctype', says({}, (xml) => `<!DOCTYPE e:Envelope [<!ENTITY a "b">]>${envelope(xml)}`)],
  ['it has a comment', 'no-comment', says({}, (xml) => envelope(xml.replace('soap.example<', 'soap.example<!-- -->.evil<')))],
  ['it has an instruction in its head', 'no-comment', says({}, (xml) => envelope(xml, { head: '<e:Header><?x?></e:Header>' }))],
  [
    'it is larger than any message',
    'size',
    says({}, (xml) => envelope(xml.replace('<samlp:Status', `${' '.repeat(132_000)}<samlp:Status`))),
  ],
  ['it is endless', '', says({}, (xml) => envelope(xml).padEnd(3_000_000))],
  ['it is bare', 'message-type', says({}, (xml) => xml)],
  [
    'it is in an envelope of SOAP 1.2',
    'message-type',
    says({}, (xml) => envelope(xml).replace(soapNs, 'http://www.w3.org/2003/05/soap-envelope')),
  ],
  ['it is not XML', 'well-formed', async () => 'Signed out.'],
  ['it is nothing', 'well-formed', async () => ''],
  ['it is in the head', 'message-type', says({}, (xml) => envelope('', { head: `<e:Header>${xml}</e:Header>` }))],
  ['there are two bodies', 'message-type', says({}, (xml) => envelope(xml, { after: '<e:Body/>' }))],
  ['there are two messages', 'message-type', says({}, (xml) => envelope(xml + xml))],
  ['there is something beside it', 'message-type', says({}, (xml) => envelope(xml, { after: '<x/>' }))],
  [
    'the head has to be understood',
    'message-type',
    says({}, (xml) => envelope(xml, { head: '<e:Header><x e:mustUnderstand="1"/></e:Header>' })),
  ],
  ['the signed one is wrapped in another', 'schema', says({}, (xml) => envelope(`<x>${xml}</x>`))],
  ['it is a fault', '', async () => envelope('<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>')],
];

/** Nothing is kept between calls, as by a worker that hears of no change. */
const noDirectory = () => new SamlDirectory({ isTrusted: false, onChange: () => {} } as never, 10);

describe('web: Single Logout by SOAP', function () {
  this.timeout(120_000);
  let server: TestServer;
  let scope: Scope;
  let partner: Server;
  let at: string;
  let tell: ReturnType<typeof createSoapLogout>;
  let respond: (request: string, answer: ServerResponse) => void | Promise<void>;
  const received: { body: string; headers: Record<string, unknown> }[] = [];
  const answerBy = (answer: Answer) => async (request: string, to: ServerResponse) => void to.end(await answer(request));

  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    partner = createServer((request, answer) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        received.push({ body, headers: request.headers });
        void respond(body, answer);
      });
    }).listen(0, '127.0.0.1');
    await once(partner, 'listening');
    at = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
    const application = (code: string, certificate: string, saml: Record<string, unknown>) => ({
      code,
      name: code.toUpperCase(),
      assignedTo: { groups: ['Everyone'] },
      saml: {
        entityId: `https://${code}.example`,
        assertionConsumerServices: [{ url: `${at}/acs` }],
        signingCertificates: [certificate],
        ...saml,
      },
    });
    const soapLogoutUrl = `${at}/soap`;
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            application('soap', keys.certificate, { soapLogoutUrl }),
            application('both', keys.certificate, { soapLogoutUrl, singleLogoutServices: [{ binding: 'redirect', url: `${at}/slo` }] }),
            application('other', stranger.certificate, {}),
          ],
        },
      ],
    });
    tell = createSoapLogout(server.app.services, noDirectory());
  });
  after(async () => {
    partner.closeAllConnections();
    partner.close();
    await server.close();
  });
  beforeEach(() => {
    received.length = 0;
    respond = answerBy(says());
  });

  const idOf = async (code: string) => (await findApplicationByCode(scope, code))!.applicationId;
  type Joined = { jar: Jar; sessionId: SessionId; userId: UserId; applicationId: ApplicationId; sessionIndex: string };
  async function join(code: string): Promise<Joined> {
    const jar = await signedIn(server.baseUrl, person, passwords.ana);
    const applicationId = await idOf(code);
    const page = await jar.get(`${server.issuer}/saml/launch/${applicationId}`);
    const xml = Buffer.from(jar.form(page).fields.SAMLResponse!, 'base64').toString();
    const sessionIndex = /SessionIndex="([^"]+)"/.exec(xml)![1]!;
    const row = await scope
      .db('session_participants AS p')
      .join('sessions AS s', 's.session_id', 'p.session_id')
      .where({ 'p.protocol_session': sessionIndex })
      .first('s.session_id AS sessionId', 's.user_id AS userId');
    return { jar, ...row!, applicationId, sessionIndex } as Joined;
  }
  const noticeOf = ({ sessionId, applicationId, sessionIndex }: Joined) => ({
    sessionId,
    applicationId,
    sessionIndex,
    nameId: { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', value: person },
  });
  const isTold = ({ sessionId, applicationId }: Joined) => isNotified(scope, sessionId, applicationId, 'saml');
  const run = (joined: Joined, isLast = false) =>
    tell(scope, noticeOf(joined), { isLast }).then(
      () => 'done',
      () => 'again',
    );
  const incomplete = async () => (await eventsOf(scope, { type: 'single-logout.incomplete' })).length;
  async function ended(code: string): Promise<Joined> {
    const joined = await join(code);
    await endSessionsOfUser(scope, joined.userId, 'user.blocked');
    return joined;
  }
  async function signOut(jar: Jar, seen: Exchange[] = []) {
    const form = jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/);
    return followSaml(jar, await jar.get(form.action, { form: form.fields }), seen, (url) => url.startsWith(at));
  }

  it('a session ended by an administrator: one signed LogoutRequest with the session’s own names, once it is confirmed never again', async () => {
    const joined = await ended('soap');
    await startTrace(scope, joined.applicationId);
    expect(await run(joined)).to.equal('done');
    expect(received).to.have.length(1);
    const { body, headers } = received[0]!;
    expect(headers['content-type']).to.equal('text/xml; charset=utf-8');
    expect(headers.soapaction).to.equal('"http://www.oasis-open.org/committees/security"');
    expect(body).to.match(/^<soap:Envelope xmlns:soap="http:\/\/schemas\.xmlsoap\.org\/soap\/envelope\/"><soap:Body><samlp:LogoutRequest /);
    expect(body).to.contain(`Destination="${at}/soap"`).and.to.contain(`>${joined.sessionIndex}</samlp:SessionIndex>`);
    expect(body).to.contain(`>${person}</saml:NameID>`);
    if (isHere('xmlsec')) {
      const metadata = await (await fetch(`${server.issuer}/saml/metadata`)).text();
      expect(xmlsecVerifies(body, signingCertificateOf(metadata), 'LogoutRequest')).to.equal(true);
      expect(schemaFaults(/<samlp:LogoutRequest.*<\/samlp:LogoutRequest>/s.exec(body)![0])).to.equal('');
    }
    expect(await isTold(joined)).to.equal(true);
    expect((await eventsOf(scope, { type: 'application.notified-of-sign-out' })).at(-1)).to.deep.include({
      subjectId: joined.applicationId,
      details: { session: joined.sessionId },
    });
    const trace = (await listExchanges(scope, joined.applicationId)).map(({ direction, name, content }) => [
      direction,
      name,
      content.slice(0, 4),
    ]);
    expect(trace).to.deep.equal([
      ['received', 'LogoutResponse', 'SOAP'],
      ['sent', 'LogoutRequest', 'SOAP'],
    ]);
    expect(await run(joined)).to.equal('done');
    expect(received).to.have.length(1);
  });

  const shapes: [what: string, wrap: (xml: string) => string][] = [
    ['with a declaration and line breaks', (xml) => `<?xml version="1.0" encoding="UTF-8"?>\n${envelope(`\n  ${xml}\n`)}\n`],
    ['with a head that nobody has to understand', (xml) => envelope(xml, { head: '<e:Header><x e:mustUnderstand="0">y</x></e:Header>' })],
    [
      'with the namespaces of the message declared round it',
      (xml) =>
        envelope(xml.replace(' xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"', ''), {
          declares: ' xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema"',
        }),
    ],
  ];
  for (const [what, wrap] of shapes)
    it(`an answer ${what} is believed`, async () => {
      respond = answerBy(says({ attributes: { Destination: `${server.issuer}/saml/slo` } }, wrap));
      const joined = await ended('soap');
      expect(await run(joined)).to.equal('done');
      expect(await isTold(joined)).to.equal(true);
    });

  it('whatever a partner’s answer could be taken for and is not: refused, recorded by its rule, nothing believed, and tried again', async () => {
    const joined = await ended('soap');
    await startTrace(scope, joined.applicationId);
    for (const [what, rule, answer] of attacks) {
      respond = answerBy(answer);
      const refusals = await watchRefusals(scope, 'saml-message.refused');
      expect(await run(joined), what).to.equal('again');
      expect(await isTold(joined), what).to.equal(false);
      expect(await refusals(), what).to.deep.equal(rule ? [rule] : []);
      if (rule) expect((await listExchanges(scope, joined.applicationId))[0], what).to.include({ direction: 'received', reason: rule });
    }
    for (const status of [302, 404, 500]) {
      respond = async (request, answer) => {
        answer.writeHead(status, { location: `${at}/elsewhere` }).end(await says()(request));
      };
      received.length = 0;
      expect(await run(joined), String(status)).to.equal('again');
      expect([received.length, await isTold(joined)], String(status)).to.deep.equal([1, false]);
    }
    respond = answerBy(says());
    expect(await run(joined), 'and then it answers').to.equal('done');
    expect(await isTold(joined)).to.equal(true);
  });

  it('an old answer is worth nothing for a new request', async () => {
    let kept = '';
    respond = answerBy(async (request) => {
      kept = await says()(request);
      return kept;
    });
    await run(await ended('soap'));
    respond = answerBy(async () => kept);
    const second = await ended('soap');
    expect(await run(second)).to.equal('again');
    expect(await isTold(second)).to.equal(false);
  });

  it('who says in a signed answer that it did not, or never answers, is named in the audit', async () => {
    const joined = await ended('soap');
    const before = await incomplete();
    respond = answerBy(says({ status: 'Requester' }));
    expect(await run(joined)).to.equal('done');
    expect([await isTold(joined), await incomplete()]).to.deep.equal([false, before + 1]);
    respond = (_, answer) => void answer.destroy();
    expect(await run(joined)).to.equal('again');
    expect(await incomplete(), 'not yet').to.equal(before + 1);
    expect(await run(joined, true)).to.equal('again');
    expect(await incomplete()).to.equal(before + 2);
    expect((await eventsOf(scope, { type: 'single-logout.incomplete' })).at(-1)).to.deep.include({ details: { applications: ['SOAP'] } });
  });

  it('switched off, without an address, or of another company, it is told nothing', async () => {
    const [joined, other] = [await ended('soap'), await ended('other')];
    expect(await run(other)).to.equal('done');
    expect(await tell(await server.scope('other'), noticeOf(joined), { isLast: false })).to.equal(undefined);
    expect(received).to.deep.equal([]);
  });

  it('a private address that the operator has not opened is not called', async () => {
    const services = { ...server.app.services, outbound: createOutbound([]) };
    const closed = createSoapLogout(services, noDirectory());
    const joined = await ended('soap');
    expect(await closed(scope, noticeOf(joined), { isLast: false }).catch((error) => error)).to.be.instanceOf(OutboundRefused);
    expect([received.length, await isTold(joined)]).to.deep.equal([0, false]);
  });

  it('a person’s own sign-out: an application without a page for it is asked by SOAP on the way', async () => {
    const joined = await join('soap');
    const end = await signOut(joined.jar);
    expect(end.text).to.contain('You are signed out').and.not.contain('did not confirm');
    expect([received.length, await isTold(joined)]).to.deep.equal([1, true]);
    const silent = await join('soap');
    respond = answerBy(says({ by: stranger }));
    expect((await signOut(silent.jar)).text)
      .to.contain('did not confirm')
      .and.to.contain('<li>SOAP</li>');
    respond = answerBy(says());
    expect(await run(silent), 'the job tries again').to.equal('done');
    expect(await isTold(silent)).to.equal(true);
  });

  it('a browser that is on its way to an application is not overtaken; when it does not come back, the application is told later', async () => {
    const joined = await join('both');
    const seen: Exchange[] = [];
    await signOut(joined.jar, seen);
    expect(seen.map(({ kind }) => kind)).to.deep.equal(['LogoutRequest']);
    expect(await run(joined)).to.equal('done');
    expect(received).to.deep.equal([]);
    const { rows } = await scope.db.raw(
      `SELECT j.run_at > now() + interval '9 minutes' AS later FROM graphile_worker._private_jobs j WHERE j.key = ?`,
      [`notify-service-provider ${joined.sessionId} ${joined.applicationId}`],
    );
    expect(rows).to.deep.equal([{ later: true }]);
    await scope.db('oidc_artifacts').where({ kind: 'SingleLogoutOfSession' }).delete(); // ten minutes later
    respond = answerBy(says({ issuer: 'https://both.example' }));
    expect(await run(joined)).to.equal('done');
    expect([received.length, await isTold(joined)]).to.deep.equal([1, true]);
  });
});

import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { listExchanges, startTrace } from '../../../src/domain/applications/traces/index.ts';
import { eventsOf, lastRefusal } from '../../support/audit.ts';
import { Jar } from '../../support/jar.ts';
import { until } from '../../support/patience.ts';
import { eventually } from '../../support/process.ts';
import { followSaml } from '../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const acs = 'http://127.0.0.1:9/acs';
const formats = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';

describe('web: SAML messages that are refused', () => {
  let server: TestServer;
  let ana: Jar;
  let count = 0;

  const application = (code: string, saml: Record<string, unknown> = {}) => ({
    code,
    name: code.toUpperCase(),
    navigable: true,
    saml: { entityId: `https://${code}.example`, assertionConsumerServices: [{ url: acs }], ...saml },
  });

  before(async () => {
    server = await startTestServer();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ username: 'nomail', firstName: 'No', lastName: 'Mail', password: 'correct horse battery' }],
          applications: [
            application('wiki'),
            application('quiet'),
            application('byfield', { nameIdFormat: 'unspecified', nameIdField: 'department' }),
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const xmlOf = ({ issuer = 'https://wiki.example', inside = '' } = {}) =>
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q${++count}" Version="2.0" IssueInstant="${new Date().toISOString()}"><saml:Issuer>${issuer}</saml:Issuer>${inside}</samlp:AuthnRequest>`;
  const post = (message: string, jar = new Jar()) => jar.get(`${server.issuer}/saml/sso`, { form: { SAMLRequest: message } });
  const postXml = (xml: string, jar?: Jar) => post(Buffer.from(xml).toString('base64'), jar);
  const lastEvent = async (type: string) => (await eventsOf(await server.scope(), { type })).at(-1)!;
  const idOf = async (code: string) => (await findApplicationByCode(await server.scope(), code))!.applicationId;
  /** The trace once it has `length` messages: claims are written after the answer has left. */
  async function traceOf(code: string, length: number) {
    const [scope, id] = [await server.scope(), await idOf(code)];
    return until(async () => {
      const found = await listExchanges(scope, id);
      return found.length >= length && found;
    }, `${length} messages`);
  }

  it('InvalidNameIDPolicy: each of its causes has a sentence of its own in the audit', async () => {
    const ask = async (code: string, policy: string, jar = ana) => {
      const xml = xmlOf({ issuer: `https://${code}.example`, inside: `<samlp:NameIDPolicy ${policy}/>` });
      const url = `${server.issuer}/saml/sso?SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`;
      const seen: Parameters<typeof followSaml>[2] = [];
      await followSaml(jar, await jar.get(url), seen, (to) => to.startsWith(acs));
      expect(seen.at(-1)!.xml, policy).to.contain('status:InvalidNameIDPolicy');
      const { reason, details } = await lastEvent('authorization.failed');
      return [reason, details.detail];
    };
    expect(await ask('wiki', `Format="${formats}kerberos"`)).to.deep.equal(['saml:InvalidNameIDPolicy:format', `${formats}kerberos`]);
    expect((await ask('wiki', `Format="${formats}encrypted"`))[0]).to.equal('saml:InvalidNameIDPolicy:encrypted');
    expect(await ask('wiki', 'SPNameQualifier="https://crm.example"')).to.deep.equal([
      'saml:InvalidNameIDPolicy:qualifier',
      'https://crm.example',
    ]);
    expect((await ask('byfield', ''))[0]).to.equal('saml:InvalidNameIDPolicy:no-value');
    const noMail = await signedIn(server.baseUrl, 'nomail', 'correct horse battery');
    expect((await ask('wiki', '', noMail))[0]).to.equal('saml:InvalidNameIDPolicy:no-email');
    const report = (await ana.get(`${server.issuer}/admin/audit`)).text;
    expect(report).to.contain('has none (InvalidNameIDPolicy); give the person an e-mail');
  });

  it('an unknown issuer that looks like a registered one: its escapes, and the registered name', async () => {
    for (const [issuer, shown] of [
      ['https://w\u0456ki.example', 'https://w\\u{456}ki.example'],
      ['https://wiki\u200b.example', 'https://wiki\\u{200b}.example'],
      ['https://Wiki.example', 'https://Wiki.example'],
      ['https://wiki.example/', 'https://wiki.example/'],
    ] as const) {
      const answer = await postXml(xmlOf({ issuer }));
      expect(answer.text, 'strangers learn nothing').to.contain('SAML: issuer').and.not.contain('wiki.example');
      const { reason, details } = await lastRefusal(await server.scope(), 'saml-message.refused');
      expect(reason).to.equal('issuer');
      expect(details).to.include({ detail: shown, nearest: 'https://wiki.example' });
    }
    await postXml(xmlOf({ issuer: 'https://nobody.example' }));
    expect((await lastRefusal(await server.scope(), 'saml-message.refused')).details.nearest).to.equal(undefined);
  });

  it('what is refused before its sender is known stands in the trace of whom it claims to be, marked as a claim', async () => {
    const wiki = await idOf('wiki');
    const refused: Record<string, () => Promise<unknown>> = {
      'no-comment': () => postXml(xmlOf().replace('<saml', '<!-- x --><saml')),
      schema: () => postXml(xmlOf({ inside: '<samlp:Unknown/>' })),
      'no-doctype': () => postXml(`<!DOCTYPE x>${xmlOf()}`),
      'well-formed': () => postXml(xmlOf().slice(0, -3)),
      encoding: () => post(xmlOf()),
      size: () => postXml(xmlOf({ inside: ' '.repeat(140_000) })),
      'message-type': () => postXml(xmlOf().replaceAll('AuthnRequest', 'LogoutResponse')),
      issuer: () => postXml(xmlOf({ issuer: 'https://WIKI.example' })),
    };
    await startTrace(await server.scope(), wiki);
    // the server has heard of it once it shows what is not refused
    await eventually(async () => {
      await postXml(xmlOf());
      expect(await listExchanges(await server.scope(), wiki)).not.to.deep.equal([]);
    });
    for (const [rule, send] of Object.entries(refused)) {
      await startTrace(await server.scope(), wiki);
      await send();
      const [one] = await traceOf('wiki', 1);
      expect(one, rule).to.include({ direction: 'received', name: 'SAMLRequest' });
      expect(one!.reason, rule).to.be.oneOf(rule === 'message-type' ? ['message-type', 'schema'] : [rule]);
      expect(one!.claimedIssuer, rule).to.equal(rule === 'issuer' ? 'https://WIKI.example' : 'https://wiki.example');
    }
    const page = (await ana.get(`${server.issuer}/admin/applications/${wiki}/trace`)).text;
    expect(page)
      .to.contain('Not verified.')
      .and.to.contain('not registered; https://wiki.example')
      .and.to.contain('character by character');
  });

  it('whoever floods a trace with claims is counted by address, and hides nothing that was verified', async () => {
    const quiet = await idOf('quiet');
    await startTrace(await server.scope(), quiet);
    await ana.get(
      `${server.issuer}/saml/sso?SAMLRequest=${encodeURIComponent(deflateRawSync(xmlOf({ issuer: 'https://quiet.example' })).toString('base64'))}`,
    );
    for (let n = 0; n < 25; n++) await postXml(xmlOf({ issuer: 'https://quiet.example', inside: '<x/>' }));
    const trace = await traceOf('quiet', 12);
    expect(trace.filter(({ claimedIssuer }) => claimedIssuer)).to.have.length(10);
    expect(trace.filter(({ claimedIssuer }) => !claimedIssuer).map(({ name }) => name)).to.deep.equal(['Response', 'AuthnRequest']);
  });
});

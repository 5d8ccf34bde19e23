import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { listExchanges, startTrace } from '../../../src/domain/applications/traces/index.ts';
import { changeStatus, findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { artifactUrl, gateRules, handleOf, newArtifact, type Rule } from '../../../src/platform/saml/index.ts';
import { artifactResolve, envelope, inEnvelope } from '../../support/artifacts.ts';
import { eventsOf, watchRefusals } from '../../support/audit.ts';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { isHere, needSoftware } from '../../support/missing.ts';
import { makeKeys, schemaFaults, signingCertificateOf, xmlsecVerifies } from '../../support/saml.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const at = 'http://127.0.0.1:9/artifact';
const acs = 'http://127.0.0.1:9/acs';
const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings:';
const keys = makeKeys();
const stranger = makeKeys();
const isOut = (url: string) => url.startsWith('http://127.0.0.1:9/');

type Asked = Partial<Parameters<typeof artifactResolve>[1]> & { code?: string; wrap?: (xml: string) => string };

describe('web: SAML answers by artifact', function () {
  this.timeout(120_000);
  let server: TestServer;
  let ana: Jar;
  let count = 0;

  const artifactConsumer = (url = at, index = 3) => ({ url, index, binding: 'artifact' });
  const application = (code: string, assertionConsumerServices: object[], saml: Record<string, unknown> = {}) => ({
    code,
    name: code.toUpperCase(),
    navigable: true,
    saml: { entityId: `https://${code}.example`, assertionConsumerServices, signingCertificates: [keys.certificate], ...saml },
  });
  const on = { artifactBinding: true };

  before(async () => {
    server = await startTestServer();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            application('only', [artifactConsumer()], on),
            application('both', [{ url: acs, index: 0 }, artifactConsumer()], on),
            application('same', [{ url: at, index: 0 }, artifactConsumer()], on),
            application('query', [artifactConsumer(`${at}?flag&p=/x/(y)~'`)], on),
            application('thief', [artifactConsumer()], { ...on, signingCertificates: [stranger.certificate] }),
            application('plain', [{ url: acs, index: 0 }]),
            { ...application('closed', [artifactConsumer()], on), navigable: false },
            { ...application('off', [artifactConsumer()], on), enabled: false },
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const resolutionUrl = () => `${server.issuer}/saml/artifact`;
  const idOf = async (code: string) => (await findApplicationByCode(await server.scope(), code))!.applicationId;
  const lastEvent = async (type: string) => (await eventsOf(await server.scope(), { type })).at(-1);
  function requestUrl(code: string, attributes = '', relayState?: string): string {
    const destination = `${server.issuer}/saml/sso`;
    const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a${++count}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${destination}" ${attributes}><saml:Issuer>https://${code}.example</saml:Issuer></samlp:AuthnRequest>`;
    const state = relayState === undefined ? '' : `&RelayState=${encodeURIComponent(relayState)}`;
    return `${destination}?SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}${state}`;
  }
  /** Where the browser is led out to. */
  async function ask(
    code: string,
    attributes?: string,
    relayState?: string,
    jar = ana,
  ): Promise<{ out: string; artifact: string; page: Answer }> {
    const page = await jar.follow(requestUrl(code, attributes, relayState), {}, isOut);
    const out = page.headers.location ?? page.location ?? '';
    return { out, artifact: out ? (new URL(out).searchParams.get('SAMLart') ?? '') : '', page };
  }
  async function resolve(artifact: string, { code = 'only', wrap = envelope, ...asked }: Asked = {}) {
    const xml = await artifactResolve(artifact, { destination: resolutionUrl(), issuer: `https://${code}.example`, by: keys, ...asked });
    return post(wrap(xml));
  }
  async function post(body: string) {
    const answer = await send(resolutionUrl(), { method: 'POST', body, headers: { 'content-type': 'text/xml' } });
    const message = inEnvelope(answer.text);
    return {
      ...answer,
      message,
      inner: /<samlp:Response .*<\/samlp:Response>/s.exec(message)?.[0],
      status: [...message.replace(/<samlp:Response .*<\/samlp:Response>/s, '').matchAll(/status:(\w+)/g)].map(([, one]) => one).join(' '),
    };
  }

  it('the browser carries type 4, our index, the SHA-1 of our entity ID and 20 random octets; the application fetches the response once', async () => {
    const { out, artifact, page } = await ask('only', '', '/x');
    expect(page.status).to.equal(303);
    const octets = Buffer.from(artifact, 'base64');
    expect(octets).to.have.length(44);
    expect(octets.readUInt16BE(0)).to.equal(4);
    expect(octets.readUInt16BE(2)).to.equal(0);
    expect(octets.subarray(4, 24)).to.deep.equal(createHash('sha1').update(server.issuer).digest());
    const rows = await (await server.scope()).db('oidc_artifacts').where({ kind: 'SamlArtifact' });
    expect(JSON.stringify(rows), 'nothing of it can be read in the store').to.not.contain('ana@acme.example').and.not.contain('Assertion');

    const first = await resolve(artifact);
    expect(first.status).to.equal('Success');
    expect(first.headers['content-type']).to.contain('text/xml');
    expect(first.headers['cache-control']).to.contain('no-store');
    expect(first.setCookie).to.deep.equal([]);
    expect(first.inner).to.contain('ana@acme.example').and.to.contain(`Destination="${at}"`).and.to.contain(`InResponseTo="_a${count}"`);
    expect(out).to.contain('&RelayState=%2Fx');
    const event = (await lastEvent('saml-artifact.resolved'))!;
    expect(event).to.include({ outcome: 'success' });
    expect(event.actor).to.include({ kind: 'application', name: 'ONLY' });
    expect(event.details).to.include({ application: 'ONLY' });

    // Shibboleth names no destination: the artifact itself says whom it is asked of
    const { artifact: next } = await ask('only');
    expect((await resolve(next, { attributes: { Destination: undefined } })).inner).to.contain('status:Success');

    const second = await resolve(artifact);
    expect([second.status, second.inner]).to.deep.equal(['Success', undefined]);
    expect(await lastEvent('saml-message.refused')).to.include({ reason: 'artifact', outcome: 'failure' });
  });

  it('both are signed, and fit the schema, by software of others', async function () {
    needSoftware(this, 'xmlsec');
    const certificate = signingCertificateOf((await send(`${server.issuer}/saml/metadata`)).text);
    const { message, inner } = await resolve((await ask('only')).artifact);
    const empty = (await resolve('AAQAAA==')).message;
    for (const xml of [message, empty]) {
      expect(schemaFaults(xml)).to.equal('');
      expect(xmlsecVerifies(xml, certificate, 'ArtifactResponse')).to.equal(true);
      expect(
        xmlsecVerifies(xml.replace('https:', 'http:').replace('status:Success', 'status:Other'), certificate, 'ArtifactResponse'),
      ).to.equal(false);
    }
    expect(xmlsecVerifies(message, certificate, 'Assertion'), 'in its place').to.equal(true);
    expect(inner).to.contain('xmlns:saml=');
  });

  it('of fifty who ask at once one gets it, and one event tells of it', async () => {
    const { artifact } = await ask('only');
    const before = (await eventsOf(await server.scope(), { type: 'saml-artifact.resolved' })).length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => resolve(artifact)));
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set(['Success']));
    expect(answers.filter(({ inner }) => inner)).to.have.length(1);
    expect(await eventsOf(await server.scope(), { type: 'saml-artifact.resolved' })).to.have.length(before + 1);
  });

  it('what stands for nothing gets Success and no message: expired, of another, of another issuer, changed, in another spelling', async () => {
    const { artifact } = await ask('only');
    const changed = (place: number) => {
      const octets = Buffer.from(artifact, 'base64');
      octets[place]! ^= 1;
      return octets.toString('base64');
    };
    const others: [what: string, artifact: string, asked?: Asked][] = [
      ['another partner asks', artifact, { code: 'thief', by: stranger }],
      ['a partner without the option asks', artifact, { code: 'plain' }],
      ['another type', changed(1)],
      ['another index', changed(3)],
      ['another source', changed(20)],
      ['another handle', changed(43)],
      ['another spelling', artifact.replace(/=$/, '')],
      ['hex', Buffer.from(artifact, 'base64').toString('hex')],
      ['of somebody else', newArtifact('https://elsewhere.example').artifact],
      ['nothing', ''],
      ['a long text', 'A'.repeat(5000)],
    ];
    for (const [what, asked, how] of others) {
      const { status, inner, message } = await resolve(asked, how);
      expect([status, inner], what).to.deep.equal(['Success', undefined]);
      expect(message, what).to.match(/InResponseTo="_[0-9a-f-]{36}"/);
    }
    const scope = await server.scope();
    await scope
      .db('oidc_artifacts')
      .where({ kind: 'SamlArtifact' })
      .update({ expires_at: new Date(Date.now() - 1000) });
    expect((await resolve(artifact)).inner, 'expired').to.equal(undefined);
    const fresh = await ask('only');
    const kept = await scope.db('oidc_artifacts').where({ kind: 'SamlArtifact' }).orderBy('expires_at', 'desc').first();
    expect(kept!.expires_at!.getTime() - Date.now()).to.be.within(30_000, 61_000);
    expect((await resolve(fresh.artifact)).inner, 'and the one it was made for gets it').to.contain('status:Success');
  });

  /** A question for every rule of the gate; `null`: no ArtifactResolve can break it. A `fault`: no message came that could be answered. */
  const refusedBy: Record<Rule, { asked: Asked; fault?: true } | null> = {
    binding: null,
    encoding: null,
    size: { asked: { wrap: (xml) => envelope(xml.replace('<samlp:Artifact>', `${' '.repeat(140_000)}<samlp:Artifact>`)) }, fault: true },
    'well-formed': { asked: { wrap: (xml) => envelope(xml).slice(0, -3) }, fault: true },
    'no-doctype': { asked: { wrap: (xml) => `<!DOCTYPE x [<!ENTITY a "b">]>${envelope(xml)}` }, fault: true },
    'no-comment': { asked: { wrap: (xml) => envelope(xml.replace('.example<', '.example<!-- -->.evil<')) }, fault: true },
    schema: { asked: { wrap: (xml) => envelope(xml.replace('<samlp:Artifact>', '<samlp:Extra/><samlp:Artifact>')) } },
    'message-type': { asked: { name: 'AuthnRequest' } },
    version: { asked: { attributes: { Version: '3.0' } } },
    id: { asked: { attributes: { ID: `_${'x'.repeat(300)}` } } },
    issuer: { asked: { issuer: 'https://unknown.example' } },
    'signature-required': { asked: { by: null } },
    'signature-placement': { asked: { wrap: (xml) => envelope(xml.replace(/URI="#[^"]+"/, 'URI=""')) } },
    'signature-algorithm': { asked: { wrap: (xml) => envelope(xml.replaceAll('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256')) } },
    'signature-transforms': {
      asked: { wrap: (xml) => envelope(xml.replaceAll('2001/10/xml-exc-c14n#', 'TR/2001/REC-xml-c14n-20010315')) },
    },
    'signature-value': { asked: { by: stranger } },
    destination: { asked: { destination: 'https://elsewhere.example/artifact' } },
    'issue-instant': { asked: { attributes: { IssueInstant: '2025-01-01T00:00:00Z' } } },
    replay: null,
    acs: null,
    subject: null,
    expired: null,
    artifact: { asked: {} },
    launch: null,
    'relay-state': null,
  };

  it('every rule of the gate refuses, says so in SOAP, is in the audit, and the artifact is as it was', async () => {
    expect(Object.keys(refusedBy).sort()).to.deep.equal([...gateRules].sort());
    const { artifact } = await ask('only');
    for (const [rule, refused] of Object.entries(refusedBy)) {
      if (!refused) continue;
      const counted = await watchRefusals(await server.scope(), 'saml-message.refused');
      const answer = await resolve(rule === 'artifact' ? newArtifact(server.issuer).artifact : artifact, refused.asked);
      expect(answer.inner, rule).to.equal(undefined);
      expect(await counted(), rule).to.deep.equal([rule]);
      if (refused.fault) {
        expect([answer.status, answer.message.includes('<soap:Fault>')], rule).to.deep.equal(['', true]);
        expect((await send(resolutionUrl(), { method: 'POST', body: 'x' })).status, rule).to.equal(500);
      } else {
        const status = { version: 'VersionMismatch', artifact: 'Success' }[rule] ?? 'Responder RequestDenied';
        expect(answer.status, rule).to.equal(status);
        if (rule !== 'artifact') expect(answer.message, rule).to.contain(`SAML: ${rule} (`);
        if (!['id', 'artifact'].includes(rule)) expect(answer.message, rule).to.match(/InResponseTo="_[0-9a-f-]{36}"/);
      }
    }
    expect((await resolve(artifact)).inner).to.contain('status:Success');
  });

  it('nothing is told of who may not enter any more, though they might when it was made', async () => {
    const scope = await server.scope();
    const [email, password] = ['leaves@acme.example', 'a long password of somebody'];
    await server.apply({ contexts: [{ code: 'acme', users: [{ email, firstName: 'Lea', lastName: 'Vásquez', password }] }] });
    const { userId } = (await findUserByLogin(scope, email))!;
    const lea = await signedIn(server.baseUrl, email, password);
    const [first, second] = [await ask('only', '', undefined, lea), await ask('only', '', undefined, lea)];
    await changeStatus(scope, userId, 'deactivate');
    expect((await resolve(first.artifact)).inner).to.equal(undefined);
    await changeStatus(scope, userId, 'reactivate');
    expect((await resolve(first.artifact)).inner, 'nor later').to.equal(undefined);
    expect((await resolve(second.artifact)).inner).to.match(/<saml:(Encrypted)?Assertion/);
  });

  it('what surrounds a message is not believed: two bodies, two messages, a fault, SOAP 1.2, something larger than any', async () => {
    const { artifact } = await ask('only');
    const wraps: ((xml: string) => string)[] = [
      (xml) => envelope(xml).replace('</e:Envelope>', '<e:Body/></e:Envelope>'),
      (xml) => envelope(xml + xml),
      (xml) => envelope(xml, '<e:Header><x e:mustUnderstand="1"/></e:Header>'),
      (xml) => envelope(xml).replace('schemas.xmlsoap.org/soap/envelope/', 'www.w3.org/2003/05/soap-envelope'),
      (xml) => xml,
      () => envelope('<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>'),
      () => '',
      (xml) => envelope(xml).padEnd(1_000_000),
    ];
    for (const wrap of wraps) {
      const answer = await resolve(artifact, { wrap });
      expect([answer.inner, answer.message.includes('<soap:Fault>')]).to.deep.equal([undefined, true]);
    }
    expect((await resolve(artifact, { code: 'off' })).message, 'switched off').to.contain('SAML: issuer');
    expect((await resolve(artifact)).inner).to.contain('status:Success');
  });

  it('which of its addresses gets the answer, and how: by address, index, binding, or the default', async () => {
    const wants = (name: string) => `ProtocolBinding="${bindings}${name}"`;
    const answered = async (code: string, attributes: string) => {
      const { out, artifact, page } = await ask(code, attributes);
      if (artifact) return ['artifact', out.split('?')[0]];
      const [, xml = ''] = /name="SAMLResponse" value="([^"]+)"/.exec(page.text) ?? [];
      const status = [
        ...Buffer.from(xml, 'base64')
          .toString()
          .matchAll(/status:(\w+)/g),
      ]
        .map(([, one]) => one)
        .join(' ');
      return xml ? [`post ${status}`, /action="([^"]+)"/.exec(page.text)![1]] : [/SAML: [\w-]+/.exec(page.text)?.[0]];
    };
    const success = 'post Success';
    const unsupported = 'post Requester UnsupportedBinding';
    const cases: [code: string, attributes: string, expected: (string | undefined)[]][] = [
      ['both', '', [success, acs]],
      ['both', wants('HTTP-POST'), [success, acs]],
      ['both', wants('HTTP-Artifact'), ['artifact', at]],
      ['both', 'AssertionConsumerServiceIndex="3"', ['artifact', at]],
      ['both', 'AssertionConsumerServiceIndex="0"', [success, acs]],
      ['both', `AssertionConsumerServiceURL="${at}"`, ['artifact', at]],
      ['both', `AssertionConsumerServiceURL="${at}" ${wants('HTTP-Artifact')}`, ['artifact', at]],
      ['both', `AssertionConsumerServiceURL="${acs}" ${wants('HTTP-Artifact')}`, [unsupported, acs]],
      ['both', `AssertionConsumerServiceURL="${at}/x" ${wants('HTTP-Artifact')}`, ['SAML: acs']],
      ['both', wants('PAOS'), [unsupported, acs]],
      ['same', `AssertionConsumerServiceURL="${at}"`, [success, at]],
      ['same', `AssertionConsumerServiceURL="${at}" ${wants('HTTP-Artifact')}`, ['artifact', at]],
      ['only', '', ['artifact', at]],
      ['plain', wants('HTTP-Artifact'), [unsupported, acs]],
    ];
    for (const [code, attributes, expected] of cases)
      expect(await answered(code, attributes), `${code} ${attributes}`).to.deep.equal(expected);
    const { artifact } = await ask('only', wants('HTTP-POST'));
    expect((await resolve(artifact)).inner, 'told by the way it has').to.contain('status:UnsupportedBinding');
    const launched = await ana.follow(`${server.issuer}/saml/launch/${await idOf('only')}`, {}, isOut);
    expect((await resolve(new URL(launched.location!).searchParams.get('SAMLart')!)).inner).to.not.contain('InResponseTo');
  });

  it('RelayState comes back byte for byte, and the registered address stays as it is', async () => {
    for (const state of ['', ' a+b&c=d#e%20f ', 'é😀\u0001"<>\'', 'ss:mem:0123', 'x'.repeat(4096)]) {
      const { out } = await ask('query', '', state);
      expect(out.startsWith(`${at}?flag&p=/x/(y)~'&SAMLart=`)).to.equal(true);
      const raw = /&RelayState=([^&]*)$/.exec(out)![1]!;
      expect(decodeURIComponent(raw)).to.equal(state);
      expect(raw).to.not.contain('+');
    }
    expect((await ask('query')).out).to.not.contain('RelayState');
    expect(artifactUrl('https://a.example/?', 'QQ==', undefined)).to.equal('https://a.example/?&SAMLart=QQ%3D%3D');
  });

  it('after a form it leads out by a page, refusals too', async () => {
    const jar = new Jar();
    const signIn = await jar.follow(requestUrl('only', '', 'state'));
    const page = await fillSignIn(jar, signIn, 'ana@acme.example', passwords.ana, isOut);
    expect(page.status).to.equal(200);
    expect(page.headers['content-security-policy']).to.contain("form-action 'self'");
    expect(page.text).to.contain('Continue to ONLY');
    const out = new URL(page.location!);
    expect(out.searchParams.get('RelayState')).to.equal('state');
    expect((await resolve(out.searchParams.get('SAMLart')!)).inner).to.contain('status:Success');

    const closed = await ana.follow(requestUrl('closed'));
    const refused = await ana.submit(ana.form(closed, /saml\/request/), {}, isOut);
    expect(refused.status).to.equal(200);
    const { inner } = await resolve(new URL(refused.location!).searchParams.get('SAMLart')!, { code: 'closed' });
    expect(inner).to.contain('status:RequestDenied').and.not.contain('Assertion ');
    expect((await lastEvent('saml-artifact.resolved'))!.subjectId, 'a refusal tells of nobody').to.equal(undefined);
  });

  it('a message by artifact is refused by a page that names the bindings we take', async () => {
    const { artifact } = newArtifact('https://only.example');
    for (const address of ['sso', 'slo']) {
      const got = await send(`${server.issuer}/saml/${address}?SAMLart=${encodeURIComponent(artifact)}&RelayState=x`);
      const posted = await send(`${server.issuer}/saml/${address}`, { form: { SAMLart: artifact } });
      for (const { status, text } of [got, address === 'slo' ? got : posted]) {
        expect(status).to.equal(400);
        expect(text).to.contain('SAML: binding').and.to.contain('HTTP-Redirect and HTTP-POST');
      }
      expect(posted.status).to.be.oneOf([303, 400]);
    }
  });

  it('the trace shows each step, and what only claims to be the application as a claim', async () => {
    const id = await idOf('both');
    await startTrace(await server.scope(), id);
    server.app.services.forgetCached?.((await server.scope()).contextId);
    const { artifact } = await ask('both', `ProtocolBinding="${bindings}HTTP-Artifact"`);
    await resolve(artifact, { code: 'both' });
    await resolve(artifact, { code: 'both' });
    await resolve(artifact, { code: 'both', by: stranger });
    const trace = (await listExchanges(await server.scope(), id)).toReversed();
    expect(trace.map(({ direction, name, reason }) => [direction, name, reason].filter(Boolean).join(' '))).to.deep.equal([
      'received AuthnRequest',
      'sent Response',
      'received ArtifactResolve',
      'sent ArtifactResponse',
      'received ArtifactResolve',
      'sent ArtifactResponse artifact',
      'received SAMLRequest signature-value',
      'sent ArtifactResponse',
    ]);
    expect(trace[1]!.content)
      .to.contain(`HTTP-Artifact ${at}`)
      .and.not.contain(handleOf(artifact, server.issuer))
      .and.not.contain(artifact);
    expect(trace[2]!.content).to.contain('SOAP');
  });

  it('our metadata names the address, with the index that artifacts carry', async () => {
    const { text } = await send(`${server.issuer}/saml/metadata`);
    expect(text).to.contain(
      `<md:ArtifactResolutionService Binding="${bindings}SOAP" Location="${resolutionUrl()}" index="0" isDefault="true">`,
    );
    if (isHere('xmlsec')) expect(schemaFaults(text, 'metadata')).to.equal('');
    const got = await send(resolutionUrl());
    expect([got.status, got.headers.allow]).to.deep.equal([405, 'POST, OPTIONS']);
  });
});

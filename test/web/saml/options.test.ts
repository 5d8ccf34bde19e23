import { createDecipheriv, createHash, privateDecrypt, sign as signWith } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { load } from 'cheerio';
import { applyState, parseState, type StateError } from '../../../src/domain/administration/desired-state/index.ts';
import {
  adviseOn,
  findApplicationByCode,
  findApplicationById,
  samlOptionNames,
} from '../../../src/domain/applications/applications/index.ts';
import { endSessionsOfUser } from '../../../src/domain/sign-in/sessions/index.ts';
import type { Jar } from '../../support/jar.ts';
import { type Exchange, followSaml, makeKeys } from '../../support/saml.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const acs = 'http://127.0.0.1:9/acs';
const keys = makeKeys();
const formats = 'urn:oasis:names:tc:SAML:';
const sha1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
const pss = 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1';
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Each option as an application has it, and as an application without it is treated. */
describe('web: what one SAML application may have', () => {
  let server: TestServer;
  let ana: Jar;
  let count = 0;

  const options: Record<string, Record<string, unknown>> = {
    allowHttp: { allowHttp: true, assertionConsumerServices: [{ url: 'http://erp.intern.example/acs', isDefault: true }] },
    acceptRsaPss: { acceptRsaPss: true, signingCertificates: [keys.certificate] },
    ignoreSignatures: { ignoreSignatures: true },
    acceptInclusiveC14nUntil: { acceptInclusiveC14nUntil: day(30), signingCertificates: [keys.certificate] },
    acceptSha1Until: { acceptSha1Until: day(30), signingCertificates: [keys.certificate] },
    relayStates: { relayStates: ['ss:mem:*', 'https://console.example/*'] },
    soapLogoutUrl: { soapLogoutUrl: 'http://127.0.0.1:9/soap', signingCertificates: [keys.certificate] },
    artifactBinding: {
      artifactBinding: true,
      assertionConsumerServices: [{ url: `${acs}/artifact`, binding: 'artifact', isDefault: true }, { url: acs }],
      signingCertificates: [keys.certificate],
    },
    refuseLaunch: { refuseLaunch: true },
    nameIdTemplate: { nameIdTemplate: 'ACME\\{firstName}', nameIdFormat: 'windowsDomainQualifiedName' },
    spNameQualifier: { spNameQualifier: 'urn:group', nameIdFormat: 'persistent' },
    audiences: { audiences: ['urn:two'] },
    oneTimeUse: { oneTimeUse: true },
    assertionMinutes: { assertionMinutes: 60 },
    sessionMinutes: { sessionMinutes: 0 },
    oaepSha256: { oaepSha256: true, encryptAssertion: true, encryptionCertificate: keys.certificate },
  };
  const codeOf = (name: string) => name.toLowerCase();
  const application = (code: string, saml: Record<string, unknown> = {}) => ({
    code,
    name: code.toUpperCase(),
    navigable: true,
    saml: { entityId: `https://${code}.example`, assertionConsumerServices: [{ url: acs, isDefault: true }], ...saml },
  });

  before(async () => {
    server = await startTestServer({ config: { samlHttpHosts: ['*.intern.example', '10.0.0.0/8'] } });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ username: 'comma', firstName: 'Ana, O=Root', lastName: '#1', password: 'correct horse battery' }],
          groups: [
            { name: 'AWS-Admin', members: ['ana@acme.example'] },
            { name: 'AWS-Read', members: ['ana@acme.example'] },
          ],
          applications: [
            application('plain', { signingCertificates: [keys.certificate] }),
            application('keyless'),
            application('ended', { acceptSha1Until: day(-1), acceptInclusiveC14nUntil: day(-1), signingCertificates: [keys.certificate] }),
            application('plainpersistent', { nameIdFormat: 'persistent' }),
            application('oldname', { nameIdFormat: 'unspecified20' }),
            application('dn', { nameIdFormat: 'x509SubjectName', nameIdTemplate: 'CN={fullName},O=Acme' }),
            application('pss', { signatureAlgorithm: 'rsa-pss-sha256' }),
            application('aws', {
              attributes: [
                { name: 'Role', template: 'arn:aws:iam::1:role/{group:AWS-},arn:aws:iam::1:saml-provider/P' },
                { name: 'DisplayName', template: '{firstName} {lastName}' },
              ],
            }),
            ...Object.entries(options).map(([name, saml]) => application(codeOf(name), saml)),
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  type Asked = { policy?: string; sign?: { algorithm: string; by: (octets: Buffer) => Buffer } };
  /** The answer that reached the application, or the page that the person saw. */
  async function ask(code: string, { policy = '', sign }: Asked = {}): Promise<string> {
    const destination = `${server.issuer}/saml/sso`;
    const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_o${++count}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${destination}"><saml:Issuer>https://${code}.example</saml:Issuer>${policy && `<samlp:NameIDPolicy ${policy}/>`}</samlp:AuthnRequest>`;
    let query = `SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`;
    if (sign) {
      query += `&SigAlg=${encodeURIComponent(sign.algorithm)}`;
      query += `&Signature=${encodeURIComponent(sign.by(Buffer.from(query)).toString('base64'))}`;
    }
    return reached(await ana.get(`${destination}?${query}`));
  }
  async function reached(first: Awaited<ReturnType<Jar['get']>>): Promise<string> {
    const seen: Exchange[] = [];
    const page = await followSaml(ana, first, seen, (url) => url.startsWith(acs));
    return seen.at(-1)?.xml ?? page.text;
  }
  const launch = async (code: string, relayState?: string) => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), code))!;
    return ana.get(
      `${server.issuer}/saml/launch/${applicationId}${relayState === undefined ? '' : `?RelayState=${encodeURIComponent(relayState)}`}`,
    );
  };
  const post = async (xml: string) =>
    reached(await ana.get(`${server.issuer}/saml/sso`, { form: { SAMLRequest: Buffer.from(xml).toString('base64') } }));
  /** Inclusive canonicalization declares at SignedInfo what its ancestors declare; of the message itself it says the same as the exclusive one. */
  function inclusivelySigned(code: string): string {
    const destination = `${server.issuer}/saml/sso`;
    const c14n = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
    const id = `_i${++count}`;
    const begin = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${destination}" ID="${id}" IssueInstant="${new Date().toISOString()}" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://${code}.example</saml:Issuer>`;
    const digest = createHash('sha256').update(`${begin}</samlp:AuthnRequest>`).digest('base64');
    const inside = `<ds:CanonicalizationMethod Algorithm="${c14n}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="${c14n}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
    const info = `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${inside}`;
    const value = signWith('sha256', Buffer.from(info), keys.privateKey).toString('base64');
    return `${begin}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>${inside}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature></samlp:AuthnRequest>`;
  }
  const nameOf = (xml: string) => /<saml:NameID[^>]*>([^<]*)/.exec(xml)?.[0];
  const minutesOf = (xml: string) => {
    const [, issued, until] = /IssueInstant="([^"]+)".*<saml:Conditions[^>]*NotOnOrAfter="([^"]+)"/s.exec(xml)!;
    return Math.round((Date.parse(until!) - Date.parse(issued!)) / 60_000);
  };
  const bySha1 = { algorithm: sha1, by: (octets: Buffer) => signWith('sha1', octets, keys.privateKey) };
  const byPss = {
    algorithm: pss,
    by: (octets: Buffer) => signWith('sha256', octets, { key: keys.privateKey, padding: 6, saltLength: 32 }),
  };

  const effects: Record<string, () => Promise<void>> = {
    allowHttp: async () => {
      const seen: Exchange[] = [];
      await followSaml(ana, await launch('allowhttp'), seen, (url) => url.startsWith('http://erp.intern.example/'));
      expect(seen.at(-1)).to.include({ kind: 'Response', to: 'http://erp.intern.example/acs' });
      const { contextId: _, ...scope } = await server.scope();
      const apply = (saml: Record<string, unknown>, opened = server.app.services.isHttpHost) =>
        applyState(
          { ...scope, isHttpHost: opened, actor: { kind: 'operator', name: 'test' } },
          parseState({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [application('intern', saml)] }] }),
          { dryRun: true },
        ).then(
          () => 'applied',
          (error) => (error as StateError).faults[0]!.message,
        );
      const services = (url: string) => ({ assertionConsumerServices: [{ url }] });
      const url = 'http://erp.intern.example/acs';
      expect(await apply({ ...services(url), allowHttp: true })).to.equal('applied');
      expect(await apply({ ...services('http://10.1.2.3:8080/acs'), allowHttp: true })).to.equal('applied');
      expect(await apply(services(url)), 'without the option').to.equal('fields.web_uri');
      const metadata = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://intern.example"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${url}" index="0"/></md:SPSSODescriptor></md:EntityDescriptor>`;
      const read = { metadata, entityId: undefined, assertionConsumerServices: undefined };
      expect(await apply({ ...read, allowHttp: true }), 'from metadata, too').to.equal('applied');
      expect(await apply(read)).to.equal('fields.metadata_no_acs');
      for (const other of [
        'http://erp.example/acs',
        'http://intern.example.evil.example/acs',
        'http://203.0.113.5/acs',
        'http://192.168.0.1/acs',
      ])
        expect(await apply({ ...services(other), allowHttp: true }), other).to.equal('fields.http_closed');
      for (const other of ['http://user@erp.intern.example/acs', 'http:erp.intern.example/acs', 'ftp://erp.intern.example/acs'])
        expect(await apply({ ...services(other), allowHttp: true }), other).to.equal('fields.web_uri');
      expect(await apply({ ...services(url), allowHttp: true }, () => false), 'unless the operator opens it').to.equal(
        'fields.http_closed',
      );
    },
    acceptRsaPss: async () => {
      expect(await ask('plain', { sign: byPss })).to.contain('SAML: signature-algorithm');
      expect(await ask('acceptrsapss', { sign: byPss })).to.contain('status:Success');
      expect(await ask('acceptrsapss', { sign: bySha1 })).to.contain('SAML: signature-algorithm');
    },
    ignoreSignatures: async () => {
      expect(await ask('keyless', { sign: byPss })).to.contain('SAML: signature-');
      expect(await ask('ignoresignatures', { sign: bySha1 })).to.contain('status:Success');
    },
    acceptInclusiveC14nUntil: async () => {
      for (const code of ['plain', 'ended']) expect(await post(inclusivelySigned(code)), code).to.contain('SAML: signature-transforms');
      expect(await post(inclusivelySigned('acceptinclusivec14nuntil'))).to.contain('status:Success');
    },
    acceptSha1Until: async () => {
      expect(await ask('plain', { sign: bySha1 })).to.contain('SAML: signature-algorithm');
      expect(await ask('ended', { sign: bySha1 }), 'after its last day').to.contain('SAML: signature-algorithm');
      expect(await ask('acceptsha1until', { sign: bySha1 })).to.contain('status:Success');
      expect(await ask('acceptsha1until'), 'what we sign').to.contain('rsa-sha256');
    },
    relayStates: async () => {
      for (const state of ['ss:mem:abc', 'https://console.example/x']) {
        expect((await launch('plain', state)).text, state).to.contain('SAML: relay-state');
        expect(await reached(await launch('relaystates', state)), state).to.contain('status:Success');
      }
      expect((await launch('relaystates', 'https://evil.example/x')).text).to.contain('SAML: relay-state');
    },
    // who is told, and what of the answer is believed: soap-logout.test.ts
    soapLogoutUrl: async () => {
      const queued = async () =>
        Number(
          (
            await (
              await server.scope()
            )
              .db('graphile_worker._private_tasks as t')
              .join('graphile_worker._private_jobs as j', 'j.task_id', 't.id')
              .where('t.identifier', 'notify-service-provider')
              .count({ n: '*' })
          )[0]!.n,
        );
      const end = async (code: string) => {
        ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
        await reached(await launch(code));
        const scope = await server.scope();
        const person = await scope.db('users').where({ context_id: scope.contextId, email: 'ana@acme.example' }).first('user_id');
        await endSessionsOfUser(scope, person!.user_id, 'user.blocked');
        ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
        return queued();
      };
      expect([await end('plain'), await end('soaplogouturl')]).to.deep.equal([0, 1]);
    },
    // what is resolved, by whom and how often: artifact.test.ts
    artifactBinding: async () => {
      const out = (await launch('artifactbinding')).headers.location;
      expect(out).to.contain(`${acs}/artifact?SAMLart=`);
      expect(await ask('plain')).to.contain('status:Success');
      const { contextId: _, ...scope } = await server.scope();
      const apply = (saml: Record<string, unknown>) =>
        applyState(
          { ...scope, actor: { kind: 'operator', name: 'test' } },
          parseState({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [application('fetching', saml)] }] }),
          { dryRun: true },
        ).then(
          () => 'applied',
          (error) => (error as StateError).faults[0]!.message,
        );
      expect(await apply(options.artifactBinding!)).to.equal('applied');
      expect(await apply({ ...options.artifactBinding, artifactBinding: false }), 'without the option').to.equal('fields.artifact_off');
      expect(await apply({ ...options.artifactBinding, signingCertificates: [] })).to.equal('fields.artifact_certificate');
    },
    refuseLaunch: async () => {
      expect(await reached(await launch('plain'))).to.contain('status:Success');
      expect((await launch('refuselaunch')).text).to.contain('SAML: launch');
      expect(await ask('refuselaunch'), 'when it asks').to.contain('status:Success');
      const { applicationId } = (await findApplicationByCode(await server.scope(), 'refuselaunch'))!;
      expect((await ana.follow(`${server.issuer}/launchpad/open/${applicationId}`)).text)
        .to.contain('REFUSELAUNCH')
        .and.not.contain('SAML: launch');
    },
    nameIdTemplate: async () => {
      const windows = `${formats}1.1:nameid-format:WindowsDomainQualifiedName`;
      expect(nameOf(await ask('nameidtemplate')))
        .to.contain(windows)
        .and.to.contain('>ACME\\Ana');
      expect(nameOf(await ask('nameidtemplate', { policy: `Format="${windows}"` }))).to.contain('>ACME\\Ana');
      expect(await ask('plain', { policy: `Format="${windows}"` }), 'of who is not registered so').to.contain('InvalidNameIDPolicy');
    },
    spNameQualifier: async () => {
      expect(nameOf(await ask('spnamequalifier'))).to.contain('SPNameQualifier="urn:group"');
      expect(nameOf(await ask('spnamequalifier', { policy: 'SPNameQualifier="urn:group"' }))).to.contain('SPNameQualifier="urn:group"');
      expect(await ask('spnamequalifier', { policy: 'SPNameQualifier="urn:other"' })).to.contain('InvalidNameIDPolicy');
      expect(await ask('plainpersistent', { policy: 'SPNameQualifier="urn:group"' })).to.contain('InvalidNameIDPolicy');
    },
    audiences: async () => {
      expect(await ask('audiences')).to.contain(
        '<saml:Audience>https://audiences.example</saml:Audience><saml:Audience>urn:two</saml:Audience>',
      );
      expect((await ask('plain')).match(/<saml:Audience>/g)).to.have.length(1);
    },
    oneTimeUse: async () => {
      expect(await ask('onetimeuse')).to.contain('OneTimeUse');
      expect(await ask('plain')).not.to.contain('OneTimeUse');
    },
    assertionMinutes: async () => {
      expect(minutesOf(await ask('assertionminutes'))).to.equal(60);
      expect(minutesOf(await ask('plain'))).to.equal(5);
    },
    sessionMinutes: async () => {
      expect(await ask('sessionminutes')).not.to.contain('SessionNotOnOrAfter');
      expect(await ask('plain')).to.contain('SessionNotOnOrAfter');
    },
    oaepSha256: async () => {
      const xml = await ask('oaepsha256');
      const [wrapped, sealed] = [...xml.matchAll(/CipherValue>([^<]+)/g)].map(([, text]) => Buffer.from(text!, 'base64'));
      const key = privateDecrypt({ key: keys.privateKey, oaepHash: 'sha256' }, wrapped!);
      const opening = createDecipheriv('aes-256-gcm', key, sealed!.subarray(0, 12)).setAuthTag(sealed!.subarray(-16));
      expect(opening.update(sealed!.subarray(12, -16)).toString()).to.contain('ana@acme.example');
    },
  };

  it('every option stands here', () => {
    expect(Object.keys(options)).to.deep.equal([...samlOptionNames]);
    expect(Object.keys(effects)).to.deep.equal([...samlOptionNames]);
  });
  for (const name of samlOptionNames) it(`${name}: with it, and without`, () => effects[name]!());

  it('one value per group, and a value of two fields', async () => {
    const xml = await ask('aws');
    const valuesOf = (attribute: string) =>
      [...new RegExp(`Name="${attribute}".*?</saml:Attribute>`, 's').exec(xml)![0].matchAll(/<saml:AttributeValue>([^<]*)/g)].map(
        ([, value]) => value,
      );
    expect(valuesOf('Role')).to.have.members([
      'arn:aws:iam::1:role/Admin,arn:aws:iam::1:saml-provider/P',
      'arn:aws:iam::1:role/Read,arn:aws:iam::1:saml-provider/P',
    ]);
    expect(valuesOf('DisplayName')).to.deep.equal(['Ana Souza']);
  });

  it('a person’s name adds nothing to a distinguished name', async () => {
    expect(nameOf(await ask('dn'))).to.contain('>CN=Ana Souza,O=Acme');
    const other = await signedIn(server.baseUrl, 'comma', 'correct horse battery');
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'dn'))!;
    const seen: Exchange[] = [];
    await followSaml(other, await other.get(`${server.issuer}/saml/launch/${applicationId}`), seen, (url) => url.startsWith(acs));
    expect(nameOf(seen.at(-1)!.xml)).to.contain('>CN=Ana\\, O=Root #1,O=Acme');
  });

  it('unspecified in the spelling of 2.0, and RSA-PSS of ours, where they are chosen', async () => {
    expect(nameOf(await ask('oldname'))).to.contain(`${formats}2.0:nameid-format:unspecified`);
    expect(await ask('pss')).to.contain(`SignatureMethod Algorithm="${pss}"`);
  });

  it('form, advice and file know every option: saved unchanged it stays, downloaded and applied it changes nothing', async () => {
    for (const name of [...samlOptionNames, 'attributes'] as const) {
      const code = name === 'attributes' ? 'aws' : codeOf(name);
      const before = (await findApplicationByCode(await server.scope(), code))!;
      const at = `${server.issuer}/admin/applications/${before.applicationId}`;
      const form = ana.form(await ana.get(`${at}/edit`), /applications/);
      const saved = await ana.get(form.action, { form: new URLSearchParams(form.entries) });
      expect(saved.status, `${name} ${/class="invalid"[^>]*>([^<]*)/.exec(saved.text)?.[1]}`).to.equal(303);
      const after = (await findApplicationByCode(await server.scope(), code))!;
      expect(after.saml, name).to.deep.equal(before.saml);

      const file = JSON.parse((await ana.get(`${at}/export`)).text);
      expect(file.contexts[0].applications[0].saml, name).to.have.property(name);
      const { contextId: _, ...scope } = await server.scope();
      const result = await applyState({ ...scope, actor: { kind: 'operator', name: 'test' } }, parseState(file));
      expect(result.changes, name).to.deep.equal([]);
    }
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'ended'))!;
    const page = (await ana.get(`${server.issuer}/admin/applications/${applicationId}`)).text;
    expect(page).to.contain('Weakened protection').and.to.contain('Expired: it is refused again');
    const plain = (await findApplicationByCode(await server.scope(), 'plain'))!.applicationId;
    expect((await ana.get(`${server.issuer}/admin/applications/${plain}`)).text).not.to.contain('Weakened protection');
  });

  it('the list of applications marks those whose settings are weaker than they could be, and no other', async () => {
    const list = load((await ana.get(`${server.issuer}/admin/applications`)).text);
    const rows = list('tbody tr').toArray();
    expect(rows.length).to.be.greaterThan(samlOptionNames.length);
    for (const row of rows) {
      const id = /applications\/([^/]+)$/.exec(list(row).find('a').attr('href')!)![1]!;
      const { saml, code } = (await findApplicationById(await server.scope(), id))!;
      const isWeaker = saml !== undefined && adviseOn(saml, new Date()).length > 0;
      expect(list(row).text().includes('Weakened protection'), code).to.equal(isWeaker);
    }
  });

  it('artifact is written before an address in the form, and its certificate is asked for at its field', async () => {
    const { applicationId, saml } = (await findApplicationByCode(await server.scope(), 'artifactbinding'))!;
    const edit = async (changes: Record<string, string>) => {
      const form = ana.form(await ana.get(`${server.issuer}/admin/applications/${applicationId}/edit`), /applications/);
      const fields = new URLSearchParams(form.entries);
      expect(fields.get('acs')?.replaceAll('\r', '')).to.equal(`artifact ${acs}/artifact\n${acs}`);
      for (const [name, value] of Object.entries(changes)) fields.set(name, value);
      return ana.get(form.action, { form: fields });
    };
    const keyless = await edit({ signingCertificates: '' });
    expect([keyless.status, keyless.text.includes('who resolves the artifact')]).to.deep.equal([422, true]);
    const off = await edit({ artifactBinding: '' });
    expect([off.status, off.text.includes(`artifact ${acs}/artifact`)], 'nothing typed is lost').to.deep.equal([422, true]);
    expect((await edit({ acs: `Artifact   ${acs}/artifact\n${acs}` })).status, 'however it is written').to.equal(303);
    expect((await findApplicationByCode(await server.scope(), 'artifactbinding'))!.saml).to.deep.equal(saml);
  });

  it('an address by http that the operator has closed again gets no answer', async () => {
    const { services } = server.app;
    const before = services.isHttpHost;
    services.isHttpHost = () => false;
    try {
      const answer = await launch('allowhttp');
      expect(answer.status).to.equal(400);
      expect(answer.text).to.contain('SAML: acs');
    } finally {
      services.isHttpHost = before;
    }
  });

  it('what does not fit is said at its field, and nothing typed is lost', async () => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'plain'))!;
    const form = ana.form(await ana.get(`${server.issuer}/admin/applications/${applicationId}/edit`), /applications/);
    const fields = new URLSearchParams(form.entries);
    const typed = {
      assertionMinutes: 'ten',
      acceptSha1Until: '2099-01-01',
      relayStates: 'javascript:*',
      nameIdTemplate: '{nobody}',
      audiences: 'a b',
    };
    for (const [name, value] of Object.entries(typed)) fields.set(name, value);
    const { status, text } = await ana.get(form.action, { form: fields });
    expect(status).to.equal(422);
    for (const [name, value] of Object.entries(typed)) {
      expect(text, name).to.contain(value);
      if (name !== 'acceptSha1Until') expect(text, name).to.contain(`id="${name}-fault"`);
    }
  });
});

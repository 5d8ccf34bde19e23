import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { XmlC14NMode } from 'libxml2-wasm';
import samlify from 'samlify';
import {
  attributeNameFormat,
  authnContext,
  binding,
  derOf,
  nameIdFormat,
  partnerEntity,
  signerFor,
  writeIdpMetadata,
  writeLogoutRequest,
  writeLogoutResponse,
} from '../../../src/platform/saml/index.ts';
import { ns, statusOf, statusUri } from '../../../src/platform/saml/names.ts';
import { find, findAll, messageLimits, openDocument, type Read, readWritten } from '../../../src/platform/saml/read-xml.ts';
import { takeSignature } from '../../../src/platform/saml/verify-signature.ts';
import { makeKeys } from '../../support/saml.ts';

const keys = makeKeys();
const der = derOf(keys.certificate);
const signer = signerFor(keys.privateKey, der, 'rsa-sha256');
const now = new Date('2026-11-29T12:00:00Z');

/** What would end an element or an attribute, begin another, or be replaced by something else, wherever it is not written as a value. */
const values = [
  `<>&"'`,
  ']]>',
  '&amp;&#10;&evil;',
  `x" ID="_other" Injected="y`,
  `x' ID='_other' Injected='y`,
  '</saml:Issuer><saml:Issuer>https://other.example</saml:Issuer>',
  '<!-- --><![CDATA[x]]><?x y?>',
  '{ID}{Issuer}{Destination}{NameID}{SessionIndex}{InResponseTo}{StatusCode}',
  '$& $1 $` \\1 %s',
  'é ñ ção 😀 e\u0301',
];
const withBreaks = ['a\nb', 'a\r\nb', 'a\tb', 'a\rb', 'a\nSessionIndex="x"'];

const location = (root: Read, name: string) =>
  findAll(find(root, ns.metadata, 'IDPSSODescriptor'), ns.metadata, name).map((one) => one.attributes.Location);
const textOf = (root: Read, name: string, namespace: string = ns.assertion) => find(root, namespace, name)?.text;

describe('unit: what samlify models and writes', () => {
  it('the names are those of the specifications', () => {
    const saml2 = 'urn:oasis:names:tc:SAML:2.0';
    expect(ns).to.deep.equal({
      protocol: `${saml2}:protocol`,
      assertion: `${saml2}:assertion`,
      metadata: `${saml2}:metadata`,
      signature: 'http://www.w3.org/2000/09/xmldsig#',
      encryption: 'http://www.w3.org/2001/04/xmlenc#',
      encryption11: 'http://www.w3.org/2009/xmlenc11#',
    });
    expect(binding).to.deep.equal({ redirect: `${saml2}:bindings:HTTP-Redirect`, post: `${saml2}:bindings:HTTP-POST` });
    expect(nameIdFormat).to.deep.equal({
      unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
      emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      persistent: `${saml2}:nameid-format:persistent`,
      transient: `${saml2}:nameid-format:transient`,
    });
    expect(attributeNameFormat.basic).to.equal(`${saml2}:attrname-format:basic`);
    expect(authnContext).to.include({
      password: `${saml2}:ac:classes:Password`,
      passwordProtectedTransport: `${saml2}:ac:classes:PasswordProtectedTransport`,
    });
    for (const code of Object.values(statusOf).flat()) expect(statusUri(code)).to.equal(`${saml2}:status:${code}`);
  });

  it('the names are those of samlify, where it has them', () => {
    const { namespace, StatusCode } = samlify.Constants;
    expect(ns).to.include({ protocol: namespace.names.protocol, assertion: namespace.names.assertion, metadata: namespace.names.metadata });
    expect(namespace.binding).to.include(binding);
    expect(namespace.format).to.include(nameIdFormat);
    const { password, passwordProtectedTransport } = namespace.authnContextClassRef;
    expect(authnContext).to.include({ password, passwordProtectedTransport });
    // by value: it calls AuthnFailed AuthFailed
    for (const code of Object.values(statusOf).flat()) expect(Object.values(StatusCode)).to.include(statusUri(code));
  });

  it('samlify is loaded by the first company that uses SAML, not by a server', () => {
    const script = `
      await import('./src/app/web-routes.ts');
      const { ownEntity } = await import('./src/platform/saml/entities.ts');
      const { createRequire } = await import('node:module');
      const isLoaded = () => Object.keys(createRequire('/x').cache).some((file) => file.includes('/samlify/'));
      console.log(isLoaded());
      ownEntity({ entityId: 'https://idp.example', certificates: ['QUJD'], ssoUrl: 'https://idp.example/sso', sloUrl: 'https://idp.example/slo', artifactUrl: 'https://idp.example/artifact' });
      console.log(isLoaded());`;
    const cwd = new URL('../../../', import.meta.url);
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8' })).to.equal('false\ntrue\n');
  });

  describe('metadata', () => {
    const own = {
      entityId: 'https://idp.example/acme',
      certificates: [der, 'QUJD'],
      ssoUrl: 'https://idp.example/sso',
      sloUrl: 'https://idp.example/slo',
      artifactUrl: 'https://idp.example/artifact',
    };
    const write = (more: Partial<typeof own> = {}) =>
      writeIdpMetadata({ ...own, ...more, term: { validUntil: now, cacheSeconds: 21_600 } }, signer);

    it('follows the schema, says what is stored, and has its ID, its term and a signature that holds', async () => {
      const document = openDocument(Buffer.from(await write()), 'metadata', messageLimits);
      try {
        expect(takeSignature(document.root, [keys.certificate])).to.have.property('fingerprint');
      } finally {
        document.dispose();
      }
      const root = readWritten(await write());
      expect(root.attributes).to.include({ entityID: own.entityId, validUntil: now.toISOString(), cacheDuration: 'PT21600S' });
      expect(root.attributes.ID).to.match(/^_[0-9a-f]{32}$/);
      const role = find(root, ns.metadata, 'IDPSSODescriptor')!;
      expect(role.children.map(({ name }) => name)).to.deep.equal([
        ...Array(2).fill('KeyDescriptor'),
        'ArtifactResolutionService',
        ...Array(2).fill('SingleLogoutService'),
        ...Array(4).fill('NameIDFormat'),
        ...Array(2).fill('SingleSignOnService'),
      ]);
      expect(await write()).to.not.contain('WantAuthnRequestsSigned="true"');
      expect((await write()).match(/<ds:X509Certificate>[^<]+/g)).to.deep.equal(
        [der, der, 'QUJD'].map((one) => `<ds:X509Certificate>${one}`),
      );
    });

    it('without a term a copy lasts; the same settings are the same octets, and any other are another document', async () => {
      const plain = await writeIdpMetadata(own, signer);
      expect(plain).to.not.match(/validUntil|cacheDuration/);
      expect(await writeIdpMetadata({ ...own }, signer)).to.equal(plain);
      const idOf = (xml: string) => readWritten(xml).attributes.ID;
      const others = [await write(), await writeIdpMetadata({ ...own, certificates: [der] }, signer)];
      expect(new Set([plain, ...others].map(idOf)).size).to.equal(3);
    });

    it('a value of any kind stays the value of its own field', async () => {
      for (const value of values) {
        const entity = readWritten(await write({ entityId: value }));
        expect(entity.attributes).to.have.all.keys('ID', 'entityID', 'validUntil', 'cacheDuration');
        expect(entity.attributes.entityID).to.equal(value);
        const sso = readWritten(await write({ ssoUrl: value }));
        expect(location(sso, 'SingleSignOnService')).to.deep.equal([value, value]);
        expect(location(sso, 'SingleLogoutService')).to.deep.equal([own.sloUrl, own.sloUrl]);
        const slo = readWritten(await write({ sloUrl: value }));
        expect(location(slo, 'SingleLogoutService')).to.deep.equal([value, value]);
        expect(location(slo, 'SingleSignOnService')).to.deep.equal([own.ssoUrl, own.ssoUrl]);
        const artifact = readWritten(await write({ artifactUrl: value }));
        expect(location(artifact, 'ArtifactResolutionService')).to.deep.equal([value]);
      }
    });

    it('a value that XML would change is not published as another', async () => {
      for (const value of [...withBreaks, 'a\u0001b'])
        for (const field of ['entityId', 'ssoUrl', 'sloUrl'] as const)
          expect(await write({ [field]: value }).catch((error: Error) => error), `${field} ${JSON.stringify(value)}`).to.be.instanceOf(
            Error,
          );
    });
  });

  describe('logout messages', () => {
    const request = {
      id: '_1',
      issuer: 'https://idp.example',
      destination: 'https://sp.example/slo',
      nameId: {
        format: nameIdFormat.persistent,
        value: 'ana',
        nameQualifier: 'https://idp.example',
        spNameQualifier: 'https://sp.example',
      },
      sessionIndex: '_s',
      now,
    };
    const answer = {
      issuer: 'https://idp.example',
      destination: 'https://sp.example/slo',
      inResponseTo: '_2',
      status: 'PartialLogout' as const,
      now,
    };

    it('follow the schema in canonical form, and their signatures hold', async () => {
      for (const [xml, signed] of [
        [await writeLogoutRequest(request), await writeLogoutRequest(request, signer)],
        [await writeLogoutResponse(answer), await writeLogoutResponse(answer, signer)],
      ] as const) {
        for (const one of [xml, signed]) {
          const document = openDocument(Buffer.from(one), 'protocol', messageLimits);
          try {
            expect(document.root.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 })).to.equal(one);
            expect(takeSignature(document.root, [keys.certificate]) !== undefined).to.equal(one === signed);
          } finally {
            document.dispose();
          }
        }
      }
    });

    it('a value of any kind stays the value of its own field', async () => {
      for (const value of [...values, ...withBreaks]) {
        const root = readWritten(
          await writeLogoutRequest({
            id: value,
            issuer: value,
            destination: value,
            nameId: { format: value, value, nameQualifier: value, spNameQualifier: value },
            sessionIndex: value,
            now,
          }),
        );
        const notOnOrAfter = '2026-11-29T12:05:00.000Z';
        const head = { ID: value, Version: '2.0', IssueInstant: now.toISOString(), Destination: value };
        expect({ ...root.attributes }).to.deep.equal({ ...head, NotOnOrAfter: notOnOrAfter });
        expect(root.children.map(({ name }) => name)).to.deep.equal(['Issuer', 'NameID', 'SessionIndex']);
        const nameId = find(root, ns.assertion, 'NameID')!;
        expect({ ...nameId.attributes }).to.deep.equal({ Format: value, NameQualifier: value, SPNameQualifier: value });
        expect([nameId.text, textOf(root, 'Issuer'), textOf(root, 'SessionIndex', ns.protocol)]).to.deep.equal([value, value, value]);

        const response = readWritten(
          await writeLogoutResponse({
            issuer: value,
            destination: value,
            inResponseTo: value,
            status: 'UnknownPrincipal',
            message: value,
            now,
          }),
        );
        const { ID, ...rest } = response.attributes;
        expect(ID).to.match(/^_[0-9a-f]{32}$/);
        expect(rest).to.deep.equal({ Version: '2.0', IssueInstant: now.toISOString(), Destination: value, InResponseTo: value });
        expect(response.children.map(({ name }) => name)).to.deep.equal(['Issuer', 'Status']);
        expect(textOf(response, 'Issuer')).to.equal(value);
        expect(textOf(find(response, ns.protocol, 'Status')!, 'StatusMessage', ns.protocol)).to.equal(value);
      }
    });
  });

  describe('a partner', () => {
    const stored = (more: object = {}) => ({
      entityId: 'https://sp.example',
      assertionConsumerServices: [
        { url: 'https://sp.example/acs', index: 7, isDefault: false },
        { url: 'https://sp.example/acs/2?a=b&c=d', index: 3, isDefault: true, binding: 'artifact' as const },
        { url: 'https://sp.example/acs', index: 0, isDefault: false },
      ],
      singleLogoutServices: [
        { binding: 'post' as const, url: 'https://sp.example/slo' },
        { binding: 'redirect' as const, url: 'https://sp.example/slo/r', responseUrl: 'https://sp.example/slo/done' },
      ],
      ...more,
    });

    it('has its consumers by address and index, the default one, and the logout service without a form if there is one', () => {
      const [first, second] = stored().assertionConsumerServices;
      expect(partnerEntity(stored())).to.deep.equal({
        entityId: 'https://sp.example',
        consumers: [
          { url: 'https://sp.example/acs', index: 7, binding: 'post' },
          { url: second!.url, index: 3, binding: 'artifact' },
          { url: 'https://sp.example/acs', index: 0, binding: 'post' },
        ],
        defaultConsumer: { url: second!.url, index: 3, binding: 'artifact' },
        logout: { binding: 'redirect', url: 'https://sp.example/slo/r', responseUrl: 'https://sp.example/slo/done' },
      });
      const post = partnerEntity(stored({ singleLogoutServices: [{ binding: 'post', url: 'https://sp.example/slo' }] }));
      expect(post.logout).to.deep.equal({ binding: 'post', url: 'https://sp.example/slo', responseUrl: 'https://sp.example/slo' });
      const plain = partnerEntity(stored({ assertionConsumerServices: [first], singleLogoutServices: [] }));
      expect(plain.defaultConsumer.url).to.equal(first!.url);
      expect(plain.logout).to.equal(undefined);
    });

    it('a value of any kind stays what is stored, or there is no model', () => {
      for (const value of values) {
        const entity = partnerEntity(
          stored({
            entityId: value,
            assertionConsumerServices: [{ url: value, index: 0, isDefault: false }],
            singleLogoutServices: [{ binding: 'redirect', url: value }],
          }),
        );
        expect([entity.entityId, entity.defaultConsumer.url, entity.consumers[0]!.url, entity.logout!.url]).to.deep.equal(
          Array(4).fill(value),
        );
      }
      for (const value of withBreaks) {
        expect(() => partnerEntity(stored({ entityId: value })), value).to.throw();
        expect(() => partnerEntity(stored({ assertionConsumerServices: [{ url: value, index: 0, isDefault: false }] })), value).to.throw();
        expect(() => partnerEntity(stored({ singleLogoutServices: [{ binding: 'post', url: value }] })), value).to.throw();
      }
    });

    it('is modelled once for each version of its settings', () => {
      expect(partnerEntity(stored())).to.equal(partnerEntity(stored({ attributes: ['others', 'do not matter'] })));
      expect(partnerEntity(stored())).to.not.equal(partnerEntity(stored({ entityId: 'https://new.example' })));
    });
  });
});

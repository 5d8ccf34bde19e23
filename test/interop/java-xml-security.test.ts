import { execFileSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildResponse, derOf, type Exceptions, readMessage, SamlFault, signerFor, writeTree } from '../../src/platform/saml/index.ts';
import { element, serialize } from '../../src/platform/saml/write-xml.ts';
import { isHere, needSoftware } from '../support/missing.ts';
import { makeKeys, xmlsecVerifies } from '../support/saml.ts';

const program = new URL('./java/XmlSecurity.java', import.meta.url).pathname;

const keys = makeKeys();
const stranger = makeKeys();
const now = new Date();
const pss = 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1';
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const inclusive = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const content = {
  issuer: 'https://idp.example/acme',
  audience: 'https://sp.example',
  recipient: 'https://sp.example/acs',
  nameId: { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', value: 'ana@acme.example' },
  attributes: [{ name: 'group', nameFormat: 'basic' as const, values: ['Finance <&>', 'é😀'] }],
  authenticatedAt: now,
  authnContextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  sessionIndex: '_s',
  now,
};

/** Java's implementation is Apache Santuario's, which Shibboleth's, Spring's and most other Java products use. */
describe('interop: XML security of Java', function () {
  this.timeout(180_000);
  let folder: string;
  before(function () {
    folder = mkdtempSync(join(tmpdir(), 'portaria-java-'));
    needSoftware(this, 'java');
    execFileSync('javac', ['-d', folder, program]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, text: string | Buffer): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const run = (...args: string[]): string =>
    execFileSync('java', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', folder, 'XmlSecurity', ...args]).toString();
  const verifies = (xml: string, certificate: string, name: string) =>
    run('verify', file('in.xml', xml), file('cert.pem', certificate), name) === 'true';

  it('verifies our RSA-PSS signatures, and refuses them when anything changed', async () => {
    const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-pss-sha256');
    const xml = writeTree(await buildResponse(content, { signer, signAssertion: true, signResponse: true }));
    for (const name of ['Response', 'Assertion']) {
      expect(verifies(xml, keys.certificate, name), name).to.equal(true);
      expect(verifies(xml.replace('Finance', 'Finances'), keys.certificate, name), `${name} changed`).to.equal(false);
      expect(verifies(xml, stranger.certificate, name), `${name} of a stranger`).to.equal(false);
    }
  });

  it('signs what the gate takes of whom it is allowed: RSA-PSS, inclusive canonicalization, both', async () => {
    const request = serialize(
      element(
        'samlp:AuthnRequest',
        { ID: '_1', Version: '2.0', IssueInstant: now.toISOString(), Destination: 'https://idp.example/sso' },
        element('saml:Issuer', {}, 'https://sp.example'),
        element('samlp:NameIDPolicy', {}),
      ),
    );
    const verdict = async (xml: string, exceptions: Exceptions) => {
      const findPartner = async () => ({ certificates: [keys.certificate], requiresSignature: true, exceptions });
      try {
        const incoming = { direction: 'SAMLRequest', binding: 'post', xml: Buffer.from(xml) } as const;
        return (await readMessage(incoming, { destinations: ['https://idp.example/sso'], now, findPartner })).signedBy
          ? 'signed'
          : 'unsigned';
      } catch (error) {
        if (error instanceof SamlFault) return error.rule;
        throw error;
      }
    };
    for (const [algorithm, canonicalization, exceptions, refusal] of [
      [pss, exclusive, { rsaPss: true }, 'signature-algorithm'],
      [pss, inclusive, { rsaPss: true, inclusiveC14n: true }, 'signature-algorithm'],
      ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', inclusive, { inclusiveC14n: true }, 'signature-transforms'],
      ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', `${exclusive}WithComments`, {}, undefined],
    ] as const) {
      const xml = run('sign', file('in.xml', request), file('key.pem', keys.pem), algorithm, canonicalization);
      expect(await verdict(xml, exceptions), `${algorithm} ${canonicalization}`).to.equal('signed');
      expect(await verdict(xml.replace('<samlp:NameIDPolicy', '<samlp:NameIDPolicy AllowCreate="true"'), exceptions)).to.equal(
        'signature-value',
      );
      if (refusal) expect(await verdict(xml, {})).to.equal(refusal);
    }
  });

  it('unwraps the key of an assertion that is encrypted by OAEP with SHA-256', async () => {
    const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
    const encryption = { certificate: keys.certificate, cipher: 'aes256-gcm', oaepHash: 'sha256' } as const;
    const xml = writeTree(await buildResponse(content, { signer, signAssertion: true, signResponse: false, encryption }));
    const [wrapped, sealed] = [...xml.matchAll(/CipherValue>([^<]+)/g)].map(([, text]) => Buffer.from(text!, 'base64'));
    const key = Buffer.from(run('unwrap', file('wrapped', wrapped!), file('key.pem', keys.pem)), 'base64');
    const opening = createDecipheriv('aes-256-gcm', key, sealed!.subarray(0, 12)).setAuthTag(sealed!.subarray(-16));
    const plain = opening.update(sealed!.subarray(12, -16)).toString() + opening.final().toString();
    expect(verifies(plain, keys.certificate, 'Assertion')).to.equal(true);
    if (isHere('xmlsec')) expect(xmlsecVerifies(plain, keys.certificate, 'Assertion')).to.equal(true);
  });
});

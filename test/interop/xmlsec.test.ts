import { createDecipheriv } from 'node:crypto';
import { expect } from 'chai';
import {
  type BlockCipher,
  blockCiphers,
  buildErrorResponse,
  buildResponse,
  derOf,
  type SigningAlgorithm,
  signerFor,
  signingAlgorithms,
  writeLogoutRequest,
  writeLogoutResponse,
  writeTree,
} from '../../src/platform/saml/index.ts';
import { needSoftware } from '../support/missing.ts';
import { makeKeys, opensslUnwraps, opensslVerifiesPss, schemaFaults, xmlsecDecrypts, xmlsecVerifies } from '../support/saml.ts';

const rsa = makeKeys();
const ec = makeKeys('ES256');
const now = new Date();
const nasty = 'ana@acme.example <&>"\' \r\n\t é😀 \u0001 ]]> {{x}}';
const content = {
  issuer: 'https://idp.example/acme?a&b',
  audience: 'https://sp.example',
  recipient: 'https://sp.example/acs',
  inResponseTo: '_1',
  nameId: {
    format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    value: nasty,
    nameQualifier: 'https://idp.example',
    spNameQualifier: 'https://sp.example',
  },
  attributes: [
    { name: `group "${nasty}`, nameFormat: 'basic' as const, friendlyName: nasty, values: ['Finance', nasty, ''] },
    { name: 'urn:oid:2.5.4.3', nameFormat: 'uri' as const, values: ['x'] },
  ],
  authenticatedAt: now,
  authnContextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  sessionIndex: '_s',
  sessionNotOnOrAfter: now,
  now,
};
const signerOf = (algorithm: SigningAlgorithm) => {
  const { privateKey, certificate } = algorithm.startsWith('ecdsa') ? ec : rsa;
  return { signer: signerFor(privateKey, derOf(certificate), algorithm), certificate };
};

describe('interop: xmlsec1 and xmllint on everything we write', () => {
  before(function () {
    needSoftware(this, 'xmlsec', 'openssl');
  });

  for (const algorithm of Object.keys(signingAlgorithms) as SigningAlgorithm[])
    it(`${algorithm}: assertion and response, whatever stands in them`, async () => {
      const { signer, certificate } = signerOf(algorithm);
      const xml = writeTree(await buildResponse(content, { signer, signAssertion: true, signResponse: true }));
      expect(schemaFaults(xml)).to.equal('');
      for (const element of ['Response', 'Assertion']) {
        // xmlsec1 before 1.3 knows no RSA-PSS: openssl verifies the signature, its digest is made as for the others
        const verifies = algorithm === 'rsa-pss-sha256' ? opensslVerifiesPss : xmlsecVerifies;
        expect(verifies(xml, certificate, element), element).to.equal(true);
        const changed =
          algorithm === 'rsa-pss-sha256' ? xml.replaceAll('DigestValue>', 'DigestValue> ') : xml.replace('Finance', 'Finances');
        expect(verifies(changed, certificate, element), `${element} changed`).to.equal(false);
      }
    });

  for (const cipher of Object.keys(blockCiphers) as BlockCipher[])
    it(`${cipher}: the assertion decrypts, and its signature holds`, async () => {
      const { signer } = signerOf('rsa-sha256');
      const xml = writeTree(
        await buildResponse(content, {
          signer,
          signAssertion: true,
          signResponse: true,
          encryption: { certificate: rsa.certificate, cipher },
        }),
      );
      expect(schemaFaults(xml)).to.equal('');
      expect(xml).to.not.contain('Finance');
      expect(xmlsecVerifies(xml, rsa.certificate, 'Response')).to.equal(true);
      const plain = xmlsecDecrypts(xml, rsa.pem);
      expect(plain).to.contain('Finance');
      expect(xmlsecVerifies(plain, rsa.certificate, 'Assertion')).to.equal(true);
    });

  it('RSA-OAEP with SHA-256: openssl unwraps the key, and with it the assertion', async () => {
    const { signer } = signerOf('rsa-sha256');
    const encryption = { certificate: rsa.certificate, cipher: 'aes256-gcm' as const, oaepHash: 'sha256' as const };
    const xml = writeTree(await buildResponse(content, { signer, signAssertion: true, signResponse: true, encryption }));
    expect(xml).to.contain('Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep"').and.to.contain('xmlenc11#mgf1sha256');
    const [wrapped, sealed] = [...xml.matchAll(/CipherValue>([^<]+)/g)].map(([, text]) => Buffer.from(text!, 'base64'));
    const key = opensslUnwraps(wrapped!, rsa.pem);
    const opening = createDecipheriv('aes-256-gcm', key, sealed!.subarray(0, 12)).setAuthTag(sealed!.subarray(-16));
    const plain = opening.update(sealed!.subarray(12, -16)).toString() + opening.final().toString();
    expect(plain).to.contain('Finance');
    expect(xmlsecVerifies(plain, rsa.certificate, 'Assertion')).to.equal(true);
  });

  it('several audiences, used once, without an end of the session', async () => {
    const { signer } = signerOf('rsa-sha256');
    const more = {
      ...content,
      furtherAudiences: ['urn:two', 'https://three.example/?a&b'],
      oneTimeUse: true,
      validMinutes: 60,
      sessionNotOnOrAfter: undefined,
    };
    const xml = writeTree(await buildResponse(more, { signer, signAssertion: true, signResponse: true }));
    expect(schemaFaults(xml)).to.equal('');
    expect(xmlsecVerifies(xml, rsa.certificate, 'Assertion')).to.equal(true);
    expect(xml.match(/<saml:Audience>/g)).to.have.length(3);
    expect(xml).to.contain('<saml:OneTimeUse></saml:OneTimeUse></saml:Conditions>').and.not.contain('SessionNotOnOrAfter');
    const [, until] = /<saml:Conditions NotBefore="[^"]+" NotOnOrAfter="([^"]+)"/.exec(xml)!;
    expect(Date.parse(until!) - now.getTime()).to.equal(3_600_000);
  });

  it('refusals and logout messages', async () => {
    const { signer } = signerOf('rsa-sha256');
    const answer = { issuer: content.issuer, destination: 'https://sp.example/slo', inResponseTo: '_1', now };
    const messages = {
      Response: [
        writeTree(await buildErrorResponse({ ...answer, status: 'NoPassive' }, signer)),
        writeTree(await buildErrorResponse({ ...answer, status: 'InvalidNameIDPolicy', message: nasty }, signer)),
      ],
      LogoutResponse: [
        await writeLogoutResponse({ ...answer, status: 'PartialLogout' }, signer),
        await writeLogoutResponse({ ...answer, status: 'Success' }, signer),
      ],
      LogoutRequest: [await writeLogoutRequest({ ...answer, id: '_2', nameId: content.nameId, sessionIndex: '_s' }, signer)],
    };
    for (const [element, list] of Object.entries(messages))
      for (const xml of list) {
        expect(schemaFaults(xml), xml).to.equal('');
        expect(xmlsecVerifies(xml, rsa.certificate, element), xml).to.equal(true);
      }
  });
});

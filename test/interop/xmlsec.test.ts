import { expect } from 'chai';
import {
  type BlockCipher,
  blockCiphers,
  derOf,
  type SigningAlgorithm,
  signerFor,
  signingAlgorithms,
  writeErrorResponse,
  writeLogoutRequest,
  writeLogoutResponse,
  writeResponse,
} from '../../src/platform/saml/index.ts';
import { makeKeys, missingForXml, schemaFaults, xmlsecDecrypts, xmlsecVerifies } from '../support/saml.ts';

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
    const missing = missingForXml();
    if (!missing) return;
    console.log(`      skipped: ${missing}`);
    this.skip();
  });

  for (const algorithm of Object.keys(signingAlgorithms) as SigningAlgorithm[])
    it(`${algorithm}: assertion and response, whatever stands in them`, async () => {
      const { signer, certificate } = signerOf(algorithm);
      const xml = await writeResponse(content, { signer, signAssertion: true, signResponse: true });
      expect(schemaFaults(xml)).to.equal('');
      for (const element of ['Response', 'Assertion']) {
        expect(xmlsecVerifies(xml, certificate, element), element).to.equal(true);
        expect(xmlsecVerifies(xml.replace('Finance', 'Finances'), certificate, element), `${element} changed`).to.equal(false);
      }
    });

  for (const cipher of Object.keys(blockCiphers) as BlockCipher[])
    it(`${cipher}: the assertion decrypts, and its signature holds`, async () => {
      const { signer } = signerOf('rsa-sha256');
      const xml = await writeResponse(content, {
        signer,
        signAssertion: true,
        signResponse: true,
        encryption: { certificate: rsa.certificate, cipher },
      });
      expect(schemaFaults(xml)).to.equal('');
      expect(xml).to.not.contain('Finance');
      expect(xmlsecVerifies(xml, rsa.certificate, 'Response')).to.equal(true);
      const plain = xmlsecDecrypts(xml, rsa.pem);
      expect(plain).to.contain('Finance');
      expect(xmlsecVerifies(plain, rsa.certificate, 'Assertion')).to.equal(true);
    });

  it('refusals and logout messages', async () => {
    const { signer } = signerOf('rsa-sha256');
    const answer = { issuer: content.issuer, destination: 'https://sp.example/slo', inResponseTo: '_1', now };
    const messages = {
      Response: [
        await writeErrorResponse({ ...answer, status: 'NoPassive' }, signer),
        await writeErrorResponse({ ...answer, status: 'InvalidNameIDPolicy', message: nasty }, signer),
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

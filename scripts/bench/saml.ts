// SAML's own work beside its limit, an RSA-2048 signature: what the gate and the signer do without a server, and what samlify does for the same.
import { createSign, sign } from 'node:crypto';
import { promisify } from 'node:util';
import * as samlify from 'samlify';
import { buildResponse, derOf, readMessage, signerFor, writeTree } from '../../src/platform/saml/index.ts';
import { signElement } from '../../src/platform/saml/sign.ts';
import { element, serialize } from '../../src/platform/saml/write-xml.ts';
import { makeKeys } from '../../test/support/saml.ts';
import { rate } from './load.ts';

const keys = makeKeys();
const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
const url = 'https://sp.example/acs';
const destination = 'https://idp.example/saml/sso';
const inPool = promisify(sign);
const octets = Buffer.alloc(400, 1);

/** Signatures alone, in the thread pool as ours are made. */
export const bareSignatures = (seconds: number, concurrency: number): Promise<number> =>
  rate(seconds, concurrency, async () => void (await inPool('sha256', octets, keys.privateKey)));

/** Signatures alone, one after another on one core. */
export const signaturesOfOneCore = (seconds: number): Promise<number> =>
  rate(seconds, 1, async () => void createSign('sha256').update(octets).sign(keys.privateKey));

export const writtenResponses = (seconds: number, concurrency: number): Promise<number> => {
  const now = new Date();
  const content = {
    issuer: 'https://idp.example',
    audience: 'https://sp.example',
    recipient: url,
    inResponseTo: '_1',
    nameId: { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', value: 'ana@acme.example' },
    attributes: [{ name: 'name', nameFormat: 'basic' as const, values: ['Ana Souza'] }],
    authenticatedAt: now,
    authnContextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    sessionIndex: '_s',
    sessionNotOnOrAfter: now,
    now,
  };
  return rate(
    seconds,
    concurrency,
    async () => void writeTree(await buildResponse(content, { signer, signAssertion: true, signResponse: false })),
  );
};

export async function verifiedRequests(seconds: number): Promise<number> {
  const xml = await signedRequest();
  const gate = {
    destinations: [destination],
    now: new Date(),
    findPartner: async () => ({ certificates: [keys.certificate], requiresSignature: true }),
  };
  return rate(seconds, 1, async () => void (await readMessage({ direction: 'SAMLRequest', binding: 'post', xml: Buffer.from(xml) }, gate)));
}

const signedRequest = async (): Promise<string> =>
  serialize(
    await signElement(
      element(
        'samlp:AuthnRequest',
        { ID: '_1', Version: '2.0', IssueInstant: new Date().toISOString(), Destination: destination, AssertionConsumerServiceURL: url },
        element('saml:Issuer', {}, 'https://sp.example'),
      ),
      signer,
    ),
  );

/** samlify, which many identity providers are built on: the same request read, and a response of the same content written. */
export async function samlifyRates(seconds: number): Promise<{ read: number; written: number }> {
  samlify.setSchemaValidator({ validate: async () => 'not checked: only the library is measured' });
  const sp = samlify.ServiceProvider({
    entityID: 'https://sp.example',
    authnRequestsSigned: true,
    wantAssertionsSigned: true,
    signingCert: keys.certificate,
    privateKey: keys.pem,
    assertionConsumerService: [{ Binding: samlify.Constants.namespace.binding.post, Location: url }],
  });
  const idp = samlify.IdentityProvider({
    entityID: 'https://idp.example',
    wantAuthnRequestsSigned: true,
    signingCert: keys.certificate,
    privateKey: keys.pem,
    requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    singleSignOnService: [{ Binding: samlify.Constants.namespace.binding.post, Location: destination }],
  });
  const SAMLRequest = Buffer.from(await signedRequest()).toString('base64');
  const read = await rate(seconds, 1, async () => void (await idp.parseLoginRequest(sp, 'post', { body: { SAMLRequest } })));
  const info = { extract: { request: { id: '_1' } } };
  const written = await rate(seconds, 1, async () => void (await idp.createLoginResponse(sp, info, 'post', { email: 'ana@acme.example' })));
  return { read, written };
}

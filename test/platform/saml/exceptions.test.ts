import { execFileSync } from 'node:child_process';
import { sign as signWith } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import {
  derOf,
  type Exceptions,
  type Incoming,
  readMessage,
  readRedirect,
  redirectUrl,
  SamlFault,
  signerFor,
} from '../../../src/platform/saml/index.ts';
import { signElement } from '../../../src/platform/saml/sign.ts';
import { element, serialize } from '../../../src/platform/saml/write-xml.ts';
import { needSoftware } from '../../support/missing.ts';
import { makeKeys } from '../../support/saml.ts';

const now = new Date('2026-11-22T12:00:00Z');
const keys = makeKeys();
const stranger = makeKeys();
const destination = 'https://idp.example/acme/saml/sso';
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const inclusive = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const sha256 = { signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digest: 'http://www.w3.org/2001/04/xmlenc#sha256' };
const sha1 = { signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', digest: 'http://www.w3.org/2000/09/xmldsig#sha1' };

type Partner = { exceptions?: Exceptions; ignoresSignature?: boolean; certificates?: string[]; requiresSignature?: boolean };
/** What the gate says: who signed, 'unsigned', or the rule that refused. */
async function verdict(incoming: Incoming, partner: Partner = {}): Promise<string> {
  const findPartner = async () => ({ certificates: [keys.certificate], requiresSignature: false, ...partner });
  try {
    const { signedBy } = await readMessage(incoming, { destinations: [destination], now, findPartner });
    return signedBy ? 'signed' : 'unsigned';
  } catch (error) {
    if (error instanceof SamlFault) return error.rule;
    throw error;
  }
}

const posted = (xml: string): Incoming => ({ direction: 'SAMLRequest', binding: 'post', xml: Buffer.from(xml) });
const request = element(
  'samlp:AuthnRequest',
  { ID: '_1', Version: '2.0', IssueInstant: now.toISOString(), Destination: destination },
  element('saml:Issuer', {}, 'https://sp.example'),
);

type Choice = { algorithms?: typeof sha256; info?: string; transforms?: string[]; pem?: string; extra?: string };
/** Signed by xmlsec1, whatever it is asked for; declared namespaces make inclusive and exclusive differ. */
function signedByXmlsec({
  algorithms = sha256,
  info = exclusive,
  transforms = [exclusive],
  pem = keys.pem,
  extra = '',
}: Choice = {}): string {
  const template = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:unused="urn:x" ID="_1" Version="2.0" IssueInstant="${now.toISOString()}" Destination="${destination}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sp.example</saml:Issuer><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="${info}"/><SignatureMethod Algorithm="${algorithms.signature}"/><Reference URI="#_1"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>${transforms.map((one) => `<Transform Algorithm="${one}"/>`).join('')}</Transforms><DigestMethod Algorithm="${algorithms.digest}"/><DigestValue/></Reference></SignedInfo><SignatureValue/></Signature>${extra}</samlp:AuthnRequest>`;
  const folder = mkdtempSync(join(tmpdir(), 'portaria-xmlsec-'));
  try {
    writeFileSync(join(folder, 'in.xml'), template);
    writeFileSync(join(folder, 'key.pem'), pem);
    const idOf = 'urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest';
    execFileSync('xmlsec1', [
      '--sign',
      '--privkey-pem',
      join(folder, 'key.pem'),
      '--id-attr:ID',
      idOf,
      '--output',
      join(folder, 'out.xml'),
      join(folder, 'in.xml'),
    ]);
    return readFileSync(join(folder, 'out.xml'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Redirect, signed by node:crypto under an algorithm's name. */
function redirected(algorithm: string, sign: (octets: Buffer) => Buffer): Promise<Incoming> {
  const message = encodeURIComponent(deflateRawSync(serialize(request)).toString('base64'));
  const signed = `SAMLRequest=${message}&SigAlg=${encodeURIComponent(algorithm)}`;
  return readRedirect(`${signed}&Signature=${encodeURIComponent(sign(Buffer.from(signed)).toString('base64'))}`);
}

describe('unit: what the gate accepts of one partner only', () => {
  const needsXmlsec = function (this: Mocha.Context) {
    needSoftware(this, 'xmlsec');
  };

  describe('messages that xmlsec1 signed', () => {
    before(needsXmlsec);

    it('exclusive canonicalization with comments is as good as without: there are none', async () => {
      for (const one of [exclusive, `${exclusive}WithComments`])
        for (const other of [exclusive, `${exclusive}WithComments`])
          expect(await verdict(posted(signedByXmlsec({ info: one, transforms: [other] }))), `${one} ${other}`).to.equal('signed');
      const commented = signedByXmlsec({ transforms: [`${exclusive}WithComments`] }).replace('<Signature', '<!-- x --><Signature');
      expect(await verdict(posted(commented))).to.equal('no-comment');
    });

    it('inclusive canonicalization, named or implied, of whom it is allowed', async () => {
      for (const choice of [
        { info: inclusive },
        { transforms: [inclusive] },
        { info: `${inclusive}#WithComments`, transforms: [`${inclusive}#WithComments`] },
        { transforms: [] },
      ]) {
        const xml = signedByXmlsec(choice);
        expect(await verdict(posted(xml)), JSON.stringify(choice)).to.equal('signature-transforms');
        expect(await verdict(posted(xml), { exceptions: { sha1: true, rsaPss: true } })).to.equal('signature-transforms');
        const exceptions = { inclusiveC14n: true };
        expect(await verdict(posted(xml), { exceptions }), JSON.stringify(choice)).to.equal('signed');
        expect(await verdict(posted(xml.replace('ID="_1"', 'ID="_1" ForceAuthn="true"')), { exceptions })).to.equal('signature-value');
        expect(await verdict(posted(xml.replace('urn:x', 'urn:y')), { exceptions }), 'a namespace changed').to.equal('signature-value');
        expect(await verdict(posted(signedByXmlsec({ ...choice, pem: stranger.pem })), { exceptions })).to.equal('signature-value');
      }
      for (const other of ['http://www.w3.org/TR/1999/REC-xpath-19991116', 'http://www.w3.org/2006/12/xml-c14n11'])
        expect(
          await verdict(
            posted(
              signedByXmlsec({ transforms: [inclusive] }).replace(`Transform Algorithm="${inclusive}"`, `Transform Algorithm="${other}"`),
            ),
            { exceptions: { inclusiveC14n: true } },
          ),
        ).to.equal('signature-transforms');
    });

    it('SHA-1, in signature or digest, of whom it is allowed', async () => {
      for (const algorithms of [sha1, { ...sha256, signature: sha1.signature }, { ...sha256, digest: sha1.digest }]) {
        const xml = signedByXmlsec({ algorithms });
        expect(await verdict(posted(xml))).to.equal('signature-algorithm');
        expect(await verdict(posted(xml), { exceptions: { inclusiveC14n: true, rsaPss: true } })).to.equal('signature-algorithm');
        expect(await verdict(posted(xml), { exceptions: { sha1: true } })).to.equal('signed');
        expect(await verdict(posted(signedByXmlsec({ algorithms, pem: stranger.pem })), { exceptions: { sha1: true } })).to.equal(
          'signature-value',
        );
      }
    });
  });

  it('SHA-1 by Redirect', async () => {
    const incoming = await redirected(sha1.signature, (octets) => signWith('sha1', octets, keys.privateKey));
    expect(await verdict(incoming)).to.equal('signature-algorithm');
    expect(await verdict(incoming, { exceptions: { sha1: true } })).to.equal('signed');
    expect(await verdict(incoming, { exceptions: { sha1: true }, certificates: [stranger.certificate] })).to.equal('signature-value');
  });

  it('RSA-PSS by POST and Redirect, and never one padding under the name of the other', async () => {
    const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-pss-sha256');
    const xml = serialize(await signElement(request, signer));
    const url = new URL(await redirectUrl(destination, 'SAMLRequest', serialize(request), undefined, signer));
    for (const incoming of [posted(xml), await readRedirect(url.search.slice(1))]) {
      expect(await verdict(incoming)).to.equal('signature-algorithm');
      expect(await verdict(incoming, { exceptions: { sha1: true, inclusiveC14n: true } })).to.equal('signature-algorithm');
      expect(await verdict(incoming, { exceptions: { rsaPss: true } })).to.equal('signed');
      expect(await verdict(incoming, { exceptions: { rsaPss: true }, certificates: [stranger.certificate] })).to.equal('signature-value');
    }
    const exceptions = { rsaPss: true };
    expect(await verdict(posted(xml.replace(signer.algorithm, sha256.signature)), { exceptions })).to.equal('signature-value');
    const pkcs1 = await redirected(signer.algorithm, (octets) => signWith('sha256', octets, keys.privateKey));
    expect(await verdict(pkcs1, { exceptions })).to.equal('signature-value');
  });

  it('signatures of a partner without a certificate count as none, where none is needed and nobody could be believed', async () => {
    const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
    const url = new URL(await redirectUrl(destination, 'SAMLRequest', serialize(request), undefined, signer));
    const broken = (await readRedirect(url.search.slice(1))) as Required<Incoming>;
    broken.signature.value = 'AAAA';
    for (const incoming of [posted(serialize(await signElement(request, signer))), await readRedirect(url.search.slice(1)), broken]) {
      expect(await verdict(incoming, { certificates: [] })).to.equal('signature-value');
      expect(await verdict(incoming, { certificates: [], ignoresSignature: true })).to.equal('unsigned');
      expect(await verdict(incoming, { certificates: [], ignoresSignature: true, requiresSignature: true })).to.equal('signature-value');
      expect(await verdict(incoming, { certificates: [stranger.certificate], ignoresSignature: true }), 'who has a key').to.equal(
        'signature-value',
      );
    }
  });
});

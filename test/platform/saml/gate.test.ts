import { createHmac } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import {
  derOf,
  type Gate,
  type Incoming,
  type Rule,
  readMessage,
  readPost,
  readRedirect,
  redirectUrl,
  SamlFault,
  signerFor,
} from '../../../src/platform/saml/index.ts';
import { signElement } from '../../../src/platform/saml/sign.ts';
import { element, type Node, serialize } from '../../../src/platform/saml/write-xml.ts';
import { scaleLimit } from '../../support/patience.ts';
import { makeKeys } from '../../support/saml.ts';

const now = new Date('2026-11-22T12:00:00Z');
const keys = makeKeys();
const stranger = makeKeys();
const ec = makeKeys('ES256');
const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
const destination = 'https://idp.example/acme/saml/sso';
const partners: Record<string, { certificates: string[]; requiresSignature: boolean }> = {
  'https://sp.example': { certificates: [keys.certificate, ec.certificate], requiresSignature: true },
  'https://open.example': { certificates: [], requiresSignature: false },
};
const gate: Gate = { destinations: [destination], now, findPartner: async (issuer) => partners[issuer] };

type Changes = { issuer?: string; attributes?: Record<string, string | undefined>; children?: (Node | string)[] };
const request = ({ issuer = 'https://sp.example', attributes = {}, children = [] }: Changes = {}): Node =>
  element(
    'samlp:AuthnRequest',
    { ID: '_1', Version: '2.0', IssueInstant: now.toISOString(), Destination: destination, ...attributes },
    element('saml:Issuer', {}, issuer),
    ...children,
  );

const posted = (xml: string | Buffer): Incoming => ({ direction: 'SAMLRequest', binding: 'post', xml: Buffer.from(xml) });
const signed = async (changes?: Changes): Promise<string> => serialize(await signElement(request(changes), signer));

async function ruleOf(incoming: Incoming | Promise<Incoming>, at = gate): Promise<Rule | 'accepted'> {
  try {
    await readMessage(await incoming, at);
    return 'accepted';
  } catch (error) {
    if (error instanceof SamlFault) return error.rule;
    throw error;
  }
}

/** Law 8. */
describe('unit: the SAML gate', () => {
  it('lets a signed request through, by either certificate and binding, and reads it', async () => {
    const message = await readMessage(posted(await signed()), gate);
    expect(message).to.include({ name: 'AuthnRequest', id: '_1', issuer: 'https://sp.example' });
    expect(message.signedBy).to.have.property('fingerprint');
    const byEc = serialize(await signElement(request(), signerFor(ec.privateKey, derOf(ec.certificate), 'ecdsa-sha256')));
    expect(await ruleOf(posted(byEc))).to.equal('accepted');
    const url = new URL(await redirectUrl(destination, 'SAMLRequest', serialize(request()), 'état & more', signer));
    const incoming = await readRedirect(url.search.slice(1));
    expect(incoming.relayState).to.equal('état & more');
    expect(await ruleOf(incoming)).to.equal('accepted');
  });

  it('an XML declaration, white space and other prefixes are no fault', async () => {
    expect(await ruleOf(posted(`<?xml version="1.0" encoding="UTF-8"?>\n${await signed()}`))).to.equal('accepted');
    const foreign = `<AuthnRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="${now.toISOString()}">
      <a:Issuer> https://open.example </a:Issuer></AuthnRequest>`;
    expect(await ruleOf(posted(foreign))).to.equal('accepted');
  });

  describe('signatures', () => {
    it('required and missing, or by a key that is not the partner’s', async () => {
      expect(await ruleOf(posted(serialize(request())))).to.equal('signature-required');
      const foreign = serialize(await signElement(request(), signerFor(stranger.privateKey, derOf(stranger.certificate), 'rsa-sha256')));
      expect(await ruleOf(posted(foreign))).to.equal('signature-value');
    });

    it('a partner without keys cannot be spoken for by a signature of anybody', async () => {
      expect(await ruleOf(posted(await signed({ issuer: 'https://open.example' })))).to.equal('signature-value');
    });

    it('content changed after signing, in an attribute, in text, by an added element', async () => {
      const xml = await signed();
      expect(await ruleOf(posted(xml.replace('ID="_1"', 'ID="_1" ForceAuthn="true"')))).to.equal('signature-value');
      expect(await ruleOf(posted(xml.replace(now.toISOString(), '2026-11-22T12:00:01.000Z')))).to.equal('signature-value');
      expect(await ruleOf(posted(xml.replace('</samlp:AuthnRequest>', '<samlp:NameIDPolicy/></samlp:AuthnRequest>')))).to.equal(
        'signature-value',
      );
    });

    it('signature wrapping: the signed message moved inside another, in all placements', async () => {
      const inner = await signed();
      const [, signature] = /(<ds:Signature .*<\/ds:Signature>)/s.exec(inner) as unknown as [string, string];
      const stripped = inner.replace(signature, '');
      const evil = (id: string, content: string) =>
        `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="${id}" Version="2.0" IssueInstant="${now.toISOString()}" Destination="${destination}" AssertionConsumerServiceURL="https://evil.example"><saml:Issuer>https://sp.example</saml:Issuer>${content}</samlp:AuthnRequest>`;
      const extensions = (xml: string) => `<samlp:Extensions>${xml}</samlp:Extensions>`;
      const object = (xml: string) => signature.replace('</ds:Signature>', `<ds:Object>${xml}</ds:Object></ds:Signature>`);
      for (const [name, xml] of Object.entries({
        'original in Extensions, signature of the root': evil('_evil', `${signature}${extensions(stripped)}`),
        'original with its signature in Extensions': evil('_evil', extensions(inner)),
        'original in the signature’s Object': evil('_evil', object(stripped)),
        'same ID, original in Extensions': evil('_1', `${signature}${extensions(stripped)}`),
        'same ID, original in Object': evil('_1', object(stripped)),
        'signature in Extensions': evil('_1', extensions(signature)),
        'two signatures': evil('_1', `${signature}${signature}`),
        'one here and one there': evil('_1', `${signature}${extensions(inner)}`),
      }))
        expect(await ruleOf(posted(xml)), name).to.be.oneOf(['signature-placement', 'signature-value', 'schema']);
    });

    it('references to nothing, to the whole document, or several', async () => {
      const xml = await signed();
      for (const uri of ['', '#_2', '#xpointer(/)', 'https://evil.example/x', "#xpointer(id('_1'))"])
        expect(await ruleOf(posted(xml.replace('URI="#_1"', `URI="${uri}"`))), uri).to.be.oneOf(['signature-placement', 'schema']);
      const reference = /<ds:Reference .*<\/ds:Reference>/s.exec(xml)![0];
      expect(await ruleOf(posted(xml.replace(reference, reference + reference)))).to.equal('signature-placement');
    });

    it('algorithms outside the list: SHA-1, none, HMAC with the public key as its secret', async () => {
      const xml = await signed();
      const rsa = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
      for (const other of [
        'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
        'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
        '__proto__',
        'constructor',
        '',
      ])
        expect(await ruleOf(posted(xml.replace(rsa, other))), other).to.be.oneOf(['signature-algorithm', 'schema']);
      expect(
        await ruleOf(posted(xml.replace('http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1'))),
      ).to.equal('signature-algorithm');
      const info = xml.replace(rsa, 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256');
      const mac = createHmac('sha256', keys.certificate)
        .update(/<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(info)![0])
        .digest('base64');
      expect(await ruleOf(posted(info.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${mac}`)))).to.equal('signature-algorithm');
    });

    it('an RSA signature under an ECDSA name and the reverse', async () => {
      const xml = await signed();
      expect(await ruleOf(posted(xml.replace('#rsa-sha256', '#ecdsa-sha256')))).to.equal('signature-value');
    });

    it('transforms other than enveloped and exclusive canonicalization', async () => {
      const xml = await signed();
      const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
      for (const other of [
        'http://www.w3.org/TR/1999/REC-xpath-19991116',
        'http://www.w3.org/TR/1999/REC-xslt-19991116',
        'http://www.w3.org/2000/09/xmldsig#base64',
        'http://www.w3.org/2001/10/xml-exc-c14n#',
      ])
        expect(await ruleOf(posted(xml.replace(enveloped, other))), other).to.equal('signature-transforms');
      const transform = `<ds:Transform Algorithm="${enveloped}"></ds:Transform>`;
      expect(await ruleOf(posted(xml.replace(transform, transform + transform))), 'a third').to.equal('signature-transforms');
      expect(
        await ruleOf(
          posted(
            xml.replace(
              'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
              'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
            ),
          ),
        ),
      ).to.equal('signature-transforms');
    });

    it('the key that the message brings along is not looked at', async () => {
      const foreign = serialize(await signElement(request(), signerFor(stranger.privateKey, derOf(stranger.certificate), 'rsa-sha256')));
      expect(foreign).to.contain(derOf(stranger.certificate));
      expect(await ruleOf(posted(foreign))).to.equal('signature-value');
    });

    it('Redirect: a signature over other parameters, another order of readers, or taken off', async () => {
      const url = new URL(await redirectUrl(destination, 'SAMLRequest', serialize(request()), 'here', signer));
      const query = url.search.slice(1);
      expect(await ruleOf(readRedirect(query.replace('RelayState=here', 'RelayState=there')))).to.equal('signature-value');
      expect(await ruleOf(readRedirect(query.replace('RelayState=here&', '')))).to.equal('signature-value');
      expect(await ruleOf(readRedirect(query.replace(/&Signature=.*/, '')))).to.equal('signature-required');
      const other = new URL(
        await redirectUrl(destination, 'SAMLRequest', serialize(request({ attributes: { ForceAuthn: 'true' } })), undefined),
      ).searchParams.get('SAMLRequest')!;
      expect(await ruleOf(readRedirect(`SAMLRequest=${encodeURIComponent(other)}&${query}`)).catch((e) => e.rule)).to.equal('encoding');
      expect(await ruleOf(readRedirect(query.replace(/SAMLRequest=[^&]*/, `SAMLRequest=${encodeURIComponent(other)}`)))).to.equal(
        'signature-value',
      );
      expect(await ruleOf(readRedirect(query.replace('rsa-sha256', 'hmac-sha256')))).to.equal('signature-algorithm');
    });
  });

  describe('XML', () => {
    const hostile = async (change: (xml: string) => string | Buffer) => ruleOf(posted(change(await signed())));

    it('comments, CDATA, processing instructions, document types, entities', async () => {
      expect(await hostile((xml) => xml.replace('https://sp', 'https://<!---->sp'))).to.equal('no-comment');
      expect(await hostile((xml) => xml.replace('https://sp.example', '<![CDATA[https://sp.example]]>'))).to.equal('no-comment');
      expect(await hostile((xml) => xml.replace('https://sp', 'https://<?x?>sp'))).to.equal('no-comment');
      expect(await hostile((xml) => `<!DOCTYPE x [<!ENTITY a "b">]>${xml}`)).to.equal('no-doctype');
      expect(await hostile((xml) => `<!DOCTYPE x SYSTEM "file:///etc/passwd">${xml}`)).to.equal('no-doctype');
      expect(await hostile((xml) => xml.replace('https://sp', '&a;https://sp'))).to.equal('well-formed');
    });

    it('other encodings, broken ones, nothing, and too much', async () => {
      expect(await hostile((xml) => Buffer.from(xml, 'utf16le'))).to.equal('well-formed');
      expect(await hostile((xml) => `<?xml version="1.0" encoding="UTF-16"?>${xml}`)).to.equal('well-formed');
      expect(await hostile((xml) => `<?xml version="1.0" encoding="UTF-7"?>${xml}`)).to.equal('well-formed');
      expect(await hostile((xml) => Buffer.concat([Buffer.from(xml.slice(0, -1)), Buffer.from([0xc3, 0x28])]))).to.equal('well-formed');
      expect(await hostile((xml) => xml.replace('_1', '_1\0'))).to.equal('well-formed');
      expect(await hostile(() => '')).to.equal('well-formed');
      expect(await hostile(() => 'x'.repeat(200_000))).to.equal('size');
      expect(await hostile((xml) => xml + xml)).to.equal('well-formed');
    });

    it('deep and wide trees', async () => {
      const deep = `${'<samlp:Extensions>'.repeat(200)}${'</samlp:Extensions>'.repeat(200)}`;
      expect(await hostile((xml) => xml.replace('</saml:Issuer>', `</saml:Issuer>${deep}`))).to.equal('size');
      const wide = `<samlp:Scoping>${'<samlp:RequesterID>a</samlp:RequesterID>'.repeat(2500)}</samlp:Scoping>`;
      expect(await hostile((xml) => xml.replace('</samlp:AuthnRequest>', `${wide}</samlp:AuthnRequest>`))).to.equal('size');
    });

    it('elements twice, out of place or of another name', async () => {
      expect(
        await hostile((xml) =>
          xml.replace('</saml:Issuer>', '</saml:Issuer><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">x</saml:Issuer>'),
        ),
      ).to.equal('schema');
      expect(await hostile((xml) => xml.replaceAll('AuthnRequest', 'AuthnQuery'))).to.be.oneOf(['schema', 'message-type']);
      expect(await hostile(() => '<html/>')).to.equal('schema');
      expect(await hostile((xml) => xml.replace('urn:oasis:names:tc:SAML:2.0:protocol', 'urn:oasis:names:tc:SAML:1.0:protocol'))).to.equal(
        'schema',
      );
    });

    it('what costs a validator or canonicalizer more than a message is worth', async () => {
      const wide = (attributes: string) =>
        `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="${now.toISOString()}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://nobody.example</saml:Issuer><samlp:Extensions><x ${attributes}/></samlp:Extensions></samlp:AuthnRequest>`;
      const many = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i)).join(' ');
      const long = 'x'.repeat(60_000);
      for (const [name, xml] of Object.entries({
        'a long namespace and many attributes in it': wide(`xmlns="u:" xmlns:n="urn:${long}" ${many(4000, (i) => `n:a${i}=""`)}`),
        'a long namespace alone': wide(`xmlns="urn:${'x'.repeat(600)}"`),
        'many namespaces': wide(`xmlns="u:" ${many(200, (i) => `xmlns:n${i}="u:"`)}`),
        'many attributes': wide(`xmlns="u:" ${many(100, (i) => `a${i}=""`)}`),
        'a long name': wide(`xmlns="u:" a${'b'.repeat(600)}=""`),
        'a long prefix': wide(`xmlns="u:" xmlns:${'p'.repeat(700)}="u:"`),
      }))
        expect(await ruleOf(posted(xml)), name).to.equal('size');
      const transform = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">';
      const list = `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${many(1000, (i) => `p${i}`)}"/>`;
      expect(await ruleOf(posted((await signed()).replace(transform, transform + list)))).to.be.oneOf([
        'signature-transforms',
        'signature-value',
      ]);
      const method = '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">';
      expect(await ruleOf(posted((await signed()).replace(method, method + list)))).to.equal('signature-transforms');
    });

    it('a namespace that canonicalization has no form for is a refusal, not a failure', async () => {
      expect(await ruleOf(posted((await signed()).replace('<saml:Issuer', '<saml:Issuer xmlns:a="relative"')))).to.be.oneOf([
        'signature-transforms',
        'signature-value',
      ]);
      expect(await ruleOf(posted((await signed()).replace(' ID="_1"', ' xmlns:a="relative" ID="_1"')))).to.be.oneOf([
        'signature-transforms',
        'signature-value',
      ]);
    });

    it('Unicode’s spaces are no white space of XML', async () => {
      expect(await ruleOf(posted((await signed()).replace('</ds:SignatureValue>', '\u00a0</ds:SignatureValue>')))).to.equal(
        'signature-value',
      );
      expect(await ruleOf(posted(await signed({ issuer: 'https://sp.example\u00a0' })))).to.equal('issuer');
    });

    it('an inflate bomb, and what is neither base64 nor DEFLATE', async () => {
      const bomb = deflateRawSync(Buffer.alloc(20_000_000, ' ')).toString('base64');
      const began = performance.now();
      expect(await ruleOf(readRedirect(`SAMLRequest=${encodeURIComponent(bomb)}`)).catch((e) => e.rule)).to.equal('size');
      expect(performance.now() - began).to.be.lessThan(scaleLimit(500));
      for (const query of [
        '',
        'SAMLRequest=',
        'SAMLRequest=%%%',
        'SAMLRequest=a*b',
        'SAMLRequest=YWJj',
        'SAMLResponse=YWJj&SAMLRequest=YWJj',
        'SAMLRequest=YWJj&SAMLEncoding=x',
      ])
        expect(
          await readRedirect(query).then(
            () => 'accepted',
            (e) => e.rule,
          ),
          query,
        ).to.equal('encoding');
      expect(() => readPost(new URLSearchParams('SAMLRequest=YQ==&SAMLRequest=YQ=='))).to.throw('encoding');
      expect(() => readPost(new URLSearchParams({ SAMLRequest: 'YQ==', RelayState: 'x'.repeat(5000) }))).to.throw('size');
    });
  });

  describe('what it says', () => {
    it('unknown issuer, of another format, or none', async () => {
      expect(await ruleOf(posted(await signed({ issuer: 'https://unknown.example' })))).to.equal('issuer');
      expect(await ruleOf(posted(await signed({ issuer: ' ' })))).to.equal('issuer');
      expect(
        await ruleOf(posted(await signed({ issuer: 'constructor' })), {
          ...gate,
          findPartner: async (name) => (Object.hasOwn(partners, name) ? partners[name] : undefined),
        }),
      ).to.equal('issuer');
      const formatted = (await signed()).replace(
        '<saml:Issuer xmlns',
        '<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" xmlns',
      );
      expect(await ruleOf(posted(formatted))).to.equal('issuer');
    });

    it('another destination, or none where it is signed', async () => {
      const silent = await redirectUrl(
        destination,
        'SAMLRequest',
        serialize(request({ attributes: { Destination: undefined } })),
        undefined,
        signer,
      );
      expect(await ruleOf(readRedirect(new URL(silent).search.slice(1)))).to.equal('destination');
      expect(await ruleOf(posted(await signed({ attributes: { Destination: 'https://other.example/acme/saml/sso' } })))).to.equal(
        'destination',
      );
      expect(await ruleOf(posted(await signed({ attributes: { Destination: `${destination}/` } })))).to.equal('destination');
      expect(await ruleOf(posted(await signed({ attributes: { Destination: undefined } })))).to.equal('destination');
      expect(await ruleOf(posted(await signed({ attributes: { Destination: '' } })))).to.equal('destination');
    });

    it('another version, too old, from the future, or without a time we can read', async () => {
      expect(await ruleOf(posted(await signed({ attributes: { Version: '1.1' } })))).to.equal('version');
      expect(await ruleOf(posted(await signed({ attributes: { Version: '3.0' } })))).to.equal('version');
      for (const instant of [
        '2026-11-22T11:49:59Z',
        '2026-11-22T12:03:01Z',
        '2026-11-22T12:00:00+03:00',
        '2026-11-22T12:00:00',
        '+12026-11-22T12:00:00Z',
      ])
        expect(await ruleOf(posted(await signed({ attributes: { IssueInstant: instant } }))), instant).to.be.oneOf([
          'issue-instant',
          'schema',
        ]);
      expect(await ruleOf(posted(await signed({ attributes: { IssueInstant: '2026-11-22T11:55:00.123456Z' } })))).to.equal('accepted');
    });

    it('IDs that are none', async () => {
      for (const id of ['', '1x', '_a b', 'x'.repeat(300)])
        expect(await ruleOf(posted(await signed({ attributes: { ID: id } }))), id).to.be.oneOf(['schema', 'id', 'signature-placement']);
    });
  });

  it('values are escaped: nothing that we write turns into markup, and characters that XML cannot hold are replaced', () => {
    const nasty = `]]><x a="'">&amp;\u0000\u000b\ud800\uffff\r\n\t{{user}}😀`;
    const xml = serialize(element('saml:Attribute', { Name: nasty }, element('saml:AttributeValue', {}, nasty)));
    expect(xml).to.equal(
      '<saml:Attribute xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Name="]]>&lt;x a=&quot;\'&quot;>&amp;amp;����&#xD;&#xA;&#x9;{{user}}😀">' +
        '<saml:AttributeValue>]]&gt;&lt;x a="\'"&gt;&amp;amp;����&#xD;\n\t{{user}}😀</saml:AttributeValue></saml:Attribute>',
    );
  });
});

import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { nameFinder, readClaim, showEscapes } from '../../../src/platform/saml/index.ts';

const issuer = 'https://sp.example/saml?a=1&b';
const message = `<samlp:AuthnRequest xmlns:samlp="urn:p" xmlns:saml="urn:a"><saml:Issuer> ${issuer.replace('&', '&amp;')}\n</saml:Issuer></samlp:AuthnRequest>`;

/** Nothing here is trusted: it finds the trace in which a refused message is shown. */
describe('unit: who a refused SAML message says it is from', () => {
  it('is found however the message is packed, whatever the gate has against it', async () => {
    const bomb = deflateRawSync(Buffer.concat([Buffer.from(message.replace('</samlp', `<x>${' '.repeat(3_000_000)}</x></samlp`))]));
    const packed: Record<string, string> = {
      'base64, as POST has it': Buffer.from(message).toString('base64'),
      'base64 with line breaks': Buffer.from(message)
        .toString('base64')
        .replace(/(.{60})/g, '$1\r\n'),
      'base64 whose + became blanks': Buffer.from(`${message}>>>~~~???`).toString('base64').replaceAll('+', ' '),
      DEFLATE: deflateRawSync(message).toString('base64'),
      'DEFLATE that was cut off': deflateRawSync(message + randomBytes(200).toString('hex'))
        .subarray(0, -20)
        .toString('base64'),
      'DEFLATE of 3 MB': bomb.toString('base64'),
      'the XML itself': message,
      'UTF-16': Buffer.from(`\ufeff${message}`, 'utf16le').toString('base64'),
      'a comment before it': Buffer.from(message.replace('<saml', '<!-- <Issuer>x</Issuer> --><saml')).toString('base64'),
      'a comment inside': Buffer.from(message.replace('sp.ex', 'sp<!-- -->.ex')).toString('base64'),
      CDATA: Buffer.from(message.replace(/> .*\n</, `><![CDATA[${issuer}]]><`)).toString('base64'),
      'a document type': Buffer.from(`<!DOCTYPE x>${message}`).toString('base64'),
      'another message': Buffer.from(message.replaceAll('AuthnRequest', 'Response')).toString('base64'),
      'without its end': Buffer.from(message.slice(0, -20)).toString('base64'),
    };
    for (const [name, text] of Object.entries(packed)) expect((await readClaim(text))?.issuer, name).to.equal(issuer);
  });

  it('what has none has none, and nothing costs more than 8 KB of it', async () => {
    const many = (part: string) => Buffer.from(part.repeat(50_000)).toString('base64');
    for (const text of ['', '<', 'not base64 ~~', many('<!--'), many('<a:Issuer '), many('<Issuer>'), many('<!--x-->')])
      expect(await readClaim(text), text.slice(0, 20)).to.equal(undefined);
    const late = Buffer.from(`<x>${' '.repeat(9000)}${message}</x>`).toString('base64');
    expect(await readClaim(late)).to.equal(undefined);
    const long = await readClaim(Buffer.from(`<Issuer>${'a'.repeat(1500)}</Issuer>${'x'.repeat(100_000)}`).toString('base64'));
    expect(long!.issuer).to.have.length(1024);
    expect(long!.excerpt.length).to.be.at.most(8192);
  });

  it('a name that looks like a registered one is told apart', () => {
    const find = nameFinder(['https://other.example', 'https://wiki.example/saml', 'https://crm.example']);
    const near: Record<string, string> = {
      itself: 'https://wiki.example/saml',
      'a Cyrillic і': 'https://w\u0456k\u0456.example/saml',
      'a Greek α': 'https://wiki.ex\u03b1mple/saml',
      'zero width space': 'https://wiki\u200b.example/saml',
      'no-break space': 'https://wiki.example/saml\u00a0',
      'soft hyphen': 'https://wi\u00adki.example/saml',
      'another case': 'HTTPS://Wiki.example/SAML',
      'full width': 'https://ｗｉｋｉ.example/saml',
      'an accent': 'https://wíki.example/saml',
      'a slash at the end': 'https://wiki.example/saml/',
      'a character more': 'https://wiki.example/samls',
      'a character less': 'https://wiki.example/sam',
      'another scheme': 'http://wiki.example/saml',
    };
    for (const [name, text] of Object.entries(near)) expect(find(text), name).to.equal('https://wiki.example/saml');
    for (const text of ['', '\u200b', 'https://nobody.example', 'wiki', 'https://wiki.example/saml/metadata'])
      expect(find(text), text).to.equal(undefined);
    expect(showEscapes('https://w\u0456ki.example\u200b /x')).to.equal('https://w\\u{456}ki.example\\u{200b}\\u{20}/x');
  });
});

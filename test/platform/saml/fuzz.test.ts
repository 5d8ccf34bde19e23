import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'chai';
import { derOf, type Message, readAuthnRequest, readMessage, SamlFault, signerFor } from '../../../src/platform/saml/index.ts';
import { signElement } from '../../../src/platform/saml/sign.ts';
import { element, serialize } from '../../../src/platform/saml/write-xml.ts';
import { isHere } from '../../support/missing.ts';
import { createRandom } from '../../support/random.ts';
import { makeKeys, xmlsecVerifies } from '../../support/saml.ts';

const count = Number(process.env.FUZZ_COUNT ?? 100_000);

/** What a message costs the event loop, whatever else the machine does meanwhile. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const now = new Date();
const keys = makeKeys();
const signer = signerFor(keys.privateKey, derOf(keys.certificate), 'rsa-sha256');
const destination = 'https://idp.example/saml/sso';
const gate = {
  destinations: [destination],
  now,
  findPartner: async () => ({ certificates: [keys.certificate], requiresSignature: true }),
};

/** What is cut out, put in, or exchanged: the pieces of which known attacks are made. */
const pieces = [
  '<!---->',
  '<![CDATA[x]]>',
  '<?x?>',
  '&amp;',
  '&#65;',
  '&lt;',
  '&x;',
  ' ',
  '\n',
  '\t',
  '\r\n',
  '\u00a0',
  '\u200b',
  'xmlns:x="urn:x"',
  ' xmlns="urn:oasis:names:tc:SAML:2.0:protocol"',
  ' ID="_1"',
  ' ID="_2"',
  ' xml:id="_1"',
  ' id="_1"',
  ' Id="_1"',
  ' AssertionConsumerServiceURL="https://evil.example"',
  ' ForceAuthn="1"',
  '<saml:Issuer>https://evil.example</saml:Issuer>',
  '<samlp:Extensions></samlp:Extensions>',
  '<ds:Object></ds:Object>',
  '<ds:Signature></ds:Signature>',
  ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:protocol"',
  ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
  '<samlp:NameIDPolicy/>',
  '"',
  "'",
  '>',
  '<',
  '/',
  '=',
  '\0',
  '\ufeff',
  '=',
  '====',
];

/** Cuts at markup more often than elsewhere: that is where readers differ. */
function mutate(xml: string, random: (below: number) => number): string {
  const place = (text: string) => {
    if (random(3) === 0) return random(text.length);
    const marks = [...text.matchAll(/[<>"= /]/g)];
    return marks[random(marks.length)]?.index ?? 0;
  };
  let text = xml;
  for (let i = random(3); i >= 0; i--) {
    const at = place(text);
    const until = Math.min(text.length, at + random(40));
    const piece = pieces[random(pieces.length)]!;
    const elements = [...text.matchAll(/<(\w+:\w+)[^>]*>[^<]*<\/\1>/g)].map(([found]) => found);
    const one = elements[random(Math.max(1, elements.length))] ?? '';
    text = [
      () => text.slice(0, at) + piece + text.slice(at),
      () => text.slice(0, at) + text.slice(until),
      () => text.slice(0, at) + piece + text.slice(until),
      () => text.slice(0, at) + one + text.slice(at),
      () => text.replace(one, ''),
      () => text.slice(0, at) + text.slice(at, until) + text.slice(at),
      () => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7))) + text.slice(at + 1),
      () => text.replace(/(\w+)="([^"]*)" (\w+)="([^"]*)"/, '$3="$4" $1="$2"'),
      () => text.replaceAll('samlp:', 'p:').replaceAll('xmlns:samlp', 'xmlns:p'),
      () => text.replace(/"([^"<']*)"/, "'$1'"),
      () => text.replace(/<(\w+:\w+)([^>]*)><\/\1>/, '<$1$2/>'),
    ][random(11)]!();
  }
  return text;
}

/** How a second parser reads the parts that decide where an answer goes and about whom. */
function readBySecondParser(xml: string) {
  const root = new DOMParser({ errorHandler: () => {} } as never).parseFromString(xml, 'text/xml').documentElement!;
  const issuers = Array.from(root.childNodes).filter(({ nodeName }) => nodeName.replace(/^.*:/, '') === 'Issuer');
  return {
    name: root.localName,
    id: root.getAttribute('ID'),
    acs: root.getAttribute('AssertionConsumerServiceURL'),
    issuers: issuers.length,
    issuer: issuers[0]?.textContent?.trim(),
  };
}

describe('unit: the SAML gate under mutated messages', function () {
  this.timeout(300_000);

  it(`${count} of them: none is accepted that another verifier refuses or reads differently; the event loop and the memory stay free`, async () => {
    const random = createRandom(20_261_122);
    const seeds: string[] = [];
    for (const more of [
      [],
      [element('samlp:NameIDPolicy', { AllowCreate: 'true' })],
      [element('samlp:Scoping', {}, element('samlp:RequesterID', {}, 'urn:x'))],
    ])
      seeds.push(
        serialize(
          await signElement(
            element(
              'samlp:AuthnRequest',
              {
                ID: '_1',
                Version: '2.0',
                IssueInstant: now.toISOString(),
                Destination: destination,
                AssertionConsumerServiceURL: 'https://sp.example/acs',
              },
              element('saml:Issuer', {}, 'https://sp.example'),
              ...more,
            ),
            signer,
          ),
        ),
      );
    const refusals = new Map<string, number>();
    const accepted = new Map<string, Message>();
    for (const seed of seeds) await readMessage({ direction: 'SAMLRequest', binding: 'post', xml: Buffer.from(seed) }, gate); // schemas compiled
    global.gc?.();
    const before = process.memoryUsage.rss();
    const took = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const xml = mutate(seeds[i % seeds.length]!, random);
      const begun = processorMs();
      try {
        accepted.set(xml, await readMessage({ direction: 'SAMLRequest', binding: 'post', xml: Buffer.from(xml) }, gate));
      } catch (error) {
        if (!(error instanceof SamlFault)) throw new Error(`not a refusal: ${error}\n${xml}`);
        refusals.set(error.rule, (refusals.get(error.rule) ?? 0) + 1);
      }
      took[i] = processorMs() - begun;
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // the collector's pauses among them
    took.sort();
    expect(took[Math.floor(count * 0.999)], 'one message in a thousand, ms of this thread').to.be.lessThan(50);
    expect(took[count - 1], 'the slowest message, ms of this thread').to.be.lessThan(1000);
    expect((process.memoryUsage.rss() - before) / 1e6, 'memory, MB').to.be.lessThan(250);

    for (const [xml, message] of accepted) {
      const second = readBySecondParser(xml);
      expect(
        { name: message.name, id: message.id, acs: readAuthnRequest(message).acsUrl, issuers: 1, issuer: message.issuer },
        xml,
      ).to.deep.equal(second);
      expect(second.acs, xml).to.equal('https://sp.example/acs');
    }
    if (isHere('xmlsec'))
      for (const xml of [...accepted.keys()].slice(0, 400))
        expect(xmlsecVerifies(xml, keys.certificate, 'AuthnRequest'), xml).to.equal(true);
    expect(accepted.size, 'changes that mean nothing are accepted').to.be.greaterThan(20);
    expect([...refusals.keys()], 'every layer was reached').to.include.members([
      'well-formed',
      'no-comment',
      'schema',
      'signature-placement',
      'signature-value',
    ]);
    console.log(`      ${accepted.size} accepted, refused by ${JSON.stringify(Object.fromEntries(refusals))}`);
  });
});

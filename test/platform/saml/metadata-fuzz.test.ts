import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createXmlDecoder } from '../../../src/platform/saml/decode-xml.ts';
import { createMetadataReader, MetadataFault } from '../../../src/platform/saml/index.ts';
import { type Read, readWritten } from '../../../src/platform/saml/read-xml.ts';
import { createXmlScanner } from '../../../src/platform/saml/scan-xml.ts';
import { createRandom } from '../../support/random.ts';

const folder = new URL('../../fixtures/metadata/', import.meta.url);
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => readFileSync(new URL(name, folder)))
  .filter(({ length }) => length < 12_000);
const now = new Date('2026-11-29T12:00:00Z');
const rounds = Number(process.env.FUZZ_COUNT ?? 12_000);

const pieces = [
  '<!DOCTYPE x>',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '<!-- -->',
  '<!--',
  '-->',
  '<![CDATA[x]]>',
  ']]>',
  '<?x y?>',
  '<?xml version="1.0"?>',
  '<',
  '>',
  '/>',
  '&',
  '&amp;',
  '&#10;',
  '&#0;',
  '&x;',
  '"',
  "'",
  '=',
  ':',
  ' ',
  '\t',
  '\r',
  '\r\n',
  '\0',
  '\ufeff',
  '\ufffe',
  '<a>',
  '</a>',
  '<a/>',
  '<md:a/>',
  '<x:a xmlns:x="urn:x"/>',
  ' xmlns="urn:x"',
  ' xmlns:md=""',
  ' xmlns:xml="urn:x"',
  ' xml:lang="en"',
  ' a="1"',
  ' a="1" a="2"',
  ' ID="x"',
  '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a"/>',
  'é',
  '😀',
  '\u200b',
];

function mutate(document: Buffer, pick: (below: number) => number): Buffer {
  let octets = document;
  for (let n = 1 + pick(3); n > 0; n--) {
    const at = pick(octets.length + 1);
    const length = pick(3) === 0 ? pick(200) : pick(4);
    const what = pick(5);
    const put =
      what === 0
        ? Buffer.from(pieces[pick(pieces.length)]!)
        : what === 1
          ? Buffer.from([pick(256)])
          : what === 2
            ? octets.subarray(at, at + pick(300))
            : Buffer.alloc(0);
    const from = what === 3 ? pick(octets.length + 1) : at;
    octets = Buffer.concat([octets.subarray(0, from), put, octets.subarray(what === 2 ? at : from + length)]);
  }
  return octets;
}

/** As `readWritten` shows a document. */
function scan(octets: Buffer): { tree: Read; text: string } {
  const root = { ns: '', name: '', attributes: {}, text: '', children: [] } as Read;
  const stack = [root];
  let text = '';
  const scanner = createXmlScanner({
    open({ ns, name, attributes }) {
      const element: Read = { ns, name, attributes, text: '', children: [] };
      stack.at(-1)!.children.push(element);
      stack.push(element);
    },
    text(more) {
      stack.at(-1)!.text += more;
    },
    cut() {},
    close() {
      const element = stack.pop()!;
      element.text = element.children.length > 0 ? '' : element.text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    },
  });
  const decoder = createXmlDecoder((more) => {
    text += more;
    scanner.write(more);
  });
  decoder.write(octets);
  decoder.end();
  scanner.end();
  return { tree: root.children[0]!, text };
}

/** The binding of libxml2 ends a list of children at an instruction and keeps CDATA apart: here the one goes and the other becomes text. */
const withoutOddNodes = (text: string): string =>
  text.replace(
    /(<!--[\s\S]*?-->)|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>/g,
    (_, comment = '', content = '') => comment + content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  );
/** @returns nothing where it warns of a namespace that is no URI, which decides nothing @throws when it is not well-formed */
function readByLibxml2(text: string): Read | undefined {
  try {
    readWritten(text);
    return readWritten(withoutOddNodes(text));
  } catch (error) {
    if (/^xmlns.* is not (a valid URI|absolute)/s.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** The binding of libxml2 drops a byte order mark at the beginning of a text. */
const plain = (tree: Read): string => JSON.stringify(tree).replaceAll('\ufeff', '');

const namespacesOf = ({ ns, children }: Read): string[] => [ns, ...children.flatMap(namespacesOf)];

function refusal(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof MetadataFault) return error.rule;
    throw error;
  }
}

describe('platform/saml: the reader of metadata against mutated documents', function () {
  this.timeout(600_000);

  it('reads each as libxml2 does, or refuses it', () => {
    const pick = createRandom(20_261_129);
    const seen = { read: 0, refused: 0 };
    for (let round = 0; round < rounds; round++) {
      const octets = mutate(documents[pick(documents.length)]!, pick);
      let found: ReturnType<typeof scan> | undefined;
      refusal(() => {
        found = scan(octets);
      });
      if (found) {
        seen.read++;
        const theirs = readByLibxml2(found.text);
        if (theirs) expect(plain(found.tree), octets.toString()).to.equal(plain(theirs));
      } else seen.refused++;
    }
    expect(seen.read).to.be.greaterThan(rounds / 20);
    expect(seen.refused).to.be.greaterThan(rounds / 20);
  });

  it('never fails but by a rule of its own, and never accepts a document type or a part from elsewhere', () => {
    const pick = createRandom(3);
    let accepted = 0;
    for (let round = 0; round < rounds; round++) {
      const octets = mutate(documents[pick(documents.length)]!, pick);
      const rule = refusal(() => {
        const reader = createMetadataReader(now);
        reader.write(octets);
        reader.end();
      });
      if (rule) continue;
      accepted++;
      const { text, tree } = scan(octets);
      const outside = text.replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g, '');
      expect(outside, octets.toString()).to.not.match(/<!/);
      expect(namespacesOf(tree), octets.toString()).to.not.include('http://www.w3.org/2001/XInclude');
    }
    expect(accepted).to.be.greaterThan(rounds / 50);
  });

  it('octets without any sense are refused by a rule', () => {
    const pick = createRandom(7);
    for (let round = 0; round < 2000; round++) {
      const octets = Buffer.from(Array.from({ length: pick(200) }, () => pick(256)));
      const rule = refusal(() => {
        const reader = createMetadataReader(now);
        reader.write(octets);
        reader.end();
      });
      expect(rule).to.be.a('string');
    }
  });

  it('a document that is made to cost much costs little', () => {
    const head = '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://a.example">';
    const role = '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">';
    const many = (text: string, bytes = 2_000_000) => text.repeat(bytes / text.length);
    const hostile = {
      'comments before': many('<!---->'),
      'comments that do not end': many('<!--', 400_000),
      'white space in a closing tag': `${head}</md:EntityDescriptor${many(' ', 120_000)}x>`,
      'white space in a tag': `${head}<a${many(' ', 120_000)}?>`,
      'white space in a value': `${head}${role}<md:NameIDFormat>a${many(' ', 900_000)}b</md:NameIDFormat>`,
      'quotes that do not end': `${head}<a b="${many('>')}`,
      'quotes and more quotes': `${head}<a ${many(`"'`)}`,
      'names without values': `${head}<a ${many('b ', 120_000)}>`,
      references: `${head}${many('&amp;', 900_000)}<a/>`,
      'references that do not end': `${head}${many('&', 900_000)}<a/>`,
      instructions: `${head}${many('<?x y?>')}`,
      'an instruction that does not end': `${head}<?x ${many('?')}`,
      'small elements': `${head}${many('<a/>')}`,
      'namespaces inside each other': `${head}${many('<a xmlns:b="c">')}`,
      'a text': `${head}${many('a', 20_000_000)}`,
      'a certificate of nothing': `${head}${role}<md:KeyDescriptor>${many('<a>', 60)}${many('x')}`,
      'entities of one letter': `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${many('<md:EntityDescriptor entityID="a"/>')}`,
    };
    for (const [what, document] of Object.entries(hostile)) {
      const before = process.threadCpuUsage();
      const rule = refusal(() => {
        const reader = createMetadataReader(now);
        const octets = Buffer.from(document);
        for (let at = 0; at < octets.length; at += 1000) reader.write(octets.subarray(at, at + 1000));
        reader.end();
      });
      const { user, system } = process.threadCpuUsage(before);
      expect(rule, what).to.be.a('string');
      expect((user + system) / 1000, `${what}, in ms of the processor`).to.be.below(3000);
    }
  });
});

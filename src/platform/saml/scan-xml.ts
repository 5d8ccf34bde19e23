import { MetadataFault } from './metadata-faults.ts';

/** What a scanner tells, in the order of the document. */
export type XmlSink = {
  open(element: { ns: string; name: string; attributes: Record<string, string> }): void;
  text(text: string): void;
  /** A comment, a processing instruction or the bounds of a CDATA section: what readers disagree about when it stands inside a value. */
  cut(): void;
  close(): void;
};

const limits = { elements: 500_000, depth: 40, attributes: 50, name: 512, namespace: 512, tag: 128 * 1024, text: 1024 * 1024 };

// XML 1.0 (fifth edition) §2.3, without the colon: Namespaces in XML 1.0 §3
const start =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const ncName = `[${start}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}${start}]*`;
const qName = new RegExp(`^(?:(${ncName}):)?(${ncName})$`, 'u');
const target = new RegExp(`^<\\?${ncName}(?:\\s|\\?>)`, 'u');
const attribute = /[ \t\n]+([^ \t\n=<>"'/]+)[ \t\n]*=[ \t\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagName = /[^ \t\n=<>"'/]+/y;
const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const xmlNs = 'http://www.w3.org/XML/1998/namespace';
const xmlnsNs = 'http://www.w3.org/2000/xmlns/';

/** Without the white space of XML (§2.3) at both ends; what else looks empty is a character like any other. */
export function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isSpace(text[from]!)) from++;
  while (to > from && isSpace(text[to - 1]!)) to--;
  return text.slice(from, to);
}
const isSpace = (character: string) => character === ' ' || character === '\t' || character === '\n' || character === '\r';

type Scope = Record<string, string>;

const malformed = (detail: string) => new MetadataFault('well_formed', detail);

/**
 * Reads XML as it arrives and keeps no more of it than one token: the tree is the sink's affair. Documents that declare a type are refused, so the five entities of
 * XML are all there are. Whatever it accepts is well-formed, by XML 1.0 and by Namespaces in XML; a test compares it with libxml2.
 * @throws MetadataFault well_formed, doctype, size, from `write` and `end`
 */
export function createXmlScanner(sink: XmlSink): { write(text: string): void; end(): void } {
  const open: { tag: string; scope: Scope }[] = [];
  let buffer = '';
  let elements = 0;

  /** @returns where the token ends, or 0 when the rest of it has not arrived */
  function markup(at: number): number {
    const kind = buffer[at + 1];
    if (kind === undefined) return 0;
    if (kind === '/') return closingTag(at);
    if (kind === '?') return instruction(at);
    if (kind !== '!') return openingTag(at);
    const head = buffer.slice(at, at + 9);
    if (head.startsWith('<!--')) return comment(at);
    if (head === '<![CDATA[') return cdata(at);
    if ('<!--'.startsWith(head) || '<![CDATA['.startsWith(head)) return 0;
    throw /^<![A-Za-z]/.test(head) ? new MetadataFault('doctype') : malformed(head);
  }

  function comment(at: number): number {
    const end = buffer.indexOf('--', at + 4);
    if (end < 0 || buffer[end + 2] === undefined) return 0;
    if (buffer[end + 2] !== '>') throw malformed('-- inside a comment');
    sink.cut();
    return end + 3;
  }

  function instruction(at: number): number {
    const end = buffer.indexOf('?>', at + 2);
    if (end < 0) return 0;
    const said = buffer.slice(at, end + 2);
    if (!target.test(said) || /^<\?xml[\s?]/i.test(said)) throw malformed(said.slice(0, 40));
    sink.cut();
    return end + 2;
  }

  function cdata(at: number): number {
    const end = buffer.indexOf(']]>', at + 9);
    if (end < 0) return 0;
    if (open.length === 0) throw malformed('CDATA outside of the element');
    sink.cut();
    sink.text(buffer.slice(at + 9, end));
    return end + 3;
  }

  function closingTag(at: number): number {
    const end = buffer.indexOf('>', at);
    if (end < 0) return 0;
    const said = buffer.slice(at + 2, end);
    const expected = open.pop()?.tag;
    if (expected === undefined || !said.startsWith(expected) || trimmed(said.slice(expected.length)) !== '')
      throw malformed(`</${said.slice(0, 100)}> where </${expected ?? ''}> was expected`);
    sink.close();
    return end + 1;
  }

  function openingTag(at: number): number {
    const end = endOfTag(at);
    if (end === 0) return 0;
    if (open.length === 0 && elements > 0) throw malformed('more than one element at the top');
    if (++elements > limits.elements) throw new MetadataFault('size', `more than ${limits.elements} elements`);
    tagName.lastIndex = at + 1;
    const tag = tagName.exec(buffer)?.[0] ?? '';
    let place = at + 1 + tag.length;
    const said: [string, string][] = [];
    for (;;) {
      attribute.lastIndex = place;
      const found = attribute.exec(buffer);
      if (!found || attribute.lastIndex > end) break;
      if (said.push([found[1]!, dereference((found[2] ?? found[3]!).replace(/[\t\n]/g, ' '))]) > limits.attributes)
        throw new MetadataFault('size', `more than ${limits.attributes} attributes`);
      place = attribute.lastIndex;
    }
    const rest = /^[ \t\n]*(\/?)>$/.exec(buffer.slice(place, end + 1));
    if (!rest) throw malformed(buffer.slice(at, Math.min(end + 1, at + 100)));
    const scope = scopeOf(said, open.at(-1)?.scope ?? Object.assign(Object.create(null), { xml: xmlNs }));
    if (open.length >= limits.depth) throw new MetadataFault('size', `more than ${limits.depth} levels`);
    sink.open({ ...resolve(tag, scope, scope['']), attributes: plainAttributes(said, scope) });
    if (rest[1]) sink.close();
    else open.push({ tag, scope });
    return end + 1;
  }

  /** The next `>` outside of quotes. */
  function endOfTag(at: number): number {
    const sign = /["'>]/g;
    sign.lastIndex = at;
    for (let found = sign.exec(buffer); found; found = sign.exec(buffer)) {
      if (found[0] === '>') return found.index;
      const close = buffer.indexOf(found[0], found.index + 1);
      if (close < 0) break;
      sign.lastIndex = close + 1;
    }
    return 0;
  }

  function characters(text: string): void {
    if (open.length > 0) {
      if (text.includes(']]>')) throw malformed(']]> in a text');
      sink.text(dereference(text));
    } else if (/[^ \t\n]/.test(text)) throw malformed(`text outside of the element: ${text.trim().slice(0, 40)}`);
  }

  return {
    write(text) {
      const bad = illegal.exec(text);
      if (bad) throw malformed(`U+${bad[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`);
      buffer += text;
      let place = 0;
      for (;;) {
        const next = buffer.indexOf('<', place);
        const isTooLong = (next < 0 ? buffer.length : next) - place > limits.text;
        if (isTooLong) throw new MetadataFault('size', `a text of more than ${limits.text} characters`);
        if (next < 0) break;
        if (next > place) characters(buffer.slice(place, next));
        place = next;
        const end = markup(next);
        if (end === 0) {
          const most = buffer[next + 1] === '!' || buffer[next + 1] === '?' ? limits.text : limits.tag;
          if (buffer.length - next > most) throw new MetadataFault('size', buffer.slice(next, next + 40));
          break;
        }
        place = end;
      }
      buffer = buffer.slice(place);
    },
    end() {
      if (buffer.includes('<')) throw malformed(buffer.slice(buffer.indexOf('<')).slice(0, 40));
      characters(buffer);
      if (open.length > 0) throw malformed(`no </${open.at(-1)!.tag}>`);
      if (elements === 0) throw new MetadataFault('empty');
    },
  };
}

function dereference(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([A-Za-z]{1,4}));|&/g, (all, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
    const said = code === undefined ? (Object.hasOwn(named, name ?? '') ? named[name] : undefined) : characterOf(code);
    if (said === undefined) throw malformed(`the reference ${all}`);
    return said;
  });
}

function characterOf(code: number): string | undefined {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  const character = String.fromCodePoint(code);
  return illegal.test(character) ? undefined : character;
}

/** Namespaces in XML 1.0 §3 and §6: what a prefix stands for from this element on. */
function scopeOf(said: [string, string][], outer: Scope): Scope {
  let scope = outer;
  for (const [name, value] of said) {
    const prefix = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice(6) : undefined;
    if (prefix === undefined) continue;
    if (value.length > limits.namespace) throw new MetadataFault('size', `a namespace of more than ${limits.namespace} characters`);
    const isReserved = prefix === 'xmlns' || value === xmlnsNs || (prefix === 'xml') !== (value === xmlNs);
    if (isReserved || (prefix !== '' && value === '')) throw malformed(`${name}="${value}"`);
    if (scope === outer) scope = Object.create(outer) as Scope;
    scope[prefix] = value;
  }
  return scope;
}

function resolve(name: string, scope: Scope, unprefixed = ''): { ns: string; name: string } {
  if (name.length > limits.name) throw new MetadataFault('size', `a name of more than ${limits.name} characters`);
  const [, prefix, local] = qName.exec(name) ?? [];
  if (local === undefined) throw malformed(`the name ${name.slice(0, 40)}`);
  const ns = prefix === undefined ? unprefixed : scope[prefix];
  if (ns === undefined) throw malformed(`the prefix ${prefix} is not declared`);
  return { ns, name: local };
}

/** Those without a namespace, as SAML's are; the others only have to be well-formed. */
function plainAttributes(said: [string, string][], scope: Scope): Record<string, string> {
  const plain: Record<string, string> = Object.create(null);
  const seen = new Set<string>();
  for (const [qualified, value] of said) {
    const isDeclaration = qualified === 'xmlns' || qualified.startsWith('xmlns:');
    const { ns, name } = isDeclaration ? { ns: xmlnsNs, name: qualified } : resolve(qualified, scope);
    if (isDeclaration && qualified !== 'xmlns') resolve(qualified.slice(6), scope);
    if (seen.size === seen.add(`${ns} ${name}`).size) throw malformed(`the attribute ${qualified} twice`);
    if (!ns) plain[name] = value;
  }
  return plain;
}

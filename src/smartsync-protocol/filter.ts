import type { DirectoryKind } from './answers.ts';

/** What is read unless the company says otherwise, by kind. "Test connection" of the agent counts by the same. */
export const defaultFilters: Record<DirectoryKind, { userFilter: string; groupFilter: string }> = {
  'active-directory': {
    userFilter: '(&(objectClass=user)(objectCategory=person)(!(isCriticalSystemObject=TRUE)))',
    groupFilter: '(&(objectClass=group)(!(isCriticalSystemObject=TRUE)))',
  },
  openldap: {
    userFilter: '(objectClass=inetOrgPerson)',
    groupFilter: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))',
  },
};

/** A search filter as RFC 4511 §4.5.1.7 has it. Of `substrings`, the first and the last piece are empty where the value begins or ends with `*`. */
export type SearchFilter =
  | { type: '&' | '|' | '!'; filters: SearchFilter[] }
  | { type: '=' | '>=' | '<=' | '~='; attribute: string; value: Buffer }
  | { type: 'present'; attribute: string }
  | { type: 'substrings'; attribute: string; pieces: Buffer[] }
  | { type: ':='; attribute?: string; rule?: string; isOfDn: boolean; value: Buffer };

/** What is wrong, and where. */
export class FilterFault extends Error {}

const deepest = 50;

// RFC 4512 §1.4 and §2.5
const oid = '(?:[a-z][a-z0-9-]*|(?:0|[1-9]\\d*)(?:\\.(?:0|[1-9]\\d*))+)';
const description = `${oid}(?:;[a-z0-9-]+)*`;
const comparison = new RegExp(`^(?:(${description})(=|>=|<=|~=)|(${description})?(:dn)?(:${oid})?:=)`, 'i');

/**
 * Reads a filter in text (RFC 4515 §3), whole and without spaces between its parts. The lists of RFC 4526 without a filter are refused: they match everybody or nobody.
 * @param most how deep filters may stand in each other
 * @throws FilterFault
 */
export function readFilter(text: string, most = deepest): SearchFilter {
  let at = 0;
  const fail = (what: string): never => {
    throw new FilterFault(`${what} at character ${at + 1} of ${text}`);
  };
  const expect = (character: string) => {
    if (text[at] !== character) fail(`${character} is missing`);
    at++;
  };

  function readOne(depth: number): SearchFilter {
    if (depth > most) fail('too deep');
    expect('(');
    const type = text[at];
    const filter: SearchFilter = type === '&' || type === '|' || type === '!' ? { type, filters: readList(type, depth) } : readItem();
    expect(')');
    return filter;
  }

  function readList(type: '&' | '|' | '!', depth: number): SearchFilter[] {
    at++;
    const filters: SearchFilter[] = [];
    while (text[at] === '(') filters.push(readOne(depth + 1));
    if (filters.length === 0) fail(`${type} without a filter`);
    if (type === '!' && filters.length > 1) fail('! takes one filter');
    return filters;
  }

  function readItem(): SearchFilter {
    const [whole, attribute, type, ofRule, dn, rule] = comparison.exec(text.slice(at)) ?? fail('no attribute and comparison');
    if (!type && !ofRule && !rule) fail('no attribute');
    at += whole!.length;
    const pieces = readValue();
    const [value] = pieces as [Buffer];
    if (pieces.length > 1 && type !== '=') fail('a * that must be escaped');
    if (!type) return { type: ':=', attribute: ofRule, rule: rule?.slice(1), isOfDn: dn !== undefined, value };
    if (pieces.length === 1) return { type: type as '=', attribute: attribute!, value };
    if (pieces.some((piece) => piece.length > 0)) return { type: 'substrings', attribute: attribute!, pieces };
    if (pieces.length > 2) fail('a * too many');
    return { type: 'present', attribute: attribute! };
  }

  /** Up to the end of the item, cut at each `*`. */
  function readValue(): Buffer[] {
    const pieces: Buffer[][] = [[]];
    while (at < text.length && text[at] !== ')') {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      if (/[(\0\p{Surrogate}]/u.test(character)) fail('a character that must be escaped');
      if (character === '*') pieces.push([]);
      else if (character === '\\') {
        const hex = text.slice(at + 1, at + 3);
        if (!/^[\da-f]{2}$/i.test(hex)) fail('an escape that is not two hexadecimal digits');
        pieces.at(-1)!.push(Buffer.from(hex, 'hex'));
        at += 2;
      } else pieces.at(-1)!.push(Buffer.from(character));
      at += character.length;
    }
    return pieces.map((piece) => Buffer.concat(piece));
  }

  const filter = readOne(0);
  if (at < text.length) fail('something after the end');
  return filter;
}

/** Whether a directory can be read by it, as far as that does not depend on the directory. */
export function isFilter(text: string): boolean {
  try {
    readFilter(text);
    return true;
  } catch {
    return false;
  }
}

import { FilterParser } from 'ldapts';

// RFC 4515 §3; of RFC 4526, the lists without a filter are left out: they would match everybody or nobody
const attribute = '[A-Za-z0-9][A-Za-z0-9.;-]*';
const value = '(?:[^()*\\\\\\0]|\\\\[0-9a-fA-F]{2})*';
const item = new RegExp(
  `^(?:${attribute}(?:[~<>]=${value}|=${value}(?:\\*${value})*)|(?:${attribute})?(?::dn)?(?::${attribute})?:=${value})$`,
);
const mostDepth = 50;

/** A search filter (RFC 4515), whole and without spaces between its parts. */
export function isFilter(text: string): boolean {
  let at = 0;
  const readFilter = (depth: number): boolean => {
    if (text[at] !== '(' || depth > mostDepth) return false;
    at++;
    const isNot = text[at] === '!';
    if (isNot || text[at] === '&' || text[at] === '|') {
      at++;
      let n = 0;
      for (; text[at] === '('; n++) if (!readFilter(depth + 1)) return false;
      if (isNot ? n !== 1 : n === 0) return false;
    } else {
      const start = at;
      while (at < text.length && text[at] !== '(' && text[at] !== ')') at++;
      if (!item.test(text.slice(start, at))) return false;
    }
    return text[at++] === ')';
  };
  return readFilter(0) && at === text.length && isReadable(text);
}

/** By the parser that SmartSync uses, too. */
function isReadable(text: string): boolean {
  try {
    FilterParser.parseString(text);
    return true;
  } catch {
    return false;
  }
}

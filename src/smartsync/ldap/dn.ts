import { Refused } from './failure.ts';

/** Names of RFC 4514 as lists of relative names, each a list of attribute and value. */
type RelativeName = { type: string; value: string }[];

/** A value of a relative name (RFC 4514 §2.4). Control characters by their bytes: directories differ in what they read otherwise. */
export const escapeDnValue = (value: string): string =>
  value
    .replace(/[\\",+;<>=]/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');

/** @throws Refused `invalid-value` for what is no name */
export function parseDn(dn: string): RelativeName[] {
  const names: RelativeName[] = [];
  const fail = (): never => {
    throw new Refused('invalid-value', `${dn} is not a distinguished name`);
  };
  if (dn.trim() === '') return names;
  for (let at = 0, isSameName = false; ; at++) {
    const type = /^\s*([A-Za-z][\w-]*|\d+(?:\.\d+)*)\s*=\s*/.exec(dn.slice(at)) ?? fail();
    at += type[0].length;
    const bytes: Buffer[] = [];
    let kept = 0;
    while (at < dn.length && !',+;'.includes(dn[at]!)) {
      const escaped = /^\\(?:([\da-f]{2})|(.))/isu.exec(dn.slice(at, at + 4));
      if (dn[at] === '\\' && !escaped) fail();
      const character = escaped?.[2] ?? String.fromCodePoint(dn.codePointAt(at)!);
      bytes.push(escaped?.[1] ? Buffer.from(escaped[1], 'hex') : Buffer.from(character));
      if (escaped || character !== ' ') kept = bytes.length;
      at += escaped ? escaped[0].length : character.length;
    }
    const one = { type: type[1]!.toLowerCase(), value: Buffer.concat(bytes.slice(0, kept)).toString() };
    if (isSameName) names.at(-1)!.push(one);
    else names.push([one]);
    if (at >= dn.length) return names;
    isSameName = dn[at] === '+';
  }
}

const relativeKey = (name: RelativeName): string =>
  name
    .map(({ type, value }) => `${type}=${value.toLowerCase().replace(/\s+/g, ' ')}`)
    .sort()
    .join('+');

/** Equal for two ways to write one name, to compare within the agent: what the server keeps is compared by a key of its own. */
export const nameKey = (dn: string): string => parseDn(dn).map(relativeKey).join('\n');

/** Whether it is the base or below it. */
export function isWithin(dn: string, base: string): boolean {
  const [key, baseKey] = [nameKey(dn), nameKey(base)];
  return key === baseKey || baseKey === '' || key.endsWith(`\n${baseKey}`);
}

/** ad.example.com of …,DC=ad,DC=example,DC=com (RFC 2247), or undefined. */
export function domainOf(dn: string): string | undefined {
  try {
    const parts = parseDn(dn).flatMap((name) => (name[0]?.type === 'dc' ? [name[0].value] : []));
    return parts.length > 0 ? parts.join('.').toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** A key as PEM or JWK has it, a password with its name or in an address, and what is too long and too mixed for a word or a name. */
export const looksSecret = (text: string): boolean =>
  /-----BEGIN|\/\/[^/\s]*@|(password|secret|token)\w*["']?\s*[:=]/i.test(text) ||
  (text.match(/[\w+/=-]{20,}/g) ?? []).some((run) => /\d/.test(run) && /\p{L}/u.test(run));

const named = /^(.*?(?:password|secret|token|credential)\w*)["']?\s*[:=\s].*$/is;

/** As our own keys are, such as acceptInclusiveC14nUntil. */
const word = /^[a-z][a-z]*\d{0,2}[a-z]*$/i;

/** A key as it may be shown. Where a colon or its space was forgotten, the value is a part of the key: what follows the name is left out. */
export function showKey(key: string): string {
  const [, name] = named.exec(key) ?? [];
  if (name !== undefined) return `${name}…`;
  return looksSecret(key) && !word.test(key) ? '…' : key;
}

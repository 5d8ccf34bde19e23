const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const firstOf = (word: string, count = 1): string =>
  [...graphemes.segment(word)]
    .slice(0, count)
    .map(({ segment }) => segment)
    .join('');

/** Scripts whose letters stand for themselves beside each other; of others one character is enough. */
const isAlphabetic = (text: string): boolean => /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{M}]+$/u.test(text);

/** Of a person: the first letters of the first and of the last name, or of the only one. @returns '' for no name */
export function personInitials({ firstName, lastName }: { firstName: string; lastName: string }): string {
  const [first = '', last = ''] = [firstName, lastName.split(/\s+/).at(-1)!].filter(Boolean).map((name) => firstOf(name));
  return (isAlphabetic(first + last) ? first + last : first || last).toLocaleUpperCase();
}

/** Of an application: the first letters of two words, or the first two of one, so that many of one letter differ. */
export function nameInitials(name: string): string {
  const words = name.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [name.trim()];
  const [first = '', second] = words;
  if (!isAlphabetic(firstOf(first))) return firstOf(first);
  return second && isAlphabetic(firstOf(second))
    ? (firstOf(first) + firstOf(second)).toLocaleUpperCase()
    : firstOf(first).toLocaleUpperCase() + firstOf(first, 2).slice(firstOf(first).length).toLocaleLowerCase();
}

/** How many classes `tone-0` … the style sheet has. */
export const tones = 12;

/** The colour of whom or what has this id: the same on every page and every server. */
export function toneOf(id: string): number {
  // FNV-1a, 32 bits
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return (hash >>> 0) % tones;
}

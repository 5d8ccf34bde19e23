/** A text with everything that a reader could take for something else written as an escape: other scripts, invisible characters, white space. */
export const showEscapes = (text: string): string =>
  text.replace(/[^\x21-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

// Letters of other scripts that look like ours (Unicode TR39, the ones of names and addresses).
const lookAlikes: Record<string, string> = Object.fromEntries(
  [...'аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwкkмmтtвbнhгrпnαaοoρpνvιiκkτtχxυuεeηnγyıi'.matchAll(/(.)(.)/gu)].map(([, theirs, ours]) => [
    theirs!,
    ours!,
  ]),
);

/** What is left of a name for the eye: no case, no invisible characters or white space, no accents, one script, no slash at the end. */
function skeletonOf(name: string): string {
  const letters = name
    .slice(0, 1024)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{C}\p{Z}\p{M}]/gu, '');
  return [...letters]
    .map((letter) => lookAlikes[letter] ?? letter)
    .join('')
    .replace(/\/+$/, '');
}

/** Equal, but for one character that is added, missing or another. */
function isOneEditApart(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let begin = 0;
  while (begin < one.length && one[begin] === other[begin]) begin++;
  let end = 0;
  const most = Math.min(one.length, other.length) - begin;
  while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  return Math.max(one.length, other.length) - begin - end <= 1;
}

/**
 * Finds the registered name that an unknown one resembles, to help people compare them; nothing is decided by it. Registered names are prepared once.
 * @returns the name itself when it is registered
 */
export function nameFinder(registered: readonly string[]): (name: string) => string | undefined {
  const names = new Set(registered);
  const bySkeleton = new Map(registered.map((name) => [skeletonOf(name), name]));
  return (name) => {
    if (names.has(name)) return name;
    const skeleton = skeletonOf(name);
    if (skeleton === '') return undefined;
    const near = () => [...bySkeleton].find(([other]) => isOneEditApart(skeleton, other))?.[1];
    return bySkeleton.get(skeleton) ?? near();
  };
}

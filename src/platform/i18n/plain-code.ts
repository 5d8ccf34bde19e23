const digit = /\p{Nd}/u;

/** Of a digit of any script: they stand in tens that begin with their zero, some of them side by side. */
function asciiDigit(one: string): string {
  let before = 0;
  while (digit.test(String.fromCodePoint(one.codePointAt(0)! - before - 1))) before++;
  return String(before % 10);
}

/**
 * A code as it was meant: people type its digits in their own script, or wide, in groups with spaces or hyphens between them, and copy what is not seen around it.
 * @returns capitals and ASCII digits, and whatever else was typed that is none of these
 */
export const plainCode = (typed: string): string =>
  typed
    .slice(0, 200)
    .normalize('NFKC')
    .replace(/[\s\p{Z}\p{C}\p{Pd}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/(?![0-9])\p{Nd}/gu, asciiDigit)
    .toUpperCase();

/** A line of one side, or how many follow that are on both sides. */
export type Line = { text: string; differs: boolean } | { same: number };

/** Shown beside each line that differs, so that one sees where it stands. */
const around = 1;

/**
 * Two long values, line by line, each with what the other does not have. Values of one line have nothing to compare.
 * Lines that only stand in another order differ where they stand.
 */
export function compareLines(theirs: string, mine: string): { theirs: Line[]; mine: Line[] } | undefined {
  const [left, right] = [theirs.split('\n'), mine.split('\n')];
  if (left.length === 1 && right.length === 1) return undefined;
  const onlyLeft = notIn(left, right);
  const onlyRight = notIn(right, left);
  const isOrder = !onlyLeft.includes(true) && !onlyRight.includes(true);
  const marksOf = (lines: string[], others: string[], marks: boolean[]) => (isOrder ? lines.map((line, i) => line !== others[i]) : marks);
  return { theirs: fold(left, marksOf(left, right, onlyLeft)), mine: fold(right, marksOf(right, left, onlyRight)) };
}

/** Of each line whether the others have it no more. */
function notIn(lines: string[], others: string[]): boolean[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.map((line) => {
    const n = left.get(line) ?? 0;
    left.set(line, n - 1);
    return n <= 0;
  });
}

function fold(lines: string[], marks: boolean[]): Line[] {
  const folded: Line[] = [];
  const isNear = (at: number) => marks.slice(Math.max(0, at - around), at + around + 1).includes(true);
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && !isNear(end)) end++;
    // one line takes no more room than the words in its place
    if (end - at > 1) folded.push({ same: end - at });
    else if (end > at) folded.push({ text: lines[at]!, differs: false });
    at = end;
    if (at < lines.length) folded.push({ text: lines[at]!, differs: marks[at]! });
    at++;
  }
  return folded;
}

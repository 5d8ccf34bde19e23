/** How many letters differ (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) next.push(Math.min(row[j]! + (letter === other[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[other.length]!;
}

const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The name that somebody who wrote this may have meant, `redirectUri` for `redirect_uris`. @returns undefined where none is near */
export function closestOf(names: readonly string[], written: string): string | undefined {
  const wanted = folded(written).slice(0, 100);
  const [best] = names.map((name) => ({ name, far: distance(folded(name), wanted) })).toSorted((a, b) => a.far - b.far);
  return best && best.far <= Math.min(2, Math.floor(wanted.length / 2.5)) ? best.name : undefined;
}

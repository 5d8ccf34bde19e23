// Which files of tests a run has, and in which order.
import { existsSync, globSync } from 'node:fs';

/** What takes long begins first, so that it does not end alone. Coarse: the others take seconds. */
const longest = [
  'browser/pages',
  'journeys/guessing',
  'journeys/kill',
  'journeys/schedule',
  'journeys/promotion-kill',
  'journeys/command-line',
  'browser/directory-stories',
  'journeys/directory-agents',
  'journeys/administration',
  'journeys/life-cycle',
  'browser/people-and-groups',
  'browser/sign-in-pages',
  'browser/journeys',
  'faults/store',
  'conformance/conformance',
  'journeys/server',
  'journeys/directory-harm',
  'journeys/directory-domain',
  'platform/saml/metadata-fuzz',
  'platform/saml/fuzz',
  'web/sign-in/enumeration',
  'web/saml/rollover',
  'domain/administration/configuration/generated-companies',
].map((name) => `${name}.test.ts`);

const ending = '.test.ts';
const allFiles = (root: string): string[] =>
  globSync(`**/*${ending}`, { cwd: root, exclude: (name) => name === 'node_modules' })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();

/** Names of folders and files, by which a word chooses. */
const namesOf = (files: string[]): string[] => [...new Set(files.flatMap((file) => file.slice(0, -ending.length).split('/')))].sort();

/** A word is a path, as `domain/people` or `test/web/saml/metadata.test.ts`, or the name of a folder or a file wherever it is, as `users` or `people/users`. */
function filesOf(word: string, files: string[], root: string): string[] {
  const path = word.replace(/^(\.\/)?test\//, '').replace(/\/$/, '');
  if (existsSync(root + path)) return files.filter((file) => file === path || file.startsWith(`${path}/`));
  const isNamed = (file: string) => `/${file.slice(0, -ending.length)}/`.includes(`/${path}/`);
  return files.filter(isNamed);
}

export type Choice = { files: string[] } | { unknown: string; similar: string[]; names: string[] };

/**
 * @param words none for everything
 * @param order folders of `root`, in the order in which they come where nothing says that a file takes long
 * @returns the files in the order in which they begin, or the word that chooses none
 */
export function chooseFiles(words: string[], order: string[], root: string): Choice {
  const files = allFiles(root);
  const chosen = new Set<string>();
  for (const word of words.length > 0 ? words : order) {
    const found = filesOf(word, files, root);
    if (found.length === 0) {
      const names = namesOf(files);
      return { unknown: word, similar: names.filter((name) => name.includes(word) || word.includes(name)), names };
    }
    for (const file of found) chosen.add(file);
  }
  // checks are quick to say no; then come those that take long, and at last the many short ones, which fill the gaps
  const rank = (file: string): number => {
    if (file.startsWith('checks/')) return 0;
    const place = longest.indexOf(file);
    return place >= 0 ? 1 + place : 1 + longest.length + order.indexOf(file.split('/')[0]!);
  };
  return { files: [...chosen].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1)) };
}

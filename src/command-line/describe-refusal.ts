import type { StateError, StateFault } from '../domain/administration/configuration/index.ts';
import { terminalWords } from './own-words.ts';

const most = 100;
const longest = 500;

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text);

type Told = Pick<StateFault, 'path' | 'of' | 'message' | 'found'>;

/** What is wrong with a file: the first hundred faults, and how many more there are. `more` is missing where that is all. */
export function describeFaults({ faults }: StateError): { lines: string[]; details: { faults: Told[]; more?: number } } {
  const t = terminalWords();
  const told = faults.slice(0, most).map(({ path, of, message, params, found }): Told => {
    const sentence = /^(fields|errors)\./.test(message) ? t(message, params) : message;
    return { path: cut(path), of, message: cut(sentence), found };
  });
  const more = faults.length - told.length;
  const lines = told.map(({ path, of, message, found }) =>
    [`  ${path}: ${message}`, ...(found === undefined ? [] : [`Found: ${found}`]), ...(of ? [`(in ${of})`] : [])].join(' '),
  );
  return {
    lines: more > 0 ? [...lines, `  … and ${more} more.`] : lines,
    details: { faults: told, ...(more > 0 ? { more } : {}) },
  };
}

import type { StateError, StateFault } from '../domain/administration/configuration/index.ts';
import { terminalWords } from './own-words.ts';

const most = 100;
const longest = 500;

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text);

/** What is refused because no administrator would get in afterwards, and can be written nevertheless. */
const lockOuts = [
  'group_networks_lock_out',
  'group_hours_lock_out',
  'group_factors_lock_out',
  'role_locks_out',
  'address_without_way_in',
].map((code) => `errors.${code}`);
const acceptHint = '  If you know that an administrator can still sign in, confirm with --accept-lockout.';

type Told = Pick<StateFault, 'path' | 'of' | 'message' | 'found'>;

/** What is wrong with a file: the first hundred faults, and how many more there are. `more` is missing where that is all. */
export function describeFaults({ faults }: StateError): { lines: string[]; details: { faults: Told[]; more?: number } } {
  const t = terminalWords();
  const told = faults.slice(0, most).map(({ path, of, message, params, found }): Told => {
    const sentence = /^(fields|errors)\./.test(message) ? t(message, params) : message;
    return { path: cut(path), of, message: cut(sentence), found };
  });
  const more = faults.length - told.length;
  const isLockOut = faults.some(({ message }) => lockOuts.includes(message));
  const lines = told.map(({ path, of, message, found }) =>
    [`  ${path}: ${message}`, ...(found === undefined ? [] : [`Found: ${found}`]), ...(of ? [`(in ${of})`] : [])].join(' '),
  );
  return {
    lines: [...lines, ...(more > 0 ? [`  … and ${more} more.`] : []), ...(isLockOut ? [acceptHint] : [])],
    details: { faults: told, ...(more > 0 ? { more } : {}) },
  };
}

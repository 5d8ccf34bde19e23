import { domainToASCII, domainToUnicode } from 'node:url';
import { escapeLike } from '../../../platform/database/index.ts';

/** NFKC and case folding, so that an account cannot be doubled, nor its attempts counted twice, by writing its name another way. */
const fold = (value: string): string => value.normalize('NFKC').replaceAll('ẞ', 'ss').toUpperCase().toLowerCase().normalize('NFKC').trim();

const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;

/**
 * The compared form of what somebody signs in with. What is copied with a name and not seen counts for nothing, nor do the joiners that some scripts are written with. Nor does the dot that
 * Turkish capitals leave on an i. One key is one account, whatever was typed: nothing is looked for under two.
 */
const loginFold = (value: string): string => fold(value.replace(unseen, '')).replace(/(?<=\p{Soft_Dotted}\p{M}{0,4})\u0307/gu, '');

export const usernameKey = loginFold;

/** A mailbox is one whether its domain is written in Unicode or as xn-- (RFC 5890 §2.3.2.4), and another where only the letters look alike. */
export function emailKey(address: string): string {
  const folded = loginFold(address);
  // as it came: folding would make one domain of straße and strasse
  const raw = address.replace(unseen, '').normalize('NFKC').trim();
  const domain = raw.slice(raw.lastIndexOf('@') + 1).replaceAll('。', '.');
  if (!/[^\0-\x7f]|xn--/i.test(domain)) return folded.replaceAll('。', '.');
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return folded;
  const unicode = domainToUnicode(domainToASCII(domain.replaceAll('İ', 'i')));
  return unicode === '' ? folded : folded.slice(0, folded.lastIndexOf('@') + 1) + unicode;
}

/** Where what somebody typed is to be found: a username never holds '@', so the two cannot meet. */
export function loginKey(login: string): { column: 'email_key' | 'username_key'; key: string } {
  const key = usernameKey(login);
  return key.includes('@') ? { column: 'email_key', key: emailKey(login) } : { column: 'username_key', key };
}

/**
 * The key of an account that, before two of these forms were one, was made beside the one that has the key now. It is found by its own spelling alone; a key of today never
 * begins with a space.
 */
const olderKey = (login: string): string => ` ${fold(login)}`;

/** What the one account that this stands for has in the column: who has the first value comes before who has the second. */
export function byLogin(login: string): { column: 'email_key' | 'username_key'; values: string[] } {
  const { column, key } = loginKey(login);
  return { column, values: [olderKey(login), key] };
}

/** For ordering, and for comparing names that people give to things: accents and case do not matter. */
export const nameKey = (value: string): string => fold(value.normalize('NFD').replace(/\p{M}/gu, '')).replace(/\s+/g, ' ');

/** Letters that are others with a stroke or two in one, where no accent can be taken off. */
const plainLetters: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th' };

// as keyboards and word processors have them: apostrophes, quotes, hyphens
const signs: [RegExp, string][] = [
  [/['‘’‚‛ʹʻʼʽ′´`ˈ]/g, "'"],
  [/["“”„‟″]/g, '"'],
  [/[-‐‑‒–—―−]/g, '-'],
];

const plainSigns = (value: string): string => signs.reduce((text, [kind, plain]) => text.replace(kind, plain), value.replace(unseen, ''));

/** For searching people: besides accents and case, it does not matter which apostrophe, quote or hyphen a keyboard has, nor what is not seen. */
export const searchKey = (value: string): string => nameKey(plainSigns(value)).replace(/[øłđðħŧæœþ]/g, (letter) => plainLetters[letter]!);

/** A LIKE pattern for the same among names of things, whose `nameKey` is theirs alone: any sign may stand where one of these does. */
export const searchPattern = (text: string): string => `%${escapeLike(nameKey(plainSigns(text))).replace(/['"-]/g, '_')}%`;

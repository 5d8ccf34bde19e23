import { readFileSync } from 'node:fs';
import type { locales } from '../../src/platform/i18n/index.ts';

type Locale = (typeof locales)[number];

/** A row of docs/glossary.md: the forms of one term by language, and the words that are not it. */
export type Term = { field: string; name: string; forms: Record<Locale, string[]>; not: { locale: Locale; word: string }[] };

/** A row of the table of exceptions. */
export type Exception = { key: string; term: string; reason: string };

const page = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
const rowsOf = (columns: number): string[][] =>
  page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === columns + 2 && !/^(-+|Field|Text)$/.test(cells[1]!))
    .map((cells) => cells.slice(1, -1));
const formsOf = (cell: string): string[] =>
  cell
    .split(';')
    .map((form) => form.trim())
    .filter((form) => form !== '');

const languages: Record<string, Locale> = { en: 'en', es: 'es', pt: 'pt-BR' };

export const terms: Term[] = rowsOf(5).map(([field = '', en = '', es = '', pt = '', not = '']) => ({
  field,
  name: formsOf(en)[0]!,
  forms: { en: formsOf(en), es: formsOf(es), 'pt-BR': formsOf(pt) },
  not: formsOf(not).flatMap((list) => {
    const [language = '', words = ''] = list.split(/:(.*)/);
    return words.split(',').map((word) => ({ locale: languages[language]!, word: word.trim() }));
  }),
}));

export const exceptions: Exception[] = rowsOf(3).map(([key = '', term = '', reason = '']) => ({
  key: key.replaceAll('`', ''),
  term,
  reason,
}));

/** As words are compared: without capitals, accents, placeholders, and what programs write, such as addresses. */
export const comparable = (text: string): string =>
  text
    .replace(/\{[^}]*\}+/g, ' ')
    .split(/\s+/)
    .filter((word) => !/[\p{L}\d][._/:@=\\]+[\p{L}\d]|^---/u.test(word))
    .join(' ')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

/** An article or a possessive may stand inside a term: “cierre su sesión”. */
const between = '(?:\\s+(?:se|la|el|su|sus|las|los|esa|os?|as?|suas?|seus?))?\\s+';
const endings: Record<Locale, RegExp> = {
  en: /(y|ies|e?s|)$/,
  es: /(es|os|as|s|o|a|e|)$/,
  'pt-BR': /(ao|oes|aes|ais|al|eis|el|es|os|as|s|o|a|e|)$/,
};

function wordPattern(word: string, locale: Locale): string {
  const plain = comparable(word).replace(/[?.¿]/g, '\\$&');
  if (plain.endsWith('*')) return `${plain.slice(0, -1)}\\w*`;
  if (plain.length <= 3) return `${plain}(?:e?s)?`;
  if (locale === 'en') return plain.endsWith('y') ? `${plain.slice(0, -1)}(?:y|ies)` : `${plain}(?:e?s)?`;
  return `${plain.replace(endings[locale], '')}\\w{0,4}`;
}

/** “revogue-o”: a pronoun may follow a Portuguese verb. */
const after = (locale: Locale): string => (locale === 'pt-BR' ? '(?!\\w)' : '(?![\\w-])');

const made = new Map<string, RegExp>();

/** Finds a form of a term in a comparable text. */
export function formPattern(form: string, locale: Locale): RegExp {
  const id = `${locale} ${form}`;
  const words = form.split(' ').map((word) => wordPattern(word, locale));
  const pattern = made.get(id) ?? new RegExp(`(?<![\\w-])${words.join(locale === 'en' ? '\\s+' : between)}${after(locale)}`, 'g');
  made.set(id, pattern);
  return pattern;
}

const exact = (word: string): RegExp =>
  new RegExp(`(?<![\\w-])${comparable(word).replace(/[?.¿]/g, '\\$&').replace('*', '\\w*')}(?![\\w-])`);

const longestFirst = terms
  .flatMap((term) => term.forms.en.map((form) => ({ form, term })))
  .sort((one, other) => other.form.length - one.form.length);

/** The terms that an English text uses; a longer one hides those within it. */
export function termsIn(english: string): Term[] {
  let rest = comparable(english);
  const found = new Set<Term>();
  for (const { form, term } of longestFirst) {
    const without = rest.replace(formPattern(form, 'en'), ' ');
    if (without !== rest) found.add(term);
    rest = without;
  }
  return [...found];
}

/** Whether a text has one of the forms of a term. */
export const has = (text: string, term: Term, locale: Locale): boolean =>
  term.forms[locale].some((form) => comparable(text).search(formPattern(form, locale)) >= 0);

/** The words of a text that the glossary does not want; what belongs to a term of several words is not one. */
export function unwanted(text: string, locale: Locale): string[] {
  const plain = comparable(text);
  const words = terms.flatMap(({ not }) => not.filter((one) => one.locale === locale).map(({ word }) => word));
  const found = words.filter((word) => exact(word).test(plain));
  if (found.length === 0) return [];
  const forms = terms.flatMap((term) => term.forms[locale]).filter((form) => form.includes(' '));
  const rest = forms.reduce((left, form) => left.replace(formPattern(form, locale), ' '), plain);
  return found.filter((word) => exact(word).test(rest));
}

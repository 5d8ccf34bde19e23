// Owns: the three languages, their messages, choosing one for a request; codes as people of any script type them. Does not: know which page asks.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInstance } from 'i18next';

export { plainCode } from './plain-code.ts';

export const locales = ['en', 'es', 'pt-BR'] as const;
export type Locale = (typeof locales)[number];
export type Translate = (key: string, params?: Record<string, unknown>) => string;

export type I18n = {
  for(locale: Locale): Translate;
  exists(key: string): boolean;
};

export const isLocale = (value: unknown): value is Locale => locales.includes(value as Locale);

type Texts = { [key: string]: string | Texts };

/** `{ a: { b: 'text' } }` is the key `a.b`. */
const flatten = (texts: Texts, prefix = ''): [string, string][] =>
  Object.entries(texts).flatMap(([name, inner]) =>
    typeof inner === 'string' ? [[prefix + name, inner] as [string, string]] : flatten(inner, `${prefix}${name}.`),
  );

/** The texts of one language from every `texts.<locale>.json` in `folder` and the folders below it. @throws Error when two files define the same key */
function readTexts(folder: URL, locale: Locale): Record<string, string> {
  const found = new Map<string, { file: string; text: string }>();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => basename(file) === `texts.${locale}.json`);
  for (const file of files.sort())
    for (const [key, text] of flatten(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))) {
      const other = found.get(key);
      if (other) throw new Error(`The text ${key} is defined in ${other.file} and in ${file}`);
      found.set(key, { file, text });
    }
  return Object.fromEntries([...found].map(([key, { text }]) => [key, text]));
}

/** Reads the texts once. @param folder ends with a slash. A key that is missing comes back as itself: the tests find those. */
export function createI18n(folder: URL): I18n {
  const i18n = createInstance();
  const resources = Object.fromEntries(locales.map((locale) => [locale, { translation: readTexts(folder, locale) }]));
  i18n.init({
    resources,
    keySeparator: false,
    fallbackLng: false,
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  const translators = new Map(locales.map((locale) => [locale, i18n.getFixedT(locale) as unknown as Translate]));
  return { for: (locale) => translators.get(locale)!, exists: (key) => i18n.exists(key, { lng: 'en' }) };
}

type Wish = { tag: string; quality: number };

/** The language ranges of the header (RFC 9110 §12.4.2, §12.5.4), in its order. `pt_BR`, as operating systems write it, is taken, too. */
const readWishes = (header: string): Wish[] =>
  header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      const weight = parameters.map((one) => /^q\s*=\s*([\d.]+)$/i.exec(one)?.[1]).find(Boolean);
      return { tag: tag.toLowerCase().replaceAll('_', '-'), quality: weight === undefined ? 1 : Math.min(1, Number(weight) || 0) };
    })
    .filter(({ tag }) => tag !== '');

/**
 * What the header says of one of our languages: by its name, by one that it is a kind of (`pt` of pt-BR), or by another kind of the same (`pt-PT`). `*` speaks for
 * those of which it says nothing else. A quality of 0 excludes.
 */
function wishFor(locale: Locale, wishes: Wish[]): Wish | undefined {
  const own = locale.toLowerCase();
  const primary = own.split('-')[0]!;
  const named = wishes.find(({ tag }) => tag === own) ?? wishes.find(({ tag }) => tag === primary);
  if (named?.quality === 0) return undefined;
  const related = wishes.filter(({ tag, quality }) => tag.split('-')[0] === primary && quality > 0);
  const [best] = related.toSorted((a, b) => b.quality - a.quality);
  return best ?? wishes.find(({ tag, quality }) => tag === '*' && quality > 0);
}

/** The best of our languages for an Accept-Language header: by quality, then by their order in it. `fallback` where it names none, or any would do. */
export function negotiateLocale(header: string | undefined, fallback: Locale = 'en'): Locale {
  const wishes = readWishes(header ?? '');
  const [best] = [fallback, ...locales.filter((locale) => locale !== fallback)]
    .map((locale) => ({ locale, wish: wishFor(locale, wishes) }))
    .filter((one): one is { locale: Locale; wish: Wish } => one.wish !== undefined)
    .sort((a, b) => b.wish.quality - a.wish.quality || wishes.indexOf(a.wish) - wishes.indexOf(b.wish));
  return best?.locale ?? fallback;
}

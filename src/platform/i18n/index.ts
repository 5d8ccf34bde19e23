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

/**
 * The texts of one language from every `texts.<locale>.json` in `folder` and the folders below it.
 * @throws Error when two files define the same key
 */
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

/** The best of our languages for an Accept-Language header (RFC 9110 §12.5.4): by quality, then by primary language. */
export function negotiateLocale(header: string | undefined, fallback: Locale = 'en'): Locale {
  const wanted = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const quality = rest.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find(Boolean);
      return { tag: tag.toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => tag && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) {
    const found =
      locales.find((locale) => locale.toLowerCase() === tag) ??
      locales.find((locale) => locale.toLowerCase().split('-')[0] === tag.split('-')[0]);
    if (found) return found;
  }
  return fallback;
}

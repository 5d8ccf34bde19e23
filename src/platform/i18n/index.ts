// Owns: the three languages, their messages, choosing one for a request; codes as people of any script type them. Does not: know which page asks.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInstance, type FormatterModule } from 'i18next';
import { type Locale, locales } from './negotiate.ts';

export { isLocale, type Locale, locales, negotiateLocale } from './negotiate.ts';
export { plainCode } from './plain-code.ts';

export type Translate = (key: string, params?: Record<string, unknown>) => string;

export type I18n = {
  for(locale: Locale): Translate;
  exists(key: string): boolean;
};

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

const numbers = Object.fromEntries(locales.map((locale) => [locale, new Intl.NumberFormat(locale)]));
/** Writes a number to fill in as its language does. */
const formatter: FormatterModule = {
  type: 'formatter',
  init: () => {},
  add: () => {},
  addCached: () => {},
  format: (value, _name, locale) => (typeof value === 'number' ? numbers[locale!]!.format(value) : value),
};

/** Reads the texts once. @param folder ends with a slash. A key that is missing comes back as itself: the tests find those. */
export function createI18n(folder: URL): I18n {
  const i18n = createInstance().use(formatter);
  const resources = Object.fromEntries(locales.map((locale) => [locale, { translation: readTexts(folder, locale) }]));
  i18n.init({
    resources,
    keySeparator: false,
    fallbackLng: false,
    initAsync: false,
    interpolation: { escapeValue: false, alwaysFormat: true },
    returnNull: false,
  });
  const translators = new Map(
    locales.map((locale) => [locale, translator(i18n.getFixedT(locale) as unknown as Translate, resources[locale]!.translation)]),
  );
  return { for: (locale) => translators.get(locale)!, exists: (key) => i18n.exists(key, { lng: 'en' }) };
}

/** Texts with nothing to fill in come from a map: the library searches each of them for parameters, 2 µs a text, and a page has hundreds. */
function translator(translate: Translate, texts: Record<string, string>): Translate {
  const fixed = new Map(Object.entries(texts).filter(([, text]) => !/\{\{|\$t\(/.test(text)));
  return (key, params) => (params === undefined ? fixed.get(key) : undefined) ?? translate(key, params);
}

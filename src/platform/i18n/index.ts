// Owns: the three languages, their messages, choosing one for a request. Does not: know which page asks.
import { readFileSync } from 'node:fs';
import { createInstance } from 'i18next';

export const locales = ['en', 'es', 'pt-BR'] as const;
export type Locale = (typeof locales)[number];
export type Translate = (key: string, params?: Record<string, unknown>) => string;

export type I18n = {
  for(locale: Locale): Translate;
  exists(key: string): boolean;
};

export const isLocale = (value: unknown): value is Locale => locales.includes(value as Locale);

/** Reads views/locales/*.json once. A key that is missing comes back as itself: the tests find those. */
export function createI18n(folder: URL): I18n {
  const i18n = createInstance();
  const resources = Object.fromEntries(
    locales.map((locale) => [locale, { translation: JSON.parse(readFileSync(new URL(`${locale}.json`, folder), 'utf8')) }]),
  );
  i18n.init({ resources, fallbackLng: false, initAsync: false, interpolation: { escapeValue: false }, returnNull: false });
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

export const locales = ['en', 'es', 'pt-BR'] as const;
export type Locale = (typeof locales)[number];

export const isLocale = (value: unknown): value is Locale => locales.includes(value as Locale);

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

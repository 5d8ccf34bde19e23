// Owns: the words of SmartSync in three languages. Does not: choose a language.
import type { Locale, Translate } from '../../platform/i18n/index.ts';
import en from './texts.en.json' with { type: 'json' };
import es from './texts.es.json' with { type: 'json' };
import ptBr from './texts.pt-BR.json' with { type: 'json' };

type Texts = { [key: string]: string | Texts };

const flatten = (texts: Texts, prefix = ''): [string, string][] =>
  Object.entries(texts).flatMap(([name, inner]) =>
    typeof inner === 'string' ? [[prefix + name, inner] as [string, string]] : flatten(inner, `${prefix}${name}.`),
  );

const byLocale: Record<Locale, Map<string, string>> = {
  en: new Map(flatten(en)),
  es: new Map(flatten(es)),
  'pt-BR': new Map(flatten(ptBr)),
};

/** A key that is missing comes back as itself: the tests find those. */
export const translator =
  (locale: Locale): Translate =>
  (key, params = {}) =>
    (byLocale[locale].get(key) ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? ''));

/** What a fault of the connection to the server means, and what to do. */
export const linkFaultKey = (fault: string): string => `smartsync.link_faults.${fault.replaceAll('-', '_')}`;

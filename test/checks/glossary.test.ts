import { expect } from 'chai';
import { locales } from '../../src/platform/i18n/index.ts';
import { exceptions, has, terms, termsIn, unwanted } from './glossary.ts';
import { folders, textsOf } from './texts.ts';

const texts = locales.map((locale) => [locale, new Map(folders.flatMap((folder) => [...textsOf(folder, locale)]))] as const);
const english = new Map(texts)!.get('en')!;

/** `key: term in locale` of each text that says a term of its English otherwise. */
const deviations = texts
  .filter(([locale]) => locale !== 'en')
  .flatMap(([locale, translated]) =>
    [...english].flatMap(([key, text]) =>
      termsIn(text)
        .filter((term) => !has(translated.get(key) ?? '', term, locale))
        .map((term) => ({ key, term: term.name, locale, said: translated.get(key) })),
    ),
  );
const isExcepted = ({ key, term }: { key: string; term: string }) => exceptions.some((one) => one.key === key && one.term === term);

describe('glossary', () => {
  it('is a sorted table of terms in three languages, each once', () => {
    expect(terms.length).to.be.greaterThan(110);
    for (const { name, forms } of terms)
      for (const locale of locales) expect(forms[locale].length, `${name} in ${locale}`).to.be.greaterThan(0);
    const order = [...new Set(terms.map(({ field }) => field))];
    const rank = ({ field, name }: { field: string; name: string }) =>
      `${String.fromCharCode(65 + order.indexOf(field))} ${name.toLowerCase()}`;
    const ranks = terms.map(rank);
    expect(ranks).to.deep.equal([...new Set(ranks)].sort());
    expect(terms.flatMap(({ not }) => not).filter(({ locale }) => !locale)).to.deep.equal([]);
  });

  it('finds a term in its forms, and the longer one of two', () => {
    expect(termsIn('Generate a client secret before you sign in.').map(({ name }) => name)).to.have.members([
      'client secret',
      'generate',
      'sign in',
    ]);
    const signOut = terms.find(({ name }) => name === 'sign out')!;
    for (const said of ['Cierre su sesión.', 'se cerró la sesión', 'cierres de sesión'])
      expect(has(said, signOut, 'es'), said).to.equal(true);
    expect(has('Termine su sesión.', signOut, 'es')).to.equal(false);
    expect(unwanted('Ein tenant, and the app of an authenticator app', 'en')).to.have.members(['tenant', 'app']);
    expect(unwanted('an authenticator app at https://app.example.com', 'en')).to.deep.equal([]);
  });

  for (const [locale, said] of texts)
    it(`no text in ${locale} uses a word that is not the term`, () => {
      expect([...said].map(([key, text]) => [key, ...unwanted(text, locale)]).filter(({ length }) => length > 1)).to.deep.equal([]);
    });

  it('what the English calls by a term is called by it in Spanish and Portuguese', () => {
    expect(deviations.filter((one) => !isExcepted(one)).map((one) => Object.values(one).join(' | '))).to.deep.equal([]);
  });

  it('every exception is needed, and has a reason', () => {
    expect(
      exceptions.filter((one) => !one.reason || !deviations.some(({ key, term }) => key === one.key && term === one.term)),
    ).to.deep.equal([]);
    expect(exceptions.length).to.be.lessThan(20);
  });
});

import { expect } from 'chai';
import { negotiateLocale } from '../../../src/platform/i18n/index.ts';

describe('platform/i18n', () => {
  it('chooses a language by quality, then by its primary tag', () => {
    const cases: [string | undefined, string][] = [
      ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'],
      ['pt-PT', 'pt-BR'],
      ['de,es;q=0.5', 'es'],
      ['en;q=0.1,es-AR;q=0.9', 'es'],
      ['de', 'en'],
      [undefined, 'en'],
      ['es;q=0', 'en'],
      [',;q=x,,', 'en'],
      ['', 'en'],
    ];
    for (const [header, locale] of cases) expect(negotiateLocale(header), String(header)).to.equal(locale);
  });

  it('reads weights as RFC 9110 §12.4.2 writes them, and a little more', () => {
    const cases: [string, string][] = [
      ['es ;q=0.9, en;q=0.1', 'es'],
      ['es; q=0.9 , en ; q=0.1', 'es'],
      ['es\t;\tq=0.9,en;q=0.1', 'es'],
      ['pt;Q=0.1,es;q=0.9', 'es'],
      ['en ; Q=0.2 ,pt-BR; Q=0.8', 'pt-BR'],
      ['en;q=0.500,es;q=0.501', 'es'],
      ['en;level=1;q=0.1, es;level=2;q=0.2', 'es'],
      ['pt_BR', 'pt-BR'],
      ['pt_PT;q=0.9,en;q=0.5', 'pt-BR'],
      ['ES-ar', 'es'],
      ['es-AR,es;q=0.5,en;q=0.8', 'es'],
      ['de,pt-BR-x-private;q=0.4', 'pt-BR'],
    ];
    for (const [header, locale] of cases) expect(negotiateLocale(header), header).to.equal(locale);
  });

  it('any language, and none of some (RFC 9110 §12.5.4)', () => {
    const cases: [string, string][] = [
      ['*', 'en'],
      ['fr, *;q=0.5', 'en'],
      ['es;q=0.5, *;q=0.1', 'es'],
      ['*;q=0.1, pt;q=0.5', 'pt-BR'],
      ['*, es;q=0.5', 'en'],
      ['en;q=0, *', 'es'],
      ['en;q=0,es;q=0,*;q=0.1', 'pt-BR'],
      ['pt;q=0, *;q=0.3, en;q=0', 'es'],
      ['pt-PT;q=0, pt;q=0.8, en;q=0.1', 'pt-BR'],
      ['pt-BR;q=0, pt, es;q=0.1', 'es'],
      ['en;q=0.0, es;q=0.000', 'en'],
      ['*;q=0', 'en'],
    ];
    for (const [header, locale] of cases) expect(negotiateLocale(header), header).to.equal(locale);
  });
});

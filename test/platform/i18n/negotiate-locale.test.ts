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
    ];
    for (const [header, locale] of cases) expect(negotiateLocale(header), String(header)).to.equal(locale);
  });
});

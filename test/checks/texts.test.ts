import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { auditEventTypes } from '../../src/domain/records/audit/index.ts';
import { locales } from '../../src/platform/i18n/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (locale: string) => JSON.parse(readFileSync(`${root}views/locales/${locale}.json`, 'utf8'));

const flatten = (value: object, prefix = ''): [string, string][] =>
  Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? [[prefix + key, inner] as [string, string]] : flatten(inner, `${prefix}${key}.`),
  );

const texts = Object.fromEntries(locales.map((locale) => [locale, new Map(flatten(read(locale)))]));
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe('texts in three languages', () => {
  for (const locale of ['es', 'pt-BR']) {
    it(`${locale} has exactly the keys of English, with the same placeholders`, () => {
      expect([...texts[locale]!.keys()]).to.deep.equal([...texts.en!.keys()]);
      for (const [key, text] of texts.en!) {
        expect(texts[locale]!.get(key), key).to.match(/\S/);
        expect(placeholders(texts[locale]!.get(key)!), key).to.deep.equal(placeholders(text));
      }
    });
  }

  it('every key that a page or the code names exists', () => {
    const files = [...globSync('views/**/*.pug', { cwd: root }), ...globSync('src/**/*.ts', { cwd: root })];
    const missing = [];
    for (const file of files) {
      const source = readFileSync(root + file, 'utf8');
      for (const [, key = ''] of source.matchAll(/\bt\(\s*'([a-z_.]+)'\s*[,)]/g)) if (!texts.en!.has(key)) missing.push(`${file}: ${key}`);
      for (const [, key = ''] of source.matchAll(/'(fields\.[a-z_]+)'/g)) if (!texts.en!.has(key)) missing.push(`${file}: ${key}`);
      for (const [, code = ''] of source.matchAll(/new AppError\('([a-z_]+)'/g))
        if (!texts.en!.has(`errors.${code}`)) missing.push(`${file}: errors.${code}`);
      for (const [, key = ''] of source.matchAll(/redirectTo\(page, [^\n]*'([a-z_]+)'\)/g))
        if (!texts.en!.has(`notices.${key}`)) missing.push(`${file}: notices.${key}`);
      for (const [, key = ''] of source.matchAll(/question: '(confirm\.[a-z_]+)'/g))
        if (!texts.en!.has(`${key}.title`)) missing.push(`${file}: ${key}`);
      for (const [, key = ''] of source.matchAll(/done: '([a-z_]+)'/g))
        if (!texts.en!.has(`notices.${key}`)) missing.push(`${file}: notices.${key}`);
    }
    expect(missing).to.deep.equal([]);
  });

  it('every audit event has a name', () => {
    expect(auditEventTypes.filter((type) => !texts.en!.has(`audit.types.${type.replace(/[.-]/g, '_')}`))).to.deep.equal([]);
  });
});

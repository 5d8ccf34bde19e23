import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { createI18n, locales } from '../../../src/platform/i18n/index.ts';

describe('unit: texts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'texts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The same texts in every language. */
  function write(slice: string, texts: object): void {
    mkdirSync(join(folder, slice), { recursive: true });
    for (const locale of locales) writeFileSync(join(folder, slice, `texts.${locale}.json`), JSON.stringify(texts));
  }
  const load = () => createI18n(pathToFileURL(`${folder}/`));

  it('are merged from every folder, also where two define different texts of one section', () => {
    write('users', { users: { add: 'Add {{name}}', chosen_one: '{{count}} person', chosen_other: '{{count}} people' } });
    write('console/groups', { users: { name: 'Name' } });
    const i18n = load();
    const t = i18n.for('pt-BR');
    expect([t('users.add', { name: 'Ana' }), t('users.name')]).to.deep.equal(['Add Ana', 'Name']);
    expect([t('users.chosen', { count: 1 }), t('users.chosen', { count: 2 })]).to.deep.equal(['1 person', '2 people']);
    expect([i18n.exists('users.name'), i18n.exists('users.other'), i18n.exists('users')]).to.deep.equal([true, false, false]);
    expect(t('users.other'), 'a missing one comes back as its key').to.equal('users.other');
  });

  it('numbers are written as the language writes them', () => {
    write('users', { users: { most: 'At most {{most}} of {{all}}', chosen_one: '{{count}} person', chosen_other: '{{count}} people' } });
    const i18n = load();
    const said = locales.map((locale) => i18n.for(locale)('users.most', { most: 12_345, all: '67890' }));
    expect(said).to.deep.equal(['At most 12,345 of 67890', 'At most 12.345 of 67890', 'At most 12.345 of 67890']);
    expect(i18n.for('en')('users.chosen', { count: 1_200 })).to.equal('1,200 people');
  });

  it('a key that two files define is an error that names both', () => {
    write('users', { users: { name: 'Name' } });
    write('groups', { users: { name: 'Group' } });
    expect(load).to.throw('The text users.name is defined in groups/texts.en.json and in users/texts.en.json');
  });
});

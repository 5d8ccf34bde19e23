import { expect } from 'chai';
import {
  type CustomField,
  type CustomFieldType,
  customTexts,
  readCustomValues,
} from '../../../../src/domain/company/custom-fields/index.ts';

describe('domain/company/custom-fields: what a person may have', () => {
  const field = (type: CustomFieldType, more: Partial<CustomField> = {}): CustomField => ({
    fieldId: `id of ${type}`,
    code: type,
    label: type,
    type,
    options: type === 'choice' || type === 'choices' ? ['São Paulo', '東京', 'Zürich'] : [],
    isRequired: false,
    isPersonal: false,
    position: 1,
    version: 1,
    ...more,
  });
  const faults: Record<CustomFieldType, string> = {
    text: 'fields.custom_text',
    number: 'fields.custom_number',
    date: 'fields.custom_date',
    boolean: 'fields.type_boolean',
    choice: 'fields.custom_choice',
    choices: 'fields.custom_choice',
  };
  const cases: Record<CustomFieldType, { kept: [given: unknown, value: unknown][]; refused: unknown[] }> = {
    text: {
      kept: [
        [' सीता 李 Zoë ', 'सीता 李 Zoë'],
        [4711, '4711'],
        [false, 'false'],
        ['漢'.repeat(1000), '漢'.repeat(1000)],
        [` ${'x'.repeat(1000)} `, 'x'.repeat(1000)],
      ],
      refused: ['x'.repeat(1001), 'two\nlines', 'a\0b', '\u200b', ' ', 'a\u202eb', '\ud800', {}, ['a']],
    },
    number: {
      kept: [
        ['3', 3],
        [' -3,5 ', -3.5],
        ['+0.25', 0.25],
        [0, 0],
        [7.5, 7.5],
        ['123456789012345', 123_456_789_012_345],
        ['0,000001', 0.000001],
      ],
      refused: ['1234567890123456', '0,0000001', '1e3', '1.000,50', '.5', '5.', '0x10', '٣', 'NaN', Number.NaN, Infinity, 1e21, true, [3]],
    },
    date: {
      kept: [
        ['2024-02-29', '2024-02-29'],
        [' 1999-12-31 ', '1999-12-31'],
      ],
      refused: ['2023-02-29', '2024-02-30', '2024-13-01', '2024-00-10', '29/02/2024', '2024-2-9', '2024-02-29T00:00', 20_240_229],
    },
    boolean: {
      kept: [
        [true, true],
        ['yes', true],
        ['true', true],
        [false, false],
        ['no', false],
        ['false', false],
      ],
      refused: ['maybe', 'YES', 1, 0, [true]],
    },
    choice: { kept: [['東京', '東京']], refused: ['Paris', '東京 ', ['東京'], 0] },
    choices: {
      kept: [
        [
          ['Zürich', 'São Paulo', 'Zürich'],
          ['São Paulo', 'Zürich'],
        ],
        ['東京', ['東京']],
      ],
      refused: [['東京', 'Paris'], ['東京', ''], 'Paris', [1]],
    },
  };
  for (const [type, { kept, refused }] of Object.entries(cases) as [CustomFieldType, (typeof cases)[CustomFieldType]][])
    it(`S34: of ${type} is kept what fits, and what does not is named`, () => {
      for (const [given, value] of kept)
        expect(readCustomValues([field(type)], { [type]: given }), String(given)).to.deep.equal({
          values: { [`id of ${type}`]: value },
          errors: {},
          faults: [],
        });
      const isList = type === 'choice' || type === 'choices';
      const allowed = field(type).options.join(', ');
      for (const given of refused)
        expect(readCustomValues([field(type)], { [type]: given }), JSON.stringify(given)).to.deep.equal({
          values: {},
          errors: { [`customFields.${type}`]: faults[type] },
          faults: [
            { path: ['customFields', type], ...(isList ? { message: 'fields.one_of', params: { allowed } } : { message: faults[type] }) },
          ],
        });
    });

  it('what is not said stays, what is empty is taken away, and a required field needs a value', () => {
    const before = { 'id of text': 'before' };
    expect(readCustomValues([field('text')], {}, before).values).to.deep.equal(before);
    const required = [field('text', { isRequired: true })];
    expect(readCustomValues(required, {}, before)).to.deep.equal({ values: before, errors: {}, faults: [] });
    for (const empty of ['', null, undefined, []]) {
      expect(readCustomValues([field('text')], { text: empty }, before)).to.deep.equal({ values: {}, errors: {}, faults: [] });
      expect(readCustomValues(required, { text: empty }, before).errors).to.deep.equal({ 'customFields.text': 'fields.required' });
    }
    expect(readCustomValues(required, {}).errors).to.deep.equal({ 'customFields.text': 'fields.required' });
    expect(readCustomValues([field('boolean', { isRequired: true })], { boolean: 'no' }).errors, 'no is an answer').to.deep.equal({});
    expect(readCustomValues([field('number', { isRequired: true })], { number: 0 }).errors, 'so is zero').to.deep.equal({});
  });

  it('every fault is told at once, and a field that the company does not have is one', () => {
    const { errors } = readCustomValues([field('number'), field('date')], { number: 'x', date: 'y', shoe: 1, toString: 'z' });
    expect(errors).to.deep.equal({
      'customFields.number': 'fields.custom_number',
      'customFields.date': 'fields.custom_date',
      'customFields.shoe': 'fields.custom_field_unknown',
      'customFields.toString': 'fields.custom_field_unknown',
    });
    const builtIn = field('text', { code: 'constructor', fieldId: 'id' });
    expect(readCustomValues([builtIn], {})).to.deep.equal({ values: {}, errors: {}, faults: [] });
  });

  it('of a field that is gone no value is kept', () => {
    expect(readCustomValues([field('text')], {}, { 'id of text': 'stays', 'id of another': 'gone' }).values).to.deep.equal({
      'id of text': 'stays',
    });
  });

  it('an option that the list has lost stays with whoever has it, and nobody else gets it', () => {
    const [one, several] = [field('choice', { options: ['New'] }), field('choices', { options: ['New', 'Newer'] })];
    const before = { 'id of choice': 'Old', 'id of choices': ['Old', 'New'] };
    const given = { choice: 'Old', choices: ['Newer', 'Old'] };
    expect(readCustomValues([one, several], given, before)).to.deep.equal({
      values: { 'id of choice': 'Old', 'id of choices': ['Newer', 'Old'] },
      errors: {},
      faults: [],
    });
    expect(readCustomValues([one, several], given).errors).to.have.all.keys('customFields.choice', 'customFields.choices');
  });

  it('a protocol is told texts: none, one, or each of several', () => {
    expect(customTexts(undefined)).to.deep.equal([]);
    expect(customTexts(['São Paulo', '東京'])).to.deep.equal(['São Paulo', '東京']);
    for (const [value, text] of [
      ['a', 'a'],
      [3.5, '3.5'],
      [false, 'false'],
      [0, '0'],
    ] as const)
      expect(customTexts(value)).to.deep.equal([text]);
  });
});

import { expect } from 'chai';
import { z } from 'zod';
import {
  AppError,
  codeFault,
  invalidInput,
  invalidTogether,
  lineOf,
  listFaults,
  parseInput,
  textOf,
  whole,
} from '../../../src/platform/errors/index.ts';

import { scaleLimit } from '../../support/patience.ts';

describe('platform/errors: reading input', () => {
  const read = (schema: ReturnType<typeof lineOf>, given: string) => {
    const { data, error } = schema.safeParse(given);
    return data ?? error!.issues.map(({ message }) => message).join();
  };

  it('a line is trimmed before it is measured, and is neither empty nor broken nor partly invisible', () => {
    const line = lineOf(10);
    expect(read(line, `  ${'x'.repeat(10)}\n`)).to.equal('x'.repeat(10));
    for (const bad of ['', '   ', 'x'.repeat(11)]) expect(read(line, bad), JSON.stringify(bad)).to.equal('fields.name');
    for (const bad of ['a\nb', 'a\u2028b', 'a\u200bb', 'a\0b'])
      expect(read(line, bad), JSON.stringify(bad)).to.equal('fields.hidden_characters');
  });

  it('a code says which of its rules is broken', () => {
    for (const code of ['', 'A', 'a b', 'a_b']) expect(codeFault(code), code).to.equal('fields.code');
    for (const code of ['-a', 'a-']) expect(codeFault(code), code).to.equal('fields.code_ends');
    expect(['a', 'a-1', 'x'.repeat(63), 'x'.repeat(64)].map(codeFault)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      'fields.code_long',
    ]);
  });

  it('a text is trimmed before it is measured, and may be empty', () => {
    const text = textOf(10);
    expect(read(text, ` ${'x'.repeat(10)}\n`)).to.equal('x'.repeat(10));
    expect(read(text, '  ')).to.equal('');
    expect(read(text, 'x'.repeat(11))).to.equal('fields.too_long');
    expect(read(text, 'a\0b')).to.equal('fields.text_line');
  });

  it('a refusal keeps the message of the form, and beside it each fault with path, rule and limits', () => {
    const schema = z.strictObject({
      size: whole(3, 20).default(5),
      kind: z.enum(['car', 'bus']).optional(),
      list: z.array(z.strictObject({ note: textOf(10), on: z.boolean().optional() })).optional(),
      few: z.array(z.number()).max(1).optional(),
      either: z.union([z.strictObject({ from: z.string() }), z.null()]).optional(),
      by_name: z.partialRecord(z.enum(['left', 'right']), z.string()).optional(),
    });
    const faultsOf = (input: unknown): AppError => {
      try {
        parseInput(schema, input, 'path');
      } catch (error) {
        return error as AppError;
      }
      return expect.fail('it went through');
    };
    const cases: [input: Record<string, unknown>, field: string, fault: string][] = [
      [{ size: 2 }, 'size fields.number_range', 'size fields.number_between 3 20'],
      [{ size: 'many' }, 'size fields.number_range', 'size fields.number_between 3 20'],
      [{ kind: 'ship' }, 'kind fields.invalid', 'kind fields.one_of car, bus'],
      [{ few: [1, 2] }, 'few fields.invalid', 'few fields.list_most 1'],
      [{ list: [{ note: 'x'.repeat(11) }] }, 'list.0.note fields.too_long', 'list.0.note fields.text_most 10'],
      [{ list: [{ note: '', on: 'yes' }] }, 'list.0.on fields.invalid', 'list.0.on fields.type_boolean'],
      [{ list: [{}] }, 'list.0.note fields.invalid', 'list.0.note fields.key_missing'],
      [{ either: { from: 1 } }, 'either fields.invalid', 'either.from fields.type_text'],
      [{ by_name: { up: 'x' } }, 'by_name.up fields.unknown', 'by_name.up fields.key_unknown left, right'],
      [{ sice: 1 }, 'sice fields.unknown', 'sice fields.key_misspelt size'],
    ];
    for (const [input, field, fault] of cases) {
      const error = faultsOf(input);
      expect(Object.entries(error.fields!).map((one) => one.join(' '))).to.deep.equal([field]);
      const told = listFaults(error).map(({ path, message, params }) =>
        [path.join('.'), message, ...Object.values(params ?? {})].join(' '),
      );
      expect(told).to.deep.equal([fault]);
    }
  });

  it('of keys without end the first are named, with what they may mean, and the others counted; a form is told without that work', () => {
    const input = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${'x'.repeat(200)}${index}`, 1]));
    let error: AppError | undefined;
    const began = performance.now();
    try {
      parseInput(z.strictObject({ size: z.number().optional() }), input);
    } catch (refused) {
      error = refused as AppError;
    }
    const told = listFaults(error!);
    expect(performance.now() - began).to.be.lessThan(scaleLimit(2000));
    expect(told).to.have.length(21);
    expect(told.at(-1)).to.deep.equal({ path: [], message: 'fields.keys_unknown', params: { number: 49_980 } });
  });

  it('a refusal of a use case has its fields as paths; of one field the error itself says more', () => {
    const params = { login: 'ana' };
    const one = new AppError('login_taken', 409, { params, fields: { 'users.0.email': 'fields.taken' } });
    expect(listFaults(one)).to.deep.equal([{ path: ['users', 0, 'email'], message: 'errors.login_taken', params }]);
    expect(listFaults(new AppError('busy', 503))).to.deep.equal([{ path: [], message: 'errors.busy', params: {} }]);
    const close = { path: ['list', 3], message: 'fields.network' };
    const name = { path: ['name'], message: 'fields.name' };
    const both = invalidInput([close, { path: ['list', 4], message: 'fields.required' }, name]);
    expect(both.fields, 'the first of a field').to.deep.equal({ list: 'fields.network', name: 'fields.name' });
    expect(listFaults(both)).to.have.length(3).and.to.include(close);
    const together = invalidTogether([both, one]);
    expect(together.fields).to.deep.equal({ ...both.fields, ...one.fields });
    expect(listFaults(together)).to.deep.equal([...listFaults(both), ...listFaults(one)]);
  });
});

import { expect } from 'chai';
import { lineOf, textOf } from '../../../src/platform/errors/index.ts';

describe('platform/errors: reading input', () => {
  const read = (schema: ReturnType<typeof lineOf>, given: string) => {
    const { data, error } = schema.safeParse(given);
    return data ?? error!.issues.map(({ message }) => message).join();
  };

  it('a line is trimmed before it is measured, and is neither empty nor broken nor partly invisible', () => {
    const line = lineOf(10);
    expect(read(line, `  ${'x'.repeat(10)}\n`)).to.equal('x'.repeat(10));
    for (const bad of ['', '   ', 'x'.repeat(11), 'a\nb', 'a\u2028b', 'a\u200bb', 'a\0b'])
      expect(read(line, bad), JSON.stringify(bad)).to.equal('fields.name');
  });

  it('a text is trimmed before it is measured, and may be empty', () => {
    const text = textOf(10);
    expect(read(text, ` ${'x'.repeat(10)}\n`)).to.equal('x'.repeat(10));
    expect(read(text, '  ')).to.equal('');
    for (const bad of ['x'.repeat(11), 'a\0b']) expect(read(text, bad), JSON.stringify(bad)).to.equal('fields.too_long');
  });
});

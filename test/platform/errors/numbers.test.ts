import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { whole } from '../../../src/platform/errors/index.ts';

const none = ['', ' ', [], ['5'], [5], '0x10', '1e1', '1.5', '+5', 'five', '5 5', true, false, null, {}, 1.5, Number.NaN, '９'];

describe('platform/errors: whole numbers', () => {
  it('are numbers, or texts of digits alone as forms send them', () => {
    for (const value of none) expect(whole(0, 24).safeParse(value).success, JSON.stringify(value)).to.equal(false);
    for (const value of [5, '5', ' 5 ', '05']) expect(whole(0, 24).parse(value), JSON.stringify(value)).to.equal(5);
    for (const value of [25, '25', -1, '-1']) expect(whole(0, 24).safeParse(value).success, JSON.stringify(value)).to.equal(false);
  });

  it('nothing that a form, a file or a program gives is made a number, a truth or a date of by force', () => {
    const root = fileURLToPath(new URL('../../../src/', import.meta.url));
    const files = globSync('{domain,web,platform,command-line}/**/*.ts', { cwd: root });
    expect(files.filter((file) => readFileSync(root + file, 'utf8').includes('z.coerce'))).to.deep.equal([]);
  });
});

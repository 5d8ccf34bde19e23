import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readValues } from '../../src/command-line/own-values.ts';

describe('command-line: the values of a promotion', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'values-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const faultsOf = (value: unknown): string[] => {
    const file = join(folder, 'values.json');
    writeFileSync(file, JSON.stringify({ 'application payroll': { 'oidc.jwks': value } }));
    return readValues(file).faults.map(({ path }) => path.replace('["application payroll"]["oidc.jwks"]', ''));
  };

  it('are no references, however deep they stand', () => {
    for (const kind of ['env', 'file']) {
      const reference = `\${${kind}:X}`;
      const cases: [value: unknown, places: number][] = [
        [reference, 1],
        [`a ${reference}`, 1],
        [[reference, 'b', reference], 2],
        [{ keys: [{ x: reference }] }, 1],
        [{ keys: [{ x: 'a', y: [[reference]] }, { x: reference }], more: reference }, 3],
        [{ keys: [{ x: 'a', n: 5, is: true, none: null }] }, 0],
        ['a $ {env:X}', 0],
      ];
      for (const [value, places] of cases) expect(faultsOf(value), JSON.stringify(value)).to.have.length(places);
    }
    expect(faultsOf({ keys: [{ x: 'a' }, { x: '$' + '{env:X}' }] })[0]).to.match(/keys\[1\]\.x$/);
  });

  it('are texts in a list, not lists', () => {
    expect(faultsOf(['a', ['b']])).to.have.length(1);
  });
});

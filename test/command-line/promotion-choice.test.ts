import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { UsageError } from '../../src/command-line/command.ts';
import { printOnly, readChoice } from '../../src/command-line/promotion-choice.ts';
import type { Comparison } from '../../src/domain/administration/promotion/index.ts';

const nothing = { policy: { overrides: [] }, customFields: [], groups: [], directories: [], applications: [], apis: [] };

/** Groups that are new in approval; one is the same in both. */
const comparisonOf = (...names: string[]): Comparison => {
  const differences = names.map((name) => ({
    kind: 'group',
    key: name,
    name,
    id: `group ${name}`,
    action: 'add',
    fields: [],
    needs: [],
    questions: [],
  }));
  const production = { ...nothing, groups: [{ name: 'settled' }] };
  return { differences, sides: { remembered: new Map(), approval: production, production } } as unknown as Comparison;
};
const pickedBy = (comparison: Comparison, ...only: string[]) => readChoice(comparison, { only }).picked;

describe('command-line: what a promotion takes', () => {
  it('--only is a list or several, and a name may have commas', () => {
    const comparison = comparisonOf('a', 'b', 'sales, west', 'sales');
    expect(pickedBy(comparison, 'group a, group b')).to.deep.equal(['group a', 'group b']);
    expect(pickedBy(comparison, 'group a', ' group b ')).to.deep.equal(['group a', 'group b']);
    expect(pickedBy(comparison, 'group sales, west')).to.deep.equal(['group sales, west']);
    expect(pickedBy(comparison, 'group a, group sales, west,group sales')).to.deep.equal(['group a', 'group sales, west', 'group sales']);
    expect(() => pickedBy(comparison, 'group a, group none, group b')).to.throw(UsageError, 'approval and production have no "group none"');
    expect(() => pickedBy(comparisonOf('payroll', 'crm'), 'group payrol')).to.throw(UsageError, 'Is "group payroll" meant?');
  });

  it('what is there and does not differ is passed over', () => {
    const comparison = comparisonOf('a', 'b');
    expect(pickedBy(comparison, 'group settled')).to.deep.equal([]);
    expect(pickedBy(comparison, 'group a, group settled', 'group settled')).to.deep.equal(['group a']);
  });

  it('what is printed can be pasted into a shell, whatever the names are', () => {
    for (const names of [
      ['a', 'b'],
      ['sales, west', 'sales'],
      [`o'neil & "sons" $HOME \`id\` !x \\`, 'b'],
      ['a, group b', 'b', 'a'],
    ]) {
      const comparison = comparisonOf(...names);
      const picked = comparison.differences.map(({ id }) => id);
      const printed = printOnly(comparison, picked);
      const args = execFileSync('sh', ['-c', `printf '%s\\0' ${printed}`], { encoding: 'utf8' })
        .split('\0')
        .slice(0, -1);
      expect(
        args.filter((_, index) => index % 2 === 0).every((word) => word === '--only'),
        printed,
      ).to.equal(true);
      expect(pickedBy(comparison, ...args.filter((_, index) => index % 2 === 1)), printed).to.deep.equal(picked);
    }
  });
});

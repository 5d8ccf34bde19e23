import { expect } from 'chai';
import { compareLines, type Line } from '../../../../src/web/admin-console/conflicts/compare-lines.ts';

const lines = (...all: string[]) => all.join('\n');
/** `+` before what differs, and a number for what is left out. */
const drawn = (side: Line[]) => side.map((line) => ('same' in line ? `${line.same}` : `${line.differs ? '+' : ' '}${line.text}`));
const compared = (theirs: string, mine: string) => {
  const both = compareLines(theirs, mine);
  return both && { theirs: drawn(both.theirs), mine: drawn(both.mine) };
};

describe('web/admin-console: lines of two values', () => {
  it('one line each has nothing to compare', () => {
    expect(compareLines('Treasury', 'Finance')).to.equal(undefined);
    expect(compareLines('', '')).to.equal(undefined);
  });

  it('what one side has alone is marked, on both sides, and what is on both is folded', () => {
    const same = Array.from({ length: 100 }, (_, i) => `https://app.example/${i}`);
    expect(compared(lines(...same, 'theirs'), lines('mine', ...same))).to.deep.equal({
      theirs: ['99', ' https://app.example/99', '+theirs'],
      mine: ['+mine', ' https://app.example/0', '99'],
    });
  });

  it('a line that stands more often on one side is marked once; an empty side marks all', () => {
    expect(compared(lines('a', 'b', 'a'), lines('a', 'b'))).to.deep.equal({ theirs: [' a', ' b', '+a'], mine: ['2'] });
    expect(compared('', lines('a', 'b'))).to.deep.equal({ theirs: ['+'], mine: ['+a', '+b'] });
  });

  it('where only the order differs the lines that moved are marked', () => {
    expect(compared(lines('a', 'b', 'c'), lines('b', 'a', 'c'))).to.deep.equal({ theirs: ['+a', '+b', ' c'], mine: ['+b', '+a', ' c'] });
  });

  it('long lists take no long time', () => {
    const many = (offset: number) => lines(...Array.from({ length: 50_000 }, (_, i) => `${i * 2 + offset}`));
    expect(compared(many(0), many(1))!.mine).to.have.length(50_000);
  });
});

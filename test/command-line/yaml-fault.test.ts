import { expect } from 'chai';
import { parseYaml, yamlFault } from '../../src/command-line/yaml-fault.ts';

describe('command-line: a file that is no YAML', () => {
  const faultOf = (text: string): string | undefined => {
    try {
      parseYaml(text);
    } catch (error) {
      return yamlFault(error);
    }
    return undefined;
  };

  it('is told by line, column and rule, and nothing of the line is printed', () => {
    expect(faultOf('a: 1\nb: c: hunter2')).to.equal(
      'A colon and a space in a text make another key of it: put the text in quotes, or begin a new line at line 2, column 4',
    );
    const odd = [
      'users:\n  - password: "hunter2\n',
      'password: *hunter2',
      'password: "\\hunter2"',
      'password: @hunter2',
      'password: {hunter2: ]',
      'password: |hunter2\n x',
      'hunter2: 1\nhunter2: 2',
      'password: hunter2\n  hunter2: 3',
      'password: !hunter2 {a',
      'a: &hunter2 &hunter3 b',
    ];
    for (const text of odd)
      expect(faultOf(text), text)
        .to.match(/^[A-Z].{9,}/)
        .and.not.contain('unter');
  });

  it('what a file for apply cannot mean is told by its place: tags, numbers without an end, aliases of nothing', () => {
    const cases: [text: string, rule: RegExp][] = [
      ['a: 1\nb: !hunter2 x', /tag .* line 2, column \d+$/],
      ['a: !!binary aGk=', /tag .* line 1, column \d+$/],
      ['a: !!set {x}', /tag .* line 1, column \d+$/],
      ['a: !!int five', /tag .* line 1, column 4$/],
      ['a:\n  - .inf', /number is too large.* line 2, column 5$/],
      ['a: -.inf', /number is too large.* line 1, column 4$/],
      ['a: .nan', /number is too large/],
      ['{"a": 1e400}', /number is too large.* line 1, column 7$/],
      ['a: 1\nb: *hunter2', /no anchor .* line 2, column 4$/],
    ];
    for (const [text, rule] of cases) expect(faultOf(text), text).to.match(rule).and.not.contain('unter');
    for (const text of ['a: !!str 5', 'a: !!int 5', 'a: ! x', 'a: &b 1\nc: *b', 'a: ".inf"'])
      expect(faultOf(text), text).to.equal(undefined);
  });

  it('a line that is indented wrongly and a bracket that nothing closes are told apart', () => {
    const indented = /indented .* at line 3/;
    for (const text of ['a:\n  b: 1\n c: 2', 'a:\n  b: 1\n   c: 2', 'a:\n  - 1\n - 2', 'a:\n- b: 1\n   c: 2'])
      expect(faultOf(text), text).to.match(indented);
    for (const [text, rule] of [
      ['a: [1, 2\nb: 3', 'What begins with [ is not closed by ] before line 2, column 1'],
      ['a: {x: 1', 'What begins with { is not closed by } before line 1, column 9'],
    ] as const)
      expect(faultOf(text), text).to.equal(rule);
  });

  it('a value that is a comment is told by its place; a comment that is meant as one is not', () => {
    for (const [text, place] of [
      ['a:\n  color: #1a2b3c\n', 'line 2, column 10'],
      ['list:\n  - #hunter2\n  - b', 'line 2, column 5'],
      ['{a: #b\n}', 'line 1, column 5'],
    ] as const)
      expect(faultOf(text), text).to.contain(`is a comment, so that nothing is said at ${place}`).and.not.contain('unter');
    for (const text of [
      'a: # note\nb: 1',
      'a: #list\n  - 1',
      'a: ""  #b',
      'a:\n#b\nc: 1',
      'a: ~ #b',
      'a: |\n  #b\n',
      'a: "#1a2b3c"',
      '#a\nb: 1',
    ])
      expect(faultOf(text), text).to.equal(undefined);
  });

  it('of quotes it is told where they begin, or what to write instead', () => {
    const texts = ['hunter2', 'two\n  lines', '\u00e9 "x" \u{1f3e2}', "o''neil", '{a: [b], #c}', ''];
    for (const [before, line] of [
      ['a: ', 1],
      ['b: "x"\nc: \'y\'\nd: ', 3],
      ['b:\n  - { e: "f", g: ', 2],
    ] as const)
      for (const quote of ['"', "'"])
        for (const text of texts.filter((one) => !one.includes(quote) || one.includes("''"))) {
          const column = before.split('\n').at(-1)!.length + 1;
          expect(faultOf(`${before}${quote}${text}\n`), before + quote + text).to.equal(
            `The text that begins with ${quote} at line ${line}, column ${column} has no closing ${quote}`,
          );
        }
    expect(faultOf('a: "Acme" S.A.')).to.match(
      /^The text in quotes that begins at line 1, column 4 ends before line 1, column 11, .*\\" for a "/,
    );
    expect(faultOf('a: "Acme\n  b: "Sales"')).to.match(/begins at line 1, column 4 ends before line 2, column 7/);
    expect(faultOf('b: 1\na: "the "best" one"')).to.contain('line 2, column 10').and.contain(' for a "');
    expect(faultOf("a: 'o'neil'")).to.match(/column 7, .*'' for a '/);
    expect(faultOf('a: "C:\\data"')).to.match(/write \\\\ for it/);
  });

  it('of a quote that is missing before other quotes it is told which, however the lines after it are indented', () => {
    const before = ['', 'a: "whole"\n', "list:\n  - 'whole'\n"];
    const cases = (quote: string): [text: string, column: number][] => [
      [`    name: ${quote}Acme\n    groups:\n      - name: ${quote}Sales${quote}\n`, 11],
      [`  b: ${quote}x\n  c: ${quote}y${quote}\n  d: 'z'\n`, 6],
      [`  - ${quote}x\n  - ${quote}y${quote}\n  - "z"\n`, 5],
      [`  b: ${quote}x\n  c: it ${quote}is\n`, 6],
      [`  b: ${quote}x\n  # a ${quote}comment${quote}\n`, 6],
    ];
    for (const first of before)
      for (const quote of ['"', "'"])
        for (const [text, column] of cases(quote)) {
          const [whole, line] = [`${first}k:\n${text}`, first.split('\n').length + 1];
          expect(faultOf(whole), whole).to.equal(
            `The text that begins with ${quote} at line ${line}, column ${column} has no closing ${quote}`,
          );
        }
  });

  it('what stands in itself, or is nested without end, is told before anybody walks through it', () => {
    for (const [text, place] of [
      ['contexts: &a [*a]', 'line 1, column 15'],
      ['contexts:\n  - &hunter2\n    policy: *hunter2\n', 'line 3, column 13'],
      ['a: &x { b: [1, { c: *x }] }', 'line 1, column 21'],
      ['a: &x 1\nb: &y { c: *x, d: *y }', 'line 2, column 19'],
    ])
      expect(faultOf(text!), text).to.equal(`An alias (*) stands inside what it repeats at ${place}`);
    for (const levels of [102, 1000, 100_000])
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ])
        expect(faultOf(open!.repeat(levels) + (close === '}' ? '1' : '') + close!.repeat(levels)), `${levels} ${open}`).to.equal(
          'Lists and keys are nested more than 100 levels deep',
        );
    expect(parseYaml('a: &x { b: 1 }\nc: [*x, *x]')).to.deep.equal({ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] });
  });

  it('what is no YAML that we take is refused without a warning that would print it', () => {
    const warned: string[] = [];
    const listen = (warning: Error) => warned.push(warning.message);
    process.on('warning', listen);
    expect(faultOf('password: !hunter2 x')).to.contain('tag');
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      process.off('warning', listen);
      expect(warned).to.deep.equal([]);
    });
  });
});

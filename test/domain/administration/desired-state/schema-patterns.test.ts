import { readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';
import { expect } from 'chai';
import { scaleLimit } from '../../../support/patience.ts';

const schema: unknown = JSON.parse(readFileSync('docs/apply.schema.json', 'utf8'));

function patternsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'pattern' && typeof inner === 'string' ? [inner] : []),
    ...(key === 'patternProperties' ? Object.keys(inner) : []),
    ...patternsIn(inner),
  ]);
}

const lines = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n';
const repeated = [
  'a',
  'A',
  '0',
  '.',
  '-',
  '/',
  ':',
  ' ',
  '\n',
  '{',
  '{a}',
  'a.',
  '.a',
  'a ',
  '  a',
  '@',
  '@a',
  '1.',
  'ab/',
  '?',
  '_',
  '(',
  lines,
];
const beginnings = ['', 'a', 'https://', 'a@', '{'];
// what no pattern can end with
const ends = ['', '\u0000', ',x@', '{', ' \\'];
const texts = repeated.flatMap((part) =>
  beginnings.flatMap((start) => ends.map((end) => start + part.repeat(Math.ceil(1000 / part.length)) + end)),
);

describe('domain/administration/desired-state: the patterns of the schema for editors', () => {
  // an editor looks while somebody types; what doubles with each character would never end
  for (const pattern of new Set(patternsIn(schema)))
    it(`ends soon, whatever the text: ${pattern.slice(0, 60)}`, function () {
      this.timeout(0);
      const inside = createContext({ pattern, texts, text: '' });
      const look = new Script("const one = new RegExp(pattern, 'u'); for (text of texts) one.test(text);");
      try {
        look.runInContext(inside, { timeout: scaleLimit(1000) });
      } catch (error) {
        expect.fail(`${(error as Error).message}: ${JSON.stringify(inside.text).slice(0, 60)}`);
      }
    });
});

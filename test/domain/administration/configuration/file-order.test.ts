import { expect } from 'chai';
import fc from 'fast-check';
import { faultAt, inFileOrder, type StateFault } from '../../../../src/domain/administration/configuration/index.ts';

/** Every place of a value, as somebody reads it from its beginning. */
function* placesOf(value: unknown, steps: PropertyKey[] = []): Generator<PropertyKey[]> {
  if (steps.length > 0) yield steps;
  if (Array.isArray(value)) for (const [index, one] of value.entries()) yield* placesOf(one, [...steps, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) yield* placesOf(one, [...steps, name]);
}

describe('domain/administration/configuration: in the order of the file', () => {
  const name = fc.stringMatching(/^[a-z][a-z_.]{0,5}$/);
  const { file } = fc.letrec((tie) => ({
    file: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.array(tie('file'), { maxLength: 4 }),
      fc.dictionary(name, tie('file'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  it('faults are told from its beginning to its end, wherever they were found first', () => {
    fc.assert(
      fc.property(file, fc.infiniteStream(fc.nat()), (written, order) => {
        const places = [...placesOf(written)];
        const faults = places.map((steps) => faultAt(steps, 'fields.required'));
        const mixed = faults.map((fault) => ({ fault, at: order.next().value })).toSorted((a, b) => a.at - b.at);
        expect(
          inFileOrder(
            written,
            mixed.map(({ fault }) => fault),
          ),
        ).to.deep.equal(faults);
      }),
    );
  });

  it('what is missing comes with what it is missing in, and what stands in no file at the end', () => {
    const written = { b: [{ y: 1, x: 2 }], a: 1 };
    const at = (...steps: PropertyKey[]): StateFault => faultAt(steps, 'm');
    const ordered = [
      at('b', 0),
      at('b', 0, 'name'),
      at('b', 0, 'y'),
      at('b', 0, 'x'),
      at('b', 'Gone'),
      at('a'),
      { path: 'acme', message: 'm' },
    ];
    expect(inFileOrder(written, ordered.toReversed())).to.deep.equal(ordered);
  });
});

import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { catalogue } from '../../../src/domain/applications/applications/index.ts';
import { pictureOf, productOf } from '../../../src/web/request/pictures.ts';

describe('web/request/pictures', () => {
  it('every drawing of an entry of the catalogue is there, and both protocols of a product look the same', () => {
    const drawn = catalogue.filter(({ id }) => pictureOf(id) !== undefined);
    expect(drawn.length).to.be.greaterThan(10);
    for (const { id } of drawn) {
      expect(existsSync(new URL(`../../../views/icons/${pictureOf(id)}.svg`, import.meta.url)), id).to.equal(true);
      expect(pictureOf(productOf(id)), id).to.equal(pictureOf(id));
    }
  });

  it('an application of nobody’s catalogue has none', () => {
    expect([undefined, null, '', 'made-up'].map((entry) => pictureOf(entry))).to.deep.equal([undefined, undefined, undefined, undefined]);
  });
});

import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { catalogue } from '../../../src/domain/applications/applications/index.ts';
import { pictureOf, productOf } from '../../../src/web/request/pictures.ts';

describe('web/request/pictures', () => {
  it('every entry of the catalogue has a drawing that there is, and both protocols of a product have the same', () => {
    for (const { id, category } of catalogue) {
      const picture = pictureOf(id, category);
      expect(existsSync(new URL(`../../../views/icons/${picture}.svg`, import.meta.url)), `${id}: ${picture}`).to.equal(true);
      expect(pictureOf(productOf(id), category), id).to.equal(picture);
    }
  });

  it('an application of nobody’s catalogue has none', () => {
    expect([undefined, null, '', 'made-up'].map((entry) => pictureOf(entry))).to.deep.equal([undefined, undefined, undefined, undefined]);
  });
});

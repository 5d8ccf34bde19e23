import { expect } from 'chai';
import { KeyRing, maskToken, newId, randomPassword, unmaskToken } from '../../../src/platform/crypto/index.ts';

describe('platform/crypto', () => {
  it('encrypts for a purpose, under the first key, and decrypts under any', () => {
    const [a, b] = [
      { id: 'a', key: Buffer.alloc(32, 1) },
      { id: 'b', key: Buffer.alloc(32, 2) },
    ];
    const sealed = new KeyRing([a!]).encrypt('secret', 'row 1');
    expect(new KeyRing([b!, a!]).decrypt(sealed, 'row 1').toString()).to.equal('secret');
    expect(() => new KeyRing([a!]).decrypt(sealed, 'row 2')).to.throw();
    expect(() => new KeyRing([b!]).decrypt(sealed, 'row 1')).to.throw(/no master key/);
    expect(() => new KeyRing([a!]).decrypt(`${sealed.slice(0, -2)}AA`, 'row 1')).to.throw();
  });
  it('masks a token again each time; what was not masked stays', () => {
    const token = 'abcDEF_-012.xyz.98';
    const masked = Array.from({ length: 50 }, () => maskToken(token));
    expect(new Set(masked).size).to.equal(50);
    expect(new Set(masked.map(unmaskToken))).to.deep.equal(new Set([token]));
    for (const other of ['', token, 'a~b', '~', 'YQ~', 'YQ~YWI', 'a~b~c', '\u{1f600}~']) expect(() => unmaskToken(other)).not.to.throw();
    expect(unmaskToken(token)).to.equal(token);
  });

  it('makes ids in the order of time and passwords that can be read aloud', () => {
    const same = Array.from({ length: 1000 }, () => newId(1_600_000_000_000));
    expect([...same].sort(), 'in one millisecond').to.deep.equal(same);
    expect(new Set(same).size).to.equal(1000);
    const ids = [newId(1), newId(2), newId(1_700_000_000_000)];
    expect([...ids].sort()).to.deep.equal(ids);
    expect(ids[2]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(randomPassword()).to.match(/^([a-km-zA-HJ-NP-Z2-9]{4}-){3}[a-km-zA-HJ-NP-Z2-9]{4}$/);
  });
});

import { expect } from 'chai';
import { immutableIdOf } from '../../../../src/domain/people/directory-entries/index.ts';

describe('people/directory-entries: ImmutableID', () => {
  it('is the GUID in base64, in the order of its bytes in Active Directory', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    expect(immutableIdOf('00112233-4455-6677-8899-aabbccddeeff')).to.equal(bytes.toString('base64'));
  });
});

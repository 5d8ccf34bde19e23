import { expect } from 'chai';
import { BerWriter } from 'ldapts';
import { domainOf, escapeDnValue, isWithin, nameKey, parseDn } from '../../../src/smartsync/ldap/dn.ts';
import { Refused } from '../../../src/smartsync/ldap/failure.ts';
import { encodeFilter, escapeFilterValue } from '../../../src/smartsync/ldap/filter.ts';
import { guidOf, idFilter, sidOf } from '../../../src/smartsync/ldap/ids.ts';
import { oddPeople } from '../../support/directory-people.ts';

const encoded = (filter: string): string => {
  const writer = new BerWriter();
  encodeFilter(filter).write(writer);
  return writer.buffer.toString('latin1').replace(/[^ -~]/g, (byte) => `<${byte.charCodeAt(0).toString(16).padStart(2, '0')}>`);
};
const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
  return 'not refused';
};

describe('names and filters of LDAP', () => {
  it('encodes each form of a filter', () => {
    const byFilter = {
      '(cn=a)': '<a3><07><04><02>cn<04><01>a',
      '(&(cn=a)(|(b>=1)(c<=2))(!(d~=e)))':
        '<a0>%<a3><07><04><02>cn<04><01>a<a1><10><a5><06><04><01>b<04><01>1<a6><06><04><01>c<04><01>2<a2><08><a8><06><04><01>d<04><01>e',
      '(cn=*)': '<87><02>cn',
      '(cn=a*)': '<a4><09><04><02>cn0<03><80><01>a',
      '(cn=*a*b*)': '<a4><0c><04><02>cn0<06><81><01>a<81><01>b',
      '(cn=)': '<a3><06><04><02>cn<04><00>',
      '(x:1.2.3:=4)': '<a9><0d><81><05>1.2.3<82><01>x<83><01>4',
      '(cn:dn:=a)': '<a9><0a><82><02>cn<83><01>a<84><01><ff>',
      '(:dn:1.2:=a)': '<a9><0b><81><03>1.2<83><01>a<84><01><ff>',
      '(cn=\\e4\\bd\\a0\\00\\2a)': '<a3><0b><04><02>cn<04><05><e4><bd><a0><00>*',
      '(cn=é)': '<a3><08><04><02>cn<04><02><c3><a9>',
      '(cn;lang-fr=a=b)': '<a3><11><04><0a>cn;lang-fr<04><03>a=b',
      '(1.2.3=4)': '<a3><0a><04><05>1.2.3<04><01>4',
    };
    for (const [filter, bytes] of Object.entries(byFilter)) expect(encoded(filter), filter).to.equal(bytes);
  });

  it('keeps a value a value, whatever is in it', () => {
    for (const value of ['*', ')(uid=*', '\\', '\0', 'a*b(c)d\\e', 'é 你', ...oddPeople().map(({ rdn }) => rdn!)]) {
      const length = Buffer.byteLength(value);
      const expected = Buffer.concat([
        Buffer.from([0xa3, length + 6, 4, 2]),
        Buffer.from('cn'),
        Buffer.from([4, length]),
        Buffer.from(value),
      ]);
      const writer = new BerWriter();
      encodeFilter(`(cn=${escapeFilterValue(value)})`).write(writer);
      expect(writer.buffer.toString('hex'), value).to.equal(expected.toString('hex'));
    }
  });

  it('reads back each name that it writes', () => {
    for (const { rdn } of [...oddPeople(), { rdn: '+,;<>="\\' }, { rdn: '  ' }, { rdn: '#' }, { rdn: '\r\n\t' }])
      expect(parseDn(`cn=${escapeDnValue(rdn!)},ou=x`), rdn).to.deep.equal([[{ type: 'cn', value: rdn }], [{ type: 'ou', value: 'x' }]]);
    expect(parseDn('cn=a+uid=b, dc=c')).to.deep.equal([
      [
        { type: 'cn', value: 'a' },
        { type: 'uid', value: 'b' },
      ],
      [{ type: 'dc', value: 'c' }],
    ]);
    for (const bad of ['x', 'cn=a,', 'cn=a\\', 'cn=a,,dc=b', '=a', 'cn'])
      expect(
        refused(() => parseDn(bad)),
        bad,
      ).to.include('is not a distinguished name');
  });

  it('knows one name by each way to write it, and what is below what', () => {
    expect(nameKey('CN=Ana\\2c  Souza , DC=X')).to.equal(nameKey('cn=ana\\, souza,dc=x'));
    expect(nameKey('cn=\\c3\\a9,dc=x')).to.equal(nameKey('CN=É,dc=x'));
    expect(nameKey('uid=b+cn=a')).to.equal(nameKey('cn=a+uid=b'));
    expect(isWithin('CN=a,OU=B,DC=x', 'ou=b,dc=X')).to.equal(true);
    expect(isWithin('ou=b,dc=x', 'ou=b,dc=x')).to.equal(true);
    expect(isWithin('cn=a\\,ou=b,dc=x', 'ou=b,dc=x')).to.equal(false);
    expect(isWithin('ou=bb,dc=x', 'ou=b,dc=x')).to.equal(false);
    expect([domainOf('OU=a,DC=Ad,DC=Example'), domainOf('o=a'), domainOf('?')]).to.deep.equal(['ad.example', undefined, undefined]);
  });

  it('writes ids of AD as everybody reads them', () => {
    const bytes = Buffer.from('78563412341278561234567890abcdef', 'hex');
    expect(guidOf(bytes)).to.equal('12345678-1234-5678-1234-567890abcdef');
    expect(idFilter('active-directory', guidOf(bytes))).to.equal(`(objectGUID=${bytes.toString('hex').replace(/../g, '\\$&')})`);
    expect(sidOf(Buffer.from('010500000000000515000000010000000200000003000000f4010000', 'hex'))).to.equal('S-1-5-21-1-2-3-500');
    expect(sidOf(Buffer.from('01'))).to.equal(undefined);
  });
});

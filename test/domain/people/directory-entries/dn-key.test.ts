import { expect } from 'chai';
import { dnKey } from '../../../../src/domain/people/directory-entries/index.ts';

describe('directory entries: the key of a distinguished name', () => {
  const same: [what: string, ...dns: string[]][] = [
    ['case', 'CN=Ana Lima,OU=People,DC=corp', 'cn=ana lima,ou=PEOPLE,dc=Corp'],
    ['spaces around separators', 'cn=a,ou=b,dc=c', 'cn = a , ou= b,dc =c', ' cn=a,\n ou=b,dc=c '],
    ['spaces in a value', 'cn=Ana Lima,dc=c', 'cn=Ana   Lima,dc=c', 'cn=\\ Ana Lima\\ ,dc=c'],
    ['an escaped comma', 'cn=Lima\\, Ana,dc=c', 'cn=Lima\\2C Ana,dc=c', 'cn=Lima\\2c Ana,dc=c', 'cn="Lima, Ana",dc=c'],
    ['quotes', 'cn=\\"Ana\\",dc=c', 'cn=\\22Ana\\22,dc=c'],
    ['a hash', 'cn=\\#1,dc=c', 'cn=\\231,dc=c', 'cn="#1",dc=c'],
    ['a backslash', 'cn=a\\\\b,dc=c', 'cn=a\\5Cb,dc=c'],
    ['letters that are not ASCII', 'cn=Zoë Müller,dc=c', 'cn=ZO\\C3\\8B m\\C3\\BCLLER,dc=c', 'cn=Zoe\u0308 Mu\u0308ller,dc=c'],
    ['signs beyond the first plane', 'cn=😀 x,dc=c', 'cn=\\F0\\9F\\98\\80 x,dc=c'],
    ['names of several parts', 'cn=Ana+uid=al,dc=c', 'uid=AL + cn=ana,dc=c'],
    ['a line break', 'cn=a\\0Ab,dc=c', 'cn=a\nb,dc=c'],
    ['types by number', 'OID.2.5.4.3=a,dc=c', '2.5.4.3=a,dc=c'],
    ['semicolons (RFC 2253)', 'cn=a;dc=c', 'cn=a,dc=c'],
    ['a sign of equality in a value', 'cn=a=b,dc=c', 'cn=a\\3Db,dc=c'],
  ];
  for (const [what, ...dns] of same)
    it(`is one for ${what}`, () => expect(new Set(dns.map(dnKey)).size, dns.map(dnKey).join('\n')).to.equal(1));

  it('keeps apart what is apart', () => {
    const apart = [
      'cn=a,dc=c',
      'cn=a\\,dc=c',
      'cn=a+dc=c',
      'cn=a b,dc=c',
      'cn=ab,dc=c',
      'ou=a,dc=c',
      'cn=\\FF,dc=c',
      'cn=\\FE,dc=c',
      'dc=c,cn=a',
      'a',
      'a,b',
      '',
    ];
    expect(new Set(apart.map(dnKey)).size).to.equal(apart.length);
  });

  it('has the length that an index takes, holds no NUL, and takes any text', () => {
    const long = `cn=${'x'.repeat(4000)},dc=c`;
    expect(dnKey(long)).to.have.length.below(100);
    expect(dnKey(long)).to.not.equal(dnKey(`${long},dc=d`));
    for (const text of [
      'cn=a\\00b,dc=c',
      'no name\0',
      'cn=',
      '=',
      ',',
      '+',
      '\\',
      'cn="',
      'cn=a\\',
      '\ud800',
      'cn=\ud800,dc=c',
      'cn=a,,dc=c',
    ])
      expect(dnKey(text)).to.satisfy((key: string) => !key.includes('\0') && key.isWellFormed());
  });

  it('is that of its own key', () => {
    for (const dns of same) for (const dn of dns.slice(1)) expect(dnKey(dnKey(dn))).to.equal(dnKey(dn));
  });
});

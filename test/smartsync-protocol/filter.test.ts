import { expect } from 'chai';
import { directoryInput } from '../../src/domain/people/directories/settings.ts';
import { checkFilter, encodeFilter } from '../../src/smartsync/ldap/filter.ts';
import { defaultFilters, directoryKinds, isFilter, readFilter } from '../../src/smartsync-protocol/index.ts';

/** RFC 4515, section 4. */
const ofTheRfc = [
  '(cn=Babs Jensen)',
  '(!(cn=Tim Howes))',
  '(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))',
  '(o=univ*of*mich*)',
  '(seeAlso=)',
  '(cn:caseExactMatch:=Fred Flintstone)',
  '(cn:=Betty Rubble)',
  '(sn:dn:2.4.6.8.10:=Barney Rubble)',
  '(o:dn:=Ace Industry)',
  '(:1.2.3:=Wilma Flintstone)',
  '(:DN:2.4.6.8.10:=Dino)',
  '(o=Parens R Us \\28for all your parenthetical needs\\29)',
  '(cn=*\\2A*)',
  '(filename=C:\\5cMyFile)',
  '(bin=\\00\\00\\00\\04)',
  '(sn=Lu\\c4\\8di\\c4\\87)',
  '(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)',
];

const others = [
  '(cn;lang-es=x)',
  '(cn;lang-es;binary=x)',
  '(1.2.3=4)',
  '(1.2.3;x-a=4)',
  '(a>=1)',
  '(a<=1)',
  '(a~=1)',
  '(a=b=c)',
  '(a==)',
  '(cn=*)',
  '(cn=São *)',
  '(cn=你*😀)',
  '(cn=a**b)',
  '(cn= a )',
  '(memberOf:1.2.840.113556.1.4.1941:=cn=a,dc=b)',
  `${'(!'.repeat(50)}(a=b)${')'.repeat(50)}`,
];

/** With the words that say why. */
const wrong: Record<string, string> = {
  '': '( is missing at character 1',
  'a=b': '( is missing',
  ' (a=b)': '( is missing',
  '(a=b) ': 'something after the end at character 6',
  '(a=b': ') is missing at character 5',
  '(&(a=b)': ') is missing',
  '(a=b))': 'something after the end',
  '(a=b)(c=d)': 'something after the end',
  '(& (a=b)(c=d))': '& without a filter at character 3',
  '(&(a=b)c)': ') is missing',
  '(&)': '& without a filter',
  '(|)': '| without a filter',
  '(!)': '! without a filter',
  '(!(a=b)(c=d))': '! takes one filter',
  '()': 'no attribute',
  '(cn)': 'no attribute and comparison',
  '(=b)': 'no attribute',
  '(:=b)': 'no attribute',
  '(:dn:=b)': 'no attribute',
  '(a~b)': 'no attribute and comparison',
  '(a =b)': 'no attribute and comparison',
  '(a_b=c)': 'no attribute and comparison',
  '(1=b)': 'no attribute and comparison',
  '(1.02=b)': 'no attribute and comparison',
  '(cn;=b)': 'no attribute and comparison',
  '(2cn=b)': 'no attribute and comparison',
  '(cn:dn=b)': 'no attribute and comparison',
  '(cn:1.2:b)': 'no attribute and comparison',
  '(a=(b))': 'must be escaped at character 4',
  '(a=b\0)': 'must be escaped',
  '(a=\ud800)': 'must be escaped',
  '(cn=**)': 'a * too many',
  '(cn>=a*)': 'must be escaped',
  '(cn:=a*)': 'must be escaped',
  '(a=\\zz)': 'two hexadecimal digits',
  '(a=\\2)': 'two hexadecimal digits',
  '(a=\\)': 'two hexadecimal digits',
  [`${'(!'.repeat(51)}(a=b)${')'.repeat(51)}`]: 'too deep',
};

describe('search filters of LDAP', () => {
  const faultOf = (read: () => unknown): string | undefined => {
    try {
      read();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const takes = (filter: string) => directoryInput.safeParse({ name: 'x', settings: { userFilter: filter } }).success;

  it('each form of RFC 4515 is one for the server and for the agent, and what is none is none for both', () => {
    for (const filter of [...ofTheRfc, ...others])
      expect(
        [isFilter(filter), takes(filter), faultOf(() => checkFilter(filter)), faultOf(() => encodeFilter(filter))],
        filter,
      ).to.deep.equal([true, true, undefined, undefined]);
    for (const [filter, words] of Object.entries(wrong)) {
      expect([isFilter(filter), takes(filter)], filter).to.deep.equal([false, filter !== filter.trim()]);
      expect(
        faultOf(() => checkFilter(filter)),
        filter,
      ).to.include(words);
    }
  });

  it('says what a filter asks for', () => {
    const value = (text: string) => Buffer.from(text);
    expect(readFilter('(&(cn=Babs J*)(!(o:dn:=Ace))(a=*)(:1.2.3:=W))')).to.deep.equal({
      type: '&',
      filters: [
        { type: 'substrings', attribute: 'cn', pieces: [value('Babs J'), value('')] },
        { type: '!', filters: [{ type: ':=', attribute: 'o', rule: undefined, isOfDn: true, value: value('Ace') }] },
        { type: 'present', attribute: 'a' },
        { type: ':=', attribute: undefined, rule: '1.2.3', isOfDn: false, value: value('W') },
      ],
    });
  });

  it('what each kind is read by unless somebody says otherwise is a filter', () => {
    for (const kind of directoryKinds)
      for (const filter of Object.values(defaultFilters[kind])) expect(isFilter(filter), filter).to.equal(true);
  });
});

import { expect } from 'chai';
import { hostMatcher } from '../../../src/platform/net/index.ts';

describe('unit: hosts of private networks', () => {
  it('an entry is a name, or lies in a private network', () => {
    for (const yes of [
      'erp',
      'erp.intern.example',
      '*.intern.example',
      '10.0.0.0/8',
      '10.1.0.0/16',
      '192.168.0.7',
      '172.16.0.0/12',
      'fd00::/8',
      '::1',
    ])
      expect(() => hostMatcher([yes]), yes).not.to.throw();
    for (const no of [
      '*',
      '*.',
      '',
      '0.0.0.0/0',
      '10.0.0.0/7',
      '8.8.8.8',
      '203.0.113.0/24',
      '172.16.0.0/11',
      '::/0',
      'fc00::/6',
      'a_b',
      'http://erp',
      'erp:80',
      '10.1',
      '10.0.0.0/8/8',
    ])
      expect(() => hostMatcher([no]), no).to.throw('private network');
  });

  it('a host matches by name, below a name, or in a range; a name is no address', () => {
    const matches = hostMatcher(['erp', '*.intern.example', '10.0.0.0/8', 'fd00::/8']);
    for (const yes of ['erp', 'ERP', 'a.intern.example', 'a.b.intern.example', '10.9.8.7', '[fd00::1]'])
      expect(matches(yes), yes).to.equal(true);
    for (const no of ['intern.example', 'xintern.example', 'erp.example', '11.0.0.1', '[fe80::1]', 'intern.example.evil.example'])
      expect(matches(no), no).to.equal(false);
    expect(hostMatcher([])('erp')).to.equal(false);
  });
});

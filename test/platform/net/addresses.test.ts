import { expect } from 'chai';
import { createOutbound, networkOf, OutboundRefused } from '../../../src/platform/net/index.ts';

describe('platform/net', () => {
  it('whose address it is: an IPv4 address by itself, an IPv6 address by its network of 64 bits', () => {
    for (const [address, network] of [
      ['203.0.113.9', '203.0.113.9'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['', ''],
    ])
      expect(networkOf(address!)).to.equal(network);
  });

  it('calls no private address that is not allowed (SSRF), whatever its spelling', async () => {
    const outbound = createOutbound(['10.9.9.9', 'allowed.example:444']);
    const urls = [
      'http://127.0.0.1:1/',
      'http://localhost:1/',
      'http://[::1]:1/',
      'http://[::ffff:127.0.0.1]:1/',
      'http://169.254.169.254/latest',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://0/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'http://10.0.0.1/',
      'http://[fd00::1]/',
      'http://[64:ff9b::7f00:1]/',
    ];
    for (const url of urls) {
      let error: unknown;
      await outbound(url, { timeoutMs: 500 }).catch((caught) => {
        error = caught;
      });
      expect(error, url).to.be.instanceOf(OutboundRefused);
    }
  });
});

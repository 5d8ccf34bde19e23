import { expect } from 'chai';
import { addressMatcher, clientAddress } from '../../../src/platform/net/index.ts';

const trusted = addressMatcher(['10.0.0.0/8', '::1', 'fd00::/8', 'fe80::/10']);
const proxy = '10.0.0.1';

/** A node as proxies write it, and whose address it is. */
const nodes: [string, string | undefined][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:54321', '203.0.113.7'],
  ['"203.0.113.7:54321"', '203.0.113.7'],
  ['"203.0.113.7:_obfuscated"', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:443', '2001:db8::7'],
  ['"[2001:db8::7]"', '2001:db8::7'],
  ['"[2001:db8::7]:443"', '2001:db8::7'],
  ['2001:db8::7%eth0', '2001:db8::7'],
  ['"[2001:db8::7%25eth0]:47011"', '2001:db8::7'],
  ['[2001:db8::7%eth0]:443', '2001:db8::7'],
  ['unknown', undefined],
  ['_hidden', undefined],
  ['"_hidden:123"', undefined],
  ['', undefined],
  ['""', undefined],
  ['garbage', undefined],
  ['203.0.113.7.example', undefined],
  ['203.0.113.777', undefined],
  ['0203.0.113.7', undefined],
  ['203.0.113.7:port', undefined],
  ['203.0.113.7:123456', undefined],
  ['203.0.113.7 198.51.100.1', undefined],
  ['[2001:db8::7', undefined],
  ['[2001:db8::7]443', undefined],
  ['[]', undefined],
  ['localhost', undefined],
];

const list = (header: string) => clientAddress(proxy, { 'x-forwarded-for': header }, trusted);
const forwarded = (header: string) => clientAddress(proxy, { forwarded: header }, trusted);
/** As RFC 7239 §4 wants it: quoted where it is no token. */
const quoted = (node: string) => (/^[\w.-]+$/.test(node) || node.startsWith('"') ? node : `"${node}"`);

describe('platform/net: who is calling, past our own proxies', () => {
  it('X-Forwarded-For: each way of writing an address; one that is none leaves the proxy’s', () => {
    for (const [node, address = proxy] of nodes) {
      expect(list(node), node).to.equal(address);
      const behind = address === proxy ? '10.0.0.2' : address;
      expect(list(`6.6.6.6, ${node} , 10.0.0.2:80,"[fd00::2]:8080"`), `behind others: ${node}`).to.equal(behind);
    }
  });

  it('Forwarded (RFC 7239): the same, whatever stands beside it', () => {
    for (const [node, address = proxy] of nodes) {
      const it = quoted(node);
      for (const header of [`for=${it}`, `For=${it};proto=https;by="[fd00::2]:443"`, `proto=http ; FOR=${it}; host="a,b;for=6.6.6.6"`])
        expect(forwarded(header), header).to.equal(node === '' && header.startsWith('for') ? proxy : address);
      expect(forwarded(`for=6.6.6.6, for=${it};proto=https, for=10.0.0.2, for="[fd00::2]:1"`)).to.equal(
        address === proxy ? '10.0.0.2' : address,
      );
    }
    expect(forwarded('for="\\2\\03.0.113.7"'), 'escaped').to.equal('203.0.113.7');
  });

  it('never what the caller wrote: only the hops of our proxies count, from the right', () => {
    expect(clientAddress('203.0.113.9', { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' }, trusted)).to.equal('203.0.113.9');
    expect(list('6.6.6.6, 198.51.100.7, 10.0.0.2')).to.equal('198.51.100.7');
    expect(clientAddress('::ffff:10.0.0.1', { 'x-forwarded-for': 'garbage' }, trusted)).to.equal('10.0.0.1');
    expect(clientAddress('fe80::1%eth0', { 'x-forwarded-for': '198.51.100.7:1' }, trusted)).to.equal('198.51.100.7');
    expect(clientAddress('10.0.0.1', {}, trusted)).to.equal('10.0.0.1');
    expect(list('198.51.100.7, 6.6.6.6:evil'), 'what is odd is not passed over').to.equal(proxy);
    // quotes that the caller leaves open swallow nothing of what our proxy adds
    const opened = [
      'for="6.6.6.6',
      'for=6.6.6.6;x="',
      'for=6.6.6.6;x="\\',
      'for=6.6.6.6;x="a\\"',
      'for=6.6.6.6,"',
      '"',
      ',,',
      'for=6.6.6.6;',
    ];
    for (const start of opened)
      for (const [end, address] of [
        ['for=198.51.100.7', '198.51.100.7'],
        ['for="198.51.100.7:80"', '198.51.100.7'],
        ['for="[2001:db8::7]:443";proto=https', '2001:db8::7'],
        ['for=unknown', proxy],
        ['for="_hidden"', proxy],
        ['proto=https', proxy],
        ['for=198.51.100.7;for=6.6.6.6', proxy],
      ] as const)
        expect(forwarded(`${start}, ${end}`), `${start}, ${end}`).to.equal(address);
  });

  it('the header that the proxies do not write is nobody’s word, once the operator says which they write', () => {
    const both = { 'x-forwarded-for': '203.0.113.1', forwarded: 'for=203.0.113.2' };
    expect(clientAddress(proxy, both, trusted)).to.equal('203.0.113.1');
    expect(clientAddress(proxy, both, trusted, 'x-forwarded-for')).to.equal('203.0.113.1');
    expect(clientAddress(proxy, both, trusted, 'forwarded')).to.equal('203.0.113.2');
    expect(clientAddress(proxy, { forwarded: 'for=203.0.113.2' }, trusted, 'x-forwarded-for')).to.equal(proxy);
    expect(clientAddress(proxy, { 'x-forwarded-for': '203.0.113.1' }, trusted, 'forwarded')).to.equal(proxy);
  });
});

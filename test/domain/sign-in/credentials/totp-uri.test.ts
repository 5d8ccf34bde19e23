import { parse } from '@otplib/uri';
import { expect } from 'chai';
import { toString as drawQrCode } from 'qrcode';
import { totpUri } from '../../../../src/domain/sign-in/credentials/totp/totp-uri.ts';

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** As the Key URI Format is read by apps that know nothing of otplib: the label is split at its first colon, written or encoded. */
function readAsApp(uri: string): { issuer: string | undefined; prefix: string | undefined; account: string; secret: string | null } {
  const { protocol, host, pathname, searchParams } = new URL(uri);
  expect([protocol, host]).to.deep.equal(['otpauth:', 'totp']);
  const label = decodeURIComponent(pathname.slice(1));
  const at = label.indexOf(':');
  return {
    issuer: searchParams.get('issuer') ?? undefined,
    prefix: at < 0 ? undefined : label.slice(0, at),
    account: label.slice(at + 1).trimStart(),
    secret: searchParams.get('secret'),
  };
}

const companies: [name: string, shown: string | undefined][] = [
  ['Acme S.A.', 'Acme S.A.'],
  ['Café: Ações & Cia', 'Café Ações & Cia'],
  ['a:b::c', 'a b c'],
  [' : Acme : ', 'Acme'],
  [':', undefined],
  ['50%3A off', '50%3A off'],
  ['A/B?issuer=Evil&secret=X#y', 'A/B?issuer=Evil&secret=X#y'],
  ['A+B "C" <D>', 'A+B "C" <D>'],
  ['株式会社：日本', '株式会社：日本'],
  ['شركة', 'شركة'],
  ['A\u200B\u202EB\tC', 'A B C'],
  ['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'],
  ['half \uD83D', 'half \uFFFD'],
];
const logins: [login: string, shown: string][] = [
  ['ana@acme.example', 'ana@acme.example'],
  ['a:b', 'a b'],
  ['सीता', 'सीता'],
  ['user@उदाहरण.भारत', 'user@उदाहरण.भारत'],
  ['a/b?c&d=e#f%3Ag', 'a/b?c&d=e#f%3Ag'],
  ["o'neil+x@acme.example", "o'neil+x@acme.example"],
];

describe('domain/credentials: the address of an authenticator app', () => {
  it('has one issuer, in the label and beside it, and one account, for any company and login', () => {
    for (const [company, issuer] of companies)
      for (const [login, account] of logins) {
        const uri = totpUri(secret, company, login);
        expect(readAsApp(uri), uri).to.deep.equal({ issuer, prefix: issuer, account, secret });
        const parsed = parse(uri);
        expect(parsed.params.issuer, uri).to.equal(issuer);
        expect(parsed.label.split(':'), uri).to.deep.equal(issuer === undefined ? [account] : [issuer, account]);
      }
  });

  it('fits into a QR code, whatever the length, and is cut between characters', async () => {
    for (const sign of ['x', 'ção', '日', '😀', '👩‍🚀', 'क्षि'])
      for (const length of [1, 99, 100, 150, 254]) {
        const uri = totpUri(secret, [...sign.repeat(length)].slice(0, 100).join(''), [...sign.repeat(length)].slice(0, 254).join(''));
        const { issuer, prefix, account } = readAsApp(uri);
        expect(issuer).to.equal(prefix);
        expect(account).to.not.equal('');
        expect(`${issuer}${account}`).to.not.contain('\uFFFD');
        expect(uri.length).to.be.below(1200);
        expect(await drawQrCode(uri, { type: 'svg', margin: 2 })).to.contain('<svg');
      }
  });
});

import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { createCertificate } from '../../../src/platform/saml/index.ts';

describe('platform/saml: certificates', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectOf = (commonName: string) => {
    const [notBefore, notAfter] = [new Date('2026-01-01'), new Date('2031-01-01')];
    const pem = createCertificate(privateKey, publicKey, 'ES256', { commonName, notBefore, notAfter, serialNumber: Buffer.alloc(15, 1) });
    return new X509Certificate(pem).subject;
  };

  it('a name of more than 64 characters is cut, and never within a character', () => {
    for (const [name, kept] of [
      ['x'.repeat(64), 'x'.repeat(64)],
      ['李'.repeat(65), '李'.repeat(64)],
      [`${'x'.repeat(63)}😀`, `${'x'.repeat(63)}😀`],
      ['😀'.repeat(65), '😀'.repeat(64)],
    ] as const)
      expect(subjectOf(name)).to.equal(`CN=${kept}`);
  });
});

import { expect } from 'chai';
import { factors } from '../../../../src/domain/sign-in/credentials/factors/index.ts';

describe('domain/credentials: the list of factors', () => {
  it('no two are proven by the same method (RFC 8176): one that a policy does not take would pass for the other', () => {
    // as registered by the RFC, and the words that are in use besides
    const methods = [
      'face',
      'fpt',
      'geo',
      'hwk',
      'iris',
      'kba',
      'mca',
      'mfa',
      'otp',
      'pin',
      'pwd',
      'rba',
      'retina',
      'sc',
      'sms',
      'swk',
      'tel',
      'user',
      'vbm',
      'wia',
    ];
    for (const method of methods) {
      const claiming = Object.entries(factors).filter(([, factor]) => factor.isIn([method]));
      expect(
        claiming.map(([kind]) => kind),
        method,
      ).to.have.length.at.most(1);
    }
    for (const [kind, factor] of Object.entries(factors)) {
      expect(
        methods.filter((method) => factor.isIn([method])),
        kind,
      ).to.have.length.at.least(1);
      expect(factor.isIn(['pwd', 'mfa', 'user']), `${kind}: by what every strong sign-in says`).to.equal(false);
    }
  });
});

// Owns: authenticator apps as a second factor: the secret, setting one up, and its codes, each time step once (RFC 6238).
// Does not: count attempts (attempts) nor decide when one is asked for (authentication).
import { toString as drawQrCode } from 'qrcode';
import { identifier } from '../../../people/users/index.ts';
import type { Factor } from '../factor.ts';
import { addTotp, proveTotp, startTotp } from './enrolled-totp.ts';

export const totp: Factor = {
  isIn: (amr) => amr.includes('otp'),
  isUsableAt: () => true,
  async offer(scope, { company }, user, again) {
    const { secret, uri, sealed } = startTotp(scope, user.userId, { company, login: identifier(user) }, again.get('offer'));
    return { uri, sealed, qrCode: await drawQrCode(uri, { type: 'svg', margin: 2 }), secret: secret.replace(/(.{4})(?=.)/g, '$1 ') };
  },
  async enrol(scope, _place, userId, answer, name) {
    const isAdded = await addTotp(scope, userId, { sealed: answer.get('offer'), code: answer.get('code'), name });
    return isAdded ? ['otp', 'mfa'] : undefined;
  },
  challenge: async () => ({}),
  async prove(scope, _place, userId, answer) {
    const { isProven, clockWasAheadSeconds } = await proveTotp(scope, userId, answer.get('code'));
    if (!isProven) return { outcome: 'refused' };
    return { outcome: 'proven', amr: ['otp', 'mfa'], ...(clockWasAheadSeconds && { clockWasAheadSeconds }) };
  },
};

export { sealedTotpSecrets, startTotp } from './enrolled-totp.ts';

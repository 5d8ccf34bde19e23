// Owns: the codes that stand in for a lost second factor: ten, each once, of which the store has hashes only.
// Does not: count attempts (attempts) nor decide when one is asked for (authentication).
import type { Proof } from '../factor.ts';
import { proveRecoveryCode } from './recovery-codes.ts';

export const recoveryCode: Proof = {
  challenge: async () => ({}),
  async prove(scope, _place, userId, answer) {
    return (await proveRecoveryCode(scope, userId, answer.get('code'))) ? { outcome: 'proven', amr: ['mfa'] } : { outcome: 'refused' };
  },
};

export { countRecoveryCodes, makeRecoveryCodes } from './recovery-codes.ts';

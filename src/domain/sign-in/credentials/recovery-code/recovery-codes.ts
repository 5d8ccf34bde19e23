import { randomInt } from 'node:crypto';
import { hashToken } from '../../../../platform/crypto/index.ts';
import { plainCode } from '../../../../platform/i18n/index.ts';
import type { Scope, Transaction, UserId } from '../../../scope.ts';

const howMany = 10;
// 50 bits each: read aloud and typed, so without 0/O, 1/I/L and U
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const newCode = (): string => Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('');

const rows = ({ db, contextId }: Scope, userId: UserId) => db('recovery_codes').where({ context_id: contextId, user_id: userId });
const hashOf = (userId: UserId, code: string) => hashToken(`${userId} ${plainCode(code)}`);

/** A new set; those of an earlier one stop working. @returns them, to be shown once, as ABCDE-FGHJK */
export async function makeRecoveryCodes(scope: Transaction, userId: UserId): Promise<string[]> {
  const codes = Array.from({ length: howMany }, newCode);
  const own = { context_id: scope.contextId, user_id: userId, created_at: scope.clock.now() };
  await rows(scope, userId).delete();
  await scope.db('recovery_codes').insert(codes.map((code) => ({ ...own, code_hash: hashOf(userId, code) })));
  return codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`);
}

/** Uses the code up: of parallel tries one wins. */
export const proveRecoveryCode = async (scope: Scope, userId: UserId, code: string): Promise<boolean> =>
  plainCode(code).length === 10 &&
  (await rows(scope, userId)
    .where({ code_hash: hashOf(userId, code), used_at: null })
    .update({ used_at: scope.clock.now() })) === 1;

/** Those that are left. */
export const countRecoveryCodes = async (scope: Scope, userId: UserId): Promise<number> =>
  Number((await rows(scope, userId).whereNull('used_at').count({ n: '*' }))[0]!.n);

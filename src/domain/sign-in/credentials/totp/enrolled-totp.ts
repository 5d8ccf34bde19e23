import { newId, type SealedColumn } from '../../../../platform/crypto/index.ts';
import { run } from '../../../../platform/database/index.ts';
import type { Row } from '../../../rows.ts';
import type { Scope, Transaction, UserId } from '../../../scope.ts';
import { aheadSeconds, matchTotp, newTotpSecret } from './totp.ts';
import { totpUri } from './totp-uri.ts';

const enrolmentMs = 15 * 60 * 1000;
const secretPurpose = ({ contextId }: { contextId: string }, userId: string) => `totp:${contextId}:${userId}`;

export const sealedTotpSecrets: SealedColumn = {
  table: 'second_factors',
  column: 'secret_encrypted',
  by: ['context_id', 'user_id'],
  purposeOf: ({ context_id, user_id }) => secretPurpose({ contextId: context_id! }, user_id!),
};

const enrolmentPurpose = (scope: Scope, userId: UserId) => `totp-enrolment:${scope.contextId}:${userId}`;

/** A secret on offer. `sealed` is what the form carries until a code shows that the app has it: nothing is kept before. */
export type TotpOffer = { secret: string; uri: string; sealed: string };

export function startTotp(scope: Scope, userId: UserId, names: { company: string; login: string }, again?: string): TotpOffer {
  const secret = (again && openSealed(scope, userId, again)) || newTotpSecret();
  const sealed = scope.keyRing.encrypt(JSON.stringify({ secret, at: scope.clock.now().getTime() }), enrolmentPurpose(scope, userId));
  return { secret, uri: totpUri(secret, names.company, names.login), sealed };
}

function openSealed(scope: Scope, userId: UserId, sealed: string): string | undefined {
  try {
    const { secret, at } = JSON.parse(scope.keyRing.decrypt(sealed, enrolmentPurpose(scope, userId)).toString());
    return scope.clock.now().getTime() - at <= enrolmentMs ? secret : undefined;
  } catch {
    return undefined; // of another person, cut, or of keys that are gone
  }
}

/** @returns false when the code does not come from the offered secret, or the offer is too old */
export async function addTotp(scope: Transaction, userId: UserId, offer: { sealed: string; code: string; name: string }): Promise<boolean> {
  const secret = openSealed(scope, userId, offer.sealed);
  const now = scope.clock.now();
  const step = secret === undefined ? undefined : matchTotp(secret, offer.code, now, undefined);
  if (!secret || step === undefined) return false;
  // sent twice: one secret in two rows would let each of its codes count twice
  const known = await scope
    .db('second_factors')
    .where({ context_id: scope.contextId, user_id: userId, kind: 'totp' })
    .select('secret_encrypted');
  if (known.some((row) => scope.keyRing.decrypt(row.secret_encrypted!, secretPurpose(scope, userId)).toString() === secret)) return true;
  await scope.db('second_factors').insert({
    context_id: scope.contextId,
    user_id: userId,
    factor_id: newId(now.getTime()),
    kind: 'totp',
    name: offer.name,
    created_at: now,
    last_used_at: now,
    secret_encrypted: scope.keyRing.encrypt(secret, secretPurpose(scope, userId)),
    last_step: step,
  });
  return true;
}

type AppRow = Pick<Row<'second_factors', { secret_encrypted: string }>, 'factor_id' | 'secret_encrypted' | 'last_step'>;
const apps = "SELECT factor_id, secret_encrypted, last_step FROM second_factors WHERE context_id = $1 AND user_id = $2 AND kind = 'totp'";
const useStep = `UPDATE second_factors SET last_step = $4, last_used_at = $5
  WHERE context_id = $1 AND user_id = $2 AND factor_id = $3 AND kind = 'totp' AND last_step IS NOT DISTINCT FROM $6`;

/**
 * Any of the person's apps may answer; a time step counts once, whatever the number of processes that are asked. A step that lies in the future was accepted by a process
 * whose clock was wrong: it must not keep the person out until then.
 */
export async function proveTotp(scope: Scope, userId: UserId, code: string): Promise<{ isProven: boolean; clockWasAheadSeconds?: number }> {
  const now = scope.clock.now();
  const { rows } = await run<AppRow>(scope.db, 'totp apps', apps, [scope.contextId, userId]);
  for (const { factor_id, secret_encrypted, last_step } of rows) {
    const secret = scope.keyRing.decrypt(secret_encrypted, secretPurpose(scope, userId)).toString();
    const ahead = last_step === null ? 0 : aheadSeconds(last_step, now);
    const step = matchTotp(secret, code, now, ahead > 0 ? undefined : (last_step ?? undefined));
    if (step === undefined) continue;
    const values = [scope.contextId, userId, factor_id, step, now, last_step];
    if ((await run(scope.db, 'use totp step', useStep, values)).rowCount === 1)
      return { isProven: true, clockWasAheadSeconds: ahead || undefined };
  }
  return { isProven: false };
}

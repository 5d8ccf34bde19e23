import { networkOf } from '../../../platform/net/index.ts';
import type { Scope } from '../../scope.ts';
import { countRefusal } from '../refusals/index.ts';
import type { LimitKind } from './rules.ts';

const reasons: Record<LimitKind, string> = {
  'sign-in': 'many-wrong-sign-ins',
  recovery: 'many-recoveries',
  registration: 'many-registrations',
  'device-code': 'many-device-codes',
  'client-secret': 'many-client-secrets',
};

/** Somebody has used up a limit: an event at once, and one more when the hour is over, however often it happens within it. */
export async function recordHeldBack(scope: Scope, kind: LimitKind, holder: string): Promise<void> {
  const address = /^(?:at|in) (.*)$/.exec(holder)?.[1];
  await countRefusal(scope, {
    type: 'address.held-back',
    reason: reasons[kind],
    foldBy: holder,
    // of a known browser: where it was
    details: { address: address ?? networkOf(scope.actor.ip ?? ''), ...(address ? {} : { knownBrowser: true }) },
  });
}

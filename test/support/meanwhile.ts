import { expect } from 'chai';
import { inTransaction, type Scope } from '../../src/domain/scope.ts';
import { eventually } from './process.ts';
import type { UseCaseStore } from './use-cases.ts';

/**
 * Two who write at once, in an order that does not depend on luck: `second` has begun and waits when `first` is committed.
 * @returns what `second` returned, or the code of its refusal
 */
export async function meanwhile(
  { scope, database }: UseCaseStore,
  first: (inside: Scope) => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<unknown> {
  const waiting = "SELECT 1 AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  let result: Promise<unknown> | undefined;
  await inTransaction(scope, async (inside) => {
    await first(inside);
    result = second().catch((error) => error.code ?? error);
    await eventually(async () => expect(await database.run('test-waiting', waiting, []), 'the second does not wait').to.have.length(1));
  });
  return result;
}

import { type Context, editContext } from '../../company/contexts/index.ts';
import type { Transaction } from '../../scope.ts';
import type { DesiredContext } from '../configuration/index.ts';
import type { ApplyResult } from './applying.ts';

type Wanted = Partial<Pick<Context, 'name' | 'environment' | 'address' | 'samlEntityId' | 'timeZone'>>;

/** What the file does not mention stays; null takes it away. */
export function wantedOf({ name, environment, address, samlEntityId, timeZone }: DesiredContext): Wanted {
  const given = Object.entries({ name, environment, address, samlEntityId, timeZone }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, value ?? undefined]));
}

export async function applyCompany(scope: Transaction, found: Context, desired: DesiredContext, result: ApplyResult): Promise<void> {
  const wanted = wantedOf(desired);
  const changed = (Object.keys(wanted) as (keyof Wanted)[]).filter((key) => wanted[key] !== found[key]);
  if (changed.length === 0) return;
  await editContext(scope, found, wanted);
  result.changes.push({ action: 'changed', what: `context ${found.code}`, details: changed.join(', ') });
}

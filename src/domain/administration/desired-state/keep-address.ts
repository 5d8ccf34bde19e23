import { invalidInput } from '../../../platform/errors/index.ts';
import { type Context, contextAddress } from '../../company/contexts/index.ts';
import type { Transaction } from '../../scope.ts';
import { keepsWayInAt } from '../../sign-in/authentication/index.ts';
import type { DesiredContext } from '../configuration/index.ts';

export const movedTo = <C extends Pick<Context, 'address'>>(context: C, { address }: DesiredContext): C =>
  address === undefined ? context : { ...context, address: address ?? undefined };

export const originOf = (context: Pick<Context, 'address' | 'code'>, baseUrl: string): string =>
  new URL(contextAddress(context, baseUrl)).origin;

/** Passkeys stay behind when a company moves to another host. @throws AppError invalid_input at `address`, where no administrator would get in there */
export async function keepAddress(
  scope: Transaction,
  context: Context,
  desired: DesiredContext,
  { acceptLockout, baseUrl }: { acceptLockout?: boolean; baseUrl?: string },
): Promise<void> {
  const after = movedTo(context, desired);
  if (acceptLockout || baseUrl === undefined || after.address === context.address || !URL.canParse(after.address ?? baseUrl)) return;
  const [from, to] = [originOf(context, baseUrl), originOf(after, baseUrl)];
  if (await keepsWayInAt(scope, { from, to })) return;
  throw invalidInput([{ path: ['address'], message: 'errors.address_without_way_in', params: { from: new URL(from).hostname } }]);
}

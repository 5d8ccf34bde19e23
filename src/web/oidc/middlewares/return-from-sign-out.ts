import type { KoaContextWithOIDC } from 'oidc-provider';
import { leaveTo, withParameters } from '../../request/index.ts';
import { stateAtArrival } from '../library/index.ts';
import { inSameLanguage } from '../pages.ts';
import type { Step } from './afterwards.ts';

/** Where a sign-out leads when it is over (OpenID Connect RP-Initiated Logout §3): the registered address as it was registered, with the state. */
export function signedOutAddress(ctx: KoaContextWithOIDC, { postLogoutRedirectUri: address, state }: ReturnTo): string {
  return address
    ? withParameters(address, state === undefined ? {} : { state })
    : inSameLanguage(ctx, ctx.oidc.urlFor('end_session_success'));
}

type ReturnTo = NonNullable<ReturnType<typeof stateAtArrival>>;

/** On the way back the library writes the registered address in its own way, and forgets the language. */
export const returnFromSignOut: Step = (_op, ctx) => {
  if (ctx.oidc.route !== 'end_session_confirm' || ctx.status !== 303) return;
  const asked = stateAtArrival(ctx);
  leaveTo(ctx, asked?.postLogoutRedirectUri ? signedOutAddress(ctx, asked) : inSameLanguage(ctx, ctx.response.get('location')));
};

import type { KoaContextWithOIDC } from 'oidc-provider';
import { contentSecurityPolicy } from '../../../platform/http/index.ts';
import { leaveTo } from '../../request/index.ts';
import type { ContextProvider } from '../context-provider.ts';
import { isOwnPage, renderDeviceInput, renderOidcError } from '../pages.ts';
import type { Step } from './afterwards.ts';
import { signedOutAddress } from './return-from-sign-out.ts';

type Replacement = (op: ContextProvider, ctx: KoaContextWithOIDC) => Promise<void> | void;

/** What is answered where the library has a page that no setting replaces: it is in English, and its script and its way out are not in our policy. */
const replacements: Record<string, Replacement> = {
  // nobody is signed in any more: nobody has to be asked (OpenID Connect RP-Initiated Logout §2)
  end_session: (_op, ctx) => goTo(ctx, signedOutAddress(ctx, ctx.oidc.session!.state as { postLogoutRedirectUri?: string })),
  code_verification: (op, ctx) => renderDeviceInput(op, ctx, undefined, undefined, String(ctx.oidc.params!.user_code)),
  // somebody else signed in since the interaction: it is shown to the person who is signed in now
  resume: askAgain,
  device_resume: askAgain,
};

function goTo(ctx: KoaContextWithOIDC, address: string): void {
  ctx.body = null;
  ctx.remove('content-type');
  leaveTo(ctx, address);
}

function askAgain({ context }: ContextProvider, ctx: KoaContextWithOIDC): void {
  goTo(ctx, `${context.mount}/oidc/interaction/${ctx.oidc.entities.Interaction!.uid}`);
}

/** No page of the library leaves. One that nobody knew of is a fault of ours. */
export const replacePages: Step = async (op, ctx) => {
  if (!ctx.response.is('html') || ctx.response.get('location') || isOwnPage(ctx)) return;
  ctx.set('content-security-policy', contentSecurityPolicy()); // the library had let its script into it
  const replacement = replacements[String(ctx.oidc.route)];
  if (replacement) return await replacement(op, ctx);
  const error = new Error(`oidc-provider answered with a page of its own: ${ctx.oidc.route}`);
  ctx.status = 500;
  await renderOidcError(op, ctx, { error: 'server_error' }, error);
};

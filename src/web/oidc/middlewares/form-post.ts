import { contentSecurityPolicy } from '../../../platform/http/index.ts';
import { formTarget } from '../pages.ts';
import type { Step } from './afterwards.ts';

/** response_mode=form_post leads out of our pages, to the one address that was checked. */
export const allowFormTarget: Step = () => (ctx) => {
  const { params, client, redirectUriCheckPerformed } = ctx.oidc;
  if (params?.response_mode !== 'form_post' || !client || !redirectUriCheckPerformed) return;
  const scripts = /script-src [^;]*/.exec(ctx.response.get('content-security-policy'))?.[0];
  const policy = contentSecurityPolicy([formTarget(String(params.redirect_uri))]);
  ctx.set('content-security-policy', scripts ? policy.replace(/script-src [^;]*/, scripts) : policy);
};

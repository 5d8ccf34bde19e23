import { renderLeaving } from '../pages.ts';
import type { Step } from './afterwards.ts';

const afterForms = new Set(['resume', 'end_session_confirm']);

/**
 * What follows a form of ours leaves by a page that leads on, not by a redirect. Chromium holds `form-action` against every address after a form, also against those
 * that the application redirects to, and ignores a source such as `http://[::1]:4000`: whatever the policy named, somebody would be kept on our page (RFC 8252 §7.3).
 */
export const leaveByPage: Step = async (op, ctx) => {
  const onward = ctx.response.get('location');
  if (!afterForms.has(String(ctx.oidc.route)) || ctx.status !== 303 || !onward) return;
  const { mount, url } = op.context;
  if (onward.startsWith(`${url}/`) || (onward.startsWith(`${mount}/`) && !onward.startsWith('//'))) return;
  ctx.remove('location');
  await renderLeaving(op, ctx, onward);
};

import { leaveTo, withParameters } from '../request/index.ts';
import { currentOp } from './context-provider.ts';
import type { ResponseMode } from './library/index.ts';
import { renderFormPost } from './pages.ts';

type Payload = Record<string, string>;

/** How an authorization response reaches the application (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2). */
export const responseModes: Record<string, ResponseMode> = {
  query: (ctx, redirectUri, payload) => leaveTo(ctx, withParameters(redirectUri, payload as Payload)),
  fragment: (ctx, redirectUri, payload) => leaveTo(ctx, `${redirectUri}#${new URLSearchParams(payload as Payload)}`),
  form_post: (ctx, redirectUri, payload) => renderFormPost(currentOp(), ctx, redirectUri, payload as Payload),
};

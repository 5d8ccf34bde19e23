import type { ResolvedContext } from './context-directory.ts';

/** Contexts that share a host share its cookies, so each has names of its own; `__Host-` where the address is https. */
export function cookieNames(context: Pick<ResolvedContext, 'code' | 'isSecure'>): {
  session: string;
  browser: string;
  known: string;
  op: string;
  interaction: string;
  resume: string;
} {
  const prefix = context.isSecure ? '__Host-' : '';
  return {
    session: `${prefix}portaria_session_${context.code}`,
    browser: `${prefix}portaria_browser_${context.code}`,
    known: `${prefix}portaria_known_${context.code}`,
    op: `${prefix}portaria_op_${context.code}`,
    interaction: `portaria_interaction_${context.code}`,
    resume: `portaria_resume_${context.code}`,
  };
}

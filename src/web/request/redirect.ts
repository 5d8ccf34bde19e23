import type { PageContext } from './route.ts';

/** To a page of the context by GET, whatever the method was (RFC 9110 §15.4.4). @param path inside the context */
export function redirectTo({ ctx, context }: Pick<PageContext, 'ctx' | 'context'>, path: string): void {
  ctx.status = 303;
  ctx.redirect(`${context.mount}${path}`);
}

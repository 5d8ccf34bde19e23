import { keepOpener } from '../../platform/http/index.ts';
import { type PageContext, themeCookie } from '../request/index.ts';
import { localPath } from './local-path.ts';

/** Light, dark, or as the system: the browser's own choice, in a cookie, before and after signing in. */
export async function chooseTheme({ ctx, context, form, services }: PageContext): Promise<void> {
  ctx.append('set-cookie', themeCookie(form.get('theme'), context.isSecure));
  // a redirect alone: what it leads to says for itself who may know its window
  keepOpener(ctx.res);
  ctx.status = 303;
  ctx.redirect(`${context.mount}${localPath(form.get('to'), services.pathOf({ page: 'launchpad' }))}`);
}

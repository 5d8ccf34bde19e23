import { keepOpener } from '../../platform/http/index.ts';
import { isLocale } from '../../platform/i18n/index.ts';
import type { PageContext } from '../request/index.ts';
import { localPath } from './local-path.ts';

const year = 365 * 24 * 3600;

/** The browser's own choice, kept in a cookie of its own; it says nothing about the person. */
export async function chooseLanguage({ ctx, context, query, services }: PageContext): Promise<void> {
  const locale = query('locale');
  if (isLocale(locale))
    ctx.append(
      'set-cookie',
      `portaria_language=${locale}; Path=/; Max-Age=${year}; SameSite=Lax; HttpOnly${context.isSecure ? '; Secure' : ''}`,
    );
  // a redirect alone: what it leads to says for itself who may know its window
  keepOpener(ctx.res);
  ctx.redirect(`${context.mount}${localPath(query('to'), services.pathOf({ page: 'launchpad' }))}`);
}

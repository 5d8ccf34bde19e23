// Owns: the files that a company's pages and mails wear: its logo and its colour as a stylesheet. Does not: change them (admin-console).
import { colorOnDark, findCompanyLogo, readColor } from '../../domain/company/branding/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import type { PageContext, Route } from '../request/index.ts';

export const brandingRoutes: Route[] = [
  { method: 'GET', path: '/branding/logo', access: 'anyone', handle: sendLogo },
  { method: 'GET', path: '/branding/colors.css', access: 'anyone', handle: sendColors },
];

async function sendLogo({ ctx, scope, query }: PageContext): Promise<void> {
  const logo = await findCompanyLogo(scope);
  if (!logo) throw notFound();
  keep(ctx, query('v') === logo.etag);
  // readers of mail on the web show it, too
  ctx.set('cross-origin-resource-policy', 'cross-origin');
  ctx.etag = logo.etag;
  ctx.type = logo.contentType;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = logo.content;
}

async function sendColors({ ctx, branding, query }: PageContext): Promise<void> {
  // the address names its colour, so that a preview has one, too, before it is saved
  const named = readColor(`#${query('v')}`);
  const color = named ?? branding.color;
  keep(ctx, named !== undefined);
  ctx.type = 'css';
  ctx.body = `:root { --accent: light-dark(${color}, ${colorOnDark(color)}); }\n`;
}

/** For good, when the address names the version. */
function keep(ctx: PageContext['ctx'], isVersioned: boolean): void {
  ctx.remove('set-cookie');
  ctx.remove('vary');
  ctx.set('cache-control', isVersioned ? 'public, max-age=31536000, immutable' : 'public, max-age=60');
}

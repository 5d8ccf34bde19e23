// Owns: the guides as pages, and which part of them explains which page of the console. Does not: write them (docs/ does) or know companies: each sees the same.
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, type Route, renderPage } from '../../request/index.ts';
import { findGuide, findPicture, shelves } from './library.ts';

export { withHelp } from './help.ts';

export const guideRoutes: Route[] = [
  { method: 'GET', path: '/admin/guides', access: 'administrator', handle: listGuides },
  { method: 'GET', path: '/admin/guides/:guide', access: 'administrator', handle: showGuide },
  { method: 'GET', path: '/admin/guides/images/:image', access: 'administrator', handle: sendPicture },
];

async function listGuides(page: PageContext): Promise<void> {
  const titled = Object.entries(shelves).map(async ([shelf, names]) => {
    const guides = await Promise.all(names.map(async (name) => ({ name, title: (await findGuide(name))?.title })));
    return { shelf, guides: guides.filter(({ title }) => title) };
  });
  renderPage(page, 'admin-console/guides/list', { shelves: await Promise.all(titled) });
}

async function showGuide(page: PageContext): Promise<void> {
  const guide = await findGuide(page.params.guide!);
  if (!guide) throw notFound();
  renderPage(page, 'admin-console/guides/show', { guide });
}

async function sendPicture({ ctx, params }: PageContext): Promise<void> {
  const picture = await findPicture(params.image!);
  if (!picture) throw notFound();
  ctx.set('cache-control', 'private, max-age=86400');
  ctx.type = 'image/png';
  ctx.body = picture;
}

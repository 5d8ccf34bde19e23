import { tidySupportCode } from '../../../domain/administration/explanations/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import { countUsers } from '../../../domain/people/users/index.ts';
import { type PageContext, type Route, redirectTo, renderPage } from '../../request/index.ts';
import { avatarsOf } from '../avatars.ts';
import { findAll, longestSearch, pathOfCode } from './find.ts';

export const searchRoutes: Route[] = [
  { method: 'GET', path: '/admin/search', access: 'administrator', handle: showSearch },
  { method: 'GET', path: '/admin/search/suggestions', access: 'administrator', handle: sendSuggestions },
];

/** So many of each kind stand on the page, and under the field while one types. */
const [mostShown, mostSuggested] = [10, 5];

const soughtIn = ({ query }: PageContext): string => query('q').trim().slice(0, longestSearch);

async function showSearch(page: PageContext): Promise<void> {
  const text = soughtIn(page);
  const explanation = await pathOfCode(page, text);
  if (explanation) return redirectTo(page, explanation);
  const found = await findAll(page, text, mostShown);
  const isPeople = found.some(({ kind, all }) => kind === 'users' && all);
  renderPage(page, 'admin-console/search/show', {
    text,
    found,
    photoOf: await listPhotos(
      page.scope,
      found.flatMap(({ hits }) => hits.flatMap(({ user }) => user ?? [])),
    ),
    people: isPeople ? await countUsers(page.scope, { search: text }) : undefined,
    isCode: /\d|-/.test(text) && tidySupportCode(text) !== undefined,
  });
}

async function sendSuggestions(page: PageContext): Promise<void> {
  const { ctx, context, t } = page;
  const found = await findAll(page, soughtIn(page), mostSuggested);
  const avatarOf = await avatarsOf(
    page,
    found.flatMap(({ hits }) => hits.flatMap(({ user }) => user ?? [])),
  );
  ctx.set('cache-control', 'no-store');
  ctx.type = 'json';
  ctx.body = JSON.stringify({
    kinds: found.map(({ kind, hits, all }) => ({
      title: t(`console_search.${kind}`),
      items: hits.map(({ path, name, detail, user }) => ({
        href: context.mount + path,
        name,
        detail,
        ...(user && avatarOf(user)),
      })),
      all: all && { href: context.mount + all, name: t(`console_search.all_${kind}`) },
    })),
  });
}

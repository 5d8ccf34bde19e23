import { viewLaunchpad } from '../../../domain/administration/access-map/index.ts';
import { fullName } from '../../../domain/people/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';

/** What the person's own Launchpad shows, by the same view; nothing in it opens or changes anything. */
export async function showLaunchpadOf(page: PageContext): Promise<void> {
  const filter = { search: page.query('q').slice(0, 100), category: page.query('category') };
  const { user, shown } = await viewLaunchpad(page.scope, page.params.user!, filter);
  renderPage(page, 'admin-console/access-map/launchpad', { ...shown, user, name: fullName(user) });
}

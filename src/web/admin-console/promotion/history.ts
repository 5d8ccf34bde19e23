import { listPromotions } from '../../../domain/administration/promotion/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { presentDoers } from './present.ts';
import { surroundingsOf } from './surroundings.ts';

export async function showPromotions(page: PageContext): Promise<void> {
  await surroundingsOf(page);
  const { items, cursor } = await listPromotions(page.scope, page.query('after'));
  const names = await presentDoers(
    page,
    items.map(({ askedBy }) => askedBy),
  );
  renderPage(page, 'admin-console/promotion/history', {
    promotions: items.map((one, index) => ({ ...one, by: names[index], count: one.objects || one.choice.picked.length })),
    cursor,
  });
}

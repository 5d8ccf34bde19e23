import type { Page } from 'playwright-core';

/** Opens the menu that holds the first of these, where one does, as a person would. */
export async function openMenuOf(page: Page, selector: string): Promise<void> {
  // inside the menu, whatever the selector says of what is around it
  const menu = page.locator('details.row-menu:not([open])', { has: page.locator(selector.replace(/^main (\.actions )?/, '')).first() });
  const first = page.locator(selector).first();
  if ((await first.count()) > 0 && !(await first.isVisible()) && (await menu.count()) > 0) await menu.first().locator('summary').click();
}

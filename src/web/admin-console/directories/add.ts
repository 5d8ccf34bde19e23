import { addDirectory } from '../../../domain/people/directories/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { submitForm } from '../submit.ts';
import { showDirectory } from './show.ts';

/** S11: the name, and nothing else. */
export function showNew(page: PageContext, name = '', refusal?: Refusal): void {
  renderPage(page, 'admin-console/directories/new', { name }, { refusal });
}

/** S12: its token is shown as the answer, and never again. */
export async function submitNew(page: PageContext): Promise<void> {
  const name = page.form.get('name').trim();
  const added = await submitForm(
    page,
    () => addDirectory(page.scope, { name }),
    (refusal) => showNew(page, name, refusal),
  );
  if (!added) return;
  page.services.forgetCached(page.context.contextId);
  await showDirectory(page, added.directory.directoryId, added.token);
}

import { getDirectory, removeDirectory } from '../../../domain/people/directories/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

/** Nobody loses a directory by one click too many: its name is typed. */
export async function confirmRemoval(page: PageContext, refusal?: Refusal): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  renderPage(page, 'admin-console/directories/remove', { directory, typed: page.form.get('typed') }, { refusal });
}

export async function submitRemoval(page: PageContext): Promise<void> {
  const { directoryId, name } = await getDirectory(page.scope, page.params.directory!);
  if (page.form.get('typed').trim() !== name) {
    const typed = page.t('fields.type_name', { name });
    return confirmRemoval(page, { status: 422, fields: { typed } });
  }
  await removeDirectory(page.scope, directoryId);
  redirectTo(page, '/admin/directories', 'directory_removed');
}

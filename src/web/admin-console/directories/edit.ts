import { changeDirectory } from '../../../domain/administration/directory-runs/index.ts';
import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { attributesOf, type Directory, getDirectory } from '../../../domain/people/directories/index.ts';
import { defaultFilters } from '../../../smartsync-protocol/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { findPreview, type Preview } from './preview.ts';
import { inputOf, listMapped, parts, readValues, type Values, valuesOf } from './settings-form.ts';
import { presentState } from './show.ts';

export async function showEdit(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  await render(page, directory, valuesOf(directory));
}

type Shown = { preview?: Preview; refusal?: Refusal };

async function render(page: PageContext, directory: Directory, values: Values, { preview, refusal }: Shown = {}): Promise<void> {
  const locals = {
    ...(await presentState(page, directory)),
    values,
    parts,
    preview,
    mapped: listMapped(await listCustomFields(page.scope), directory),
    defaults: directory.kind && attributesOf(directory.kind, { ...directory.settings, mapping: { customFields: {} } }),
  };
  renderPage(page, 'admin-console/directories/form', locals, { refusal });
}

export async function submitEdit(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const customFields = await listCustomFields(page.scope);
  const values = readValues(page, listMapped(customFields, directory), shownVersion(page));
  const restore = page.form.get('restore');
  if (restore === 'userFilter' || restore === 'groupFilter') {
    const settings = { ...values.settings, [restore]: directory.kind ? defaultFilters[directory.kind][restore] : '' };
    return render(page, directory, { ...values, settings });
  }
  const showAgain = (refusal: Refusal) => render(page, directory, values, { refusal });
  if (page.form.get('find') === 'preview') {
    const preview = await submitForm(page, () => findPreview(page, directory, values, customFields), showAgain);
    if (preview) await render(page, directory, values, { preview });
    return;
  }
  const done = await submitForm(
    page,
    () => changeDirectory(page.scope, directory.directoryId, inputOf(values, directory), values.version),
    showAgain,
  );
  if (done) redirectTo(page, `/admin/directories/${directory.directoryId}`, 'directory_edited');
}

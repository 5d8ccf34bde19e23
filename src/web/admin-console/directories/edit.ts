import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { attributesOf, type Directory, defaultFilters, editDirectory, getDirectory } from '../../../domain/people/directories/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { inputOf, parts, readValues, type Values, valuesOf } from './settings-form.ts';
import { presentState } from './show.ts';

export async function showEdit(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  await render(page, directory, valuesOf(directory));
}

async function render(page: PageContext, directory: Directory, values: Values, refusal?: Refusal): Promise<void> {
  const customFields = await listCustomFields(page.scope);
  const locals = {
    ...(await presentState(page, directory)),
    values,
    parts,
    customFields,
    defaults: attributesOf(directory.kind, { ...directory.settings, mapping: { customFields: {} } }),
  };
  renderPage(page, 'admin-console/directories/form', locals, { refusal });
}

export async function submitEdit(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const values = readValues(page, await listCustomFields(page.scope), shownVersion(page));
  const restore = page.form.get('restore');
  if (restore === 'userFilter' || restore === 'groupFilter') {
    const settings = { ...values.settings, [restore]: defaultFilters[directory.kind ?? 'openldap'][restore] };
    return render(page, directory, { ...values, settings });
  }
  const done = await submitForm(
    page,
    () => editDirectory(page.scope, directory.directoryId, inputOf(values, directory), values.version),
    (refusal) => render(page, directory, values, refusal),
  );
  if (done) redirectTo(page, `/admin/directories/${directory.directoryId}`, 'directory_edited');
}

import {
  confirmImport,
  draftImport,
  findDraft,
  type ImportFault,
  importColumns,
  mostRows,
} from '../../../domain/administration/user-imports/index.ts';
import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../../domain/company/new-accounts/index.ts';
import { importWords, type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

/** As many faults as somebody mends before the next try. */
const shownFaults = 100;
const shownRows = 20;

export async function showImport(page: PageContext): Promise<void> {
  const { activation } = await page.services.findSettings(page.context.contextId, newAccountsSettings);
  await render(page, page.services.canMail ? activation : 'temporary-password');
}

async function render(page: PageContext, activation: string, faults: ImportFault[] = [], status = 200): Promise<void> {
  const locals = {
    activation,
    columns: importColumns,
    customFields: await listCustomFields(page.scope),
    most: mostRows,
    canMail: page.services.canMail,
    ...presentFaults(page, faults),
  };
  renderPage(page, 'admin-console/users/import', locals, { status });
}

const presentFaults = ({ t }: PageContext, faults: ImportFault[]) => ({
  faults: faults.slice(0, shownFaults).map(({ line, column, message, params }) => ({ line, column, text: t(message, params) })),
  faultCount: faults.length,
});

/** Reads and checks; nothing is added before it was looked at. */
export async function submitImport(page: PageContext): Promise<void> {
  const activation = page.form.get('activation') === 'invitation' ? 'invitation' : 'temporary-password';
  const content = await page.form.file('file');
  if (!content) return render(page, activation, [{ message: 'user_import.no_file' }], 422);
  const done = await draftImport(page.scope, content, { activation, locale: page.locale }, importWords(page.services.i18n));
  if ('faults' in done) return render(page, activation, done.faults, 422);
  redirectTo(page, `/admin/users/import/${done.operationId}`);
}

export async function showDraft(page: PageContext): Promise<void> {
  const { operation, rows, faults, unused, activation } = await findDraft(
    page.scope,
    page.params.operation!,
    importWords(page.services.i18n),
  );
  if (operation.state !== 'draft') return redirectTo(page, `/admin/operations/${operation.operationId}`);
  const administrators = rows.filter(({ person }) => person.role === 'administrator');
  const customFields = (await listCustomFields(page.scope)).filter(({ code }) => rows[0] && code in rows[0].customFields);
  const locals = {
    customFields,
    administrators: administrators.slice(0, shownRows),
    administratorCount: administrators.length,
    operation,
    rows: rows.slice(0, shownRows),
    count: rows.length,
    activation,
    unused,
    ...presentFaults(page, faults),
  };
  renderPage(page, 'admin-console/users/import-preview', locals);
}

export async function submitDraft(page: PageContext): Promise<void> {
  await confirmImport(page.scope, page.params.operation!);
  redirectTo(page, `/admin/operations/${page.params.operation}`);
}

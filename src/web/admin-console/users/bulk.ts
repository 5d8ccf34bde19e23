import { type BulkChange, bulkChanges, startBulkChange } from '../../../domain/administration/account-changes/index.ts';
import { type ChosenUsers, countUsers, listUsers, listUsersByIds } from '../../../domain/people/users/index.ts';
import { isId, type Scope } from '../../../domain/scope.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { type LinkKind, listChoices, readChoices, wantsSearch } from '../choices.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { filterFields, readFilter } from './filter.ts';

const linkedTo: Partial<Record<BulkChange, LinkKind>> = { 'add-to-groups': 'groups', 'link-applications': 'applications' };

/** Exactly: the number is what is agreed to. More people than this no company has. */
const countChosen = async (scope: Scope, chosen: ChosenUsers): Promise<number> =>
  'ids' in chosen ? chosen.ids.length : (await countUsers(scope, chosen.filter, 100_000_000)).n;

/** So many names are shown before it is done. */
const shown = 10;

const changeOf = ({ form }: PageContext): BulkChange => {
  const change = bulkChanges.find((one) => one === form.get('change'));
  if (!change) throw notFound();
  return change;
};

/** Those who are ticked and still there, or all whom the list's filter shows. */
async function readChosen({ form, scope }: PageContext): Promise<ChosenUsers> {
  if (form.get('whom') === 'all') return { filter: readFilter(form.get) };
  const ids = form.all('user').filter(isId).slice(0, 200);
  return { ids: (await listUsersByIds(scope, ids)).map(({ userId }) => userId) };
}

/** Says what will be done and to how many, before anything is. */
export async function showBulk(page: PageContext): Promise<void> {
  if (page.form.get('change') === '') return redirectTo(page, listOf(page), 'no_change_chosen');
  await render(page);
}

/** The list as it was, with its filters. */
const listOf = ({ form }: PageContext, more: Record<string, string> = {}): string =>
  `/admin/users?${new URLSearchParams({ ...filterFields(readFilter(form.get)), ...more })}`;

async function render(page: PageContext, refusal?: Refusal): Promise<void> {
  const { form, scope } = page;
  const change = changeOf(page);
  const chosen = await readChosen(page);
  const count = await countChosen(scope, chosen);
  const filter = filterFields(readFilter(form.get));
  const back = listOf(page);
  if (count === 0) return redirectTo(page, listOf(page, { change }), 'nobody_chosen');
  const kind = linkedTo[change];
  const list = kind && (await listChoices(scope, kind, readChoices(page, kind)));
  const some =
    'ids' in chosen ? (await listUsersByIds(scope, chosen.ids)).slice(0, shown) : (await listUsers(scope, chosen.filter, shown)).items;
  const hidden = 'ids' in chosen ? chosen.ids.map((id) => ['user', id]) : [['whom', 'all'], ...Object.entries(filter)];
  renderPage(
    page,
    'admin-console/users/bulk',
    { change, count, some, filter, kind, list, hidden, back, mustType: mustType(change, count), typed: form.get('typed') },
    { refusal },
  );
}

/** Nobody deletes a company by one click too many. */
const mustType = (change: BulkChange, count: number): boolean => change === 'delete' && count > 1;

export async function submitBulk(page: PageContext): Promise<void> {
  const change = changeOf(page);
  const kind = linkedTo[change];
  if (kind && wantsSearch(page, kind)) return render(page);
  const linkTo = kind && readChoices(page, kind).chosen;
  if (linkTo?.length === 0) return render(page, { status: 422, fault: page.t('links.none_chosen') });
  const chosen = await readChosen(page);
  const n = await countChosen(page.scope, chosen);
  if (mustType(change, n) && page.form.get('typed').replace(/\D/g, '') !== String(n))
    return render(page, { status: 422, fields: { typed: page.t('fields.bulk_number', { count: n }) } });
  const operationId = await submitForm(
    page,
    () => startBulkChange(page.scope, chosen, { change, linkTo, locale: page.locale }, mustType(change, n) ? n : undefined),
    ({ status, fields = {}, fault }) => render(page, { status, fault: fault ?? Object.values(fields)[0] }),
  );
  if (operationId) redirectTo(page, `/admin/operations/${operationId}`);
}

import { type BulkChange, bulkChanges, startBulkChange } from '../../../domain/administration/account-changes/index.ts';
import { startApprovalInvitations } from '../../../domain/administration/environments/index.ts';
import { listDirectories } from '../../../domain/people/directories/index.ts';
import { listGroupsByIds } from '../../../domain/people/groups/index.ts';
import { type ChosenUsers, countChosen, listChosen, listUsersByIds } from '../../../domain/people/users/index.ts';
import { type GroupId, isId, type OperationId } from '../../../domain/scope.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, type Refusal, renderPage, usableFactors } from '../../request/index.ts';
import { type ChoiceKind, type Choices, listChoices, readChoices, wantsSearch } from '../choices.ts';
import { mostTicked } from '../sorted-list.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { describeFilter, filterFields, readFilter } from './filter.ts';

/** What a list of people offers; the last where there is an approval environment. */
type Offered = BulkChange | 'invite-to-approval';

export const offeredChanges = ({ pair }: PageContext): Offered[] => [
  ...bulkChanges,
  ...(pair?.environment === 'approval' ? (['invite-to-approval'] as const) : []),
];

const linkedTo: Partial<Record<Offered, ChoiceKind>> = {
  'add-to-groups': 'groups',
  'link-applications': 'applications',
  'invite-to-approval': 'any_groups',
};

/** So many names are shown before it is done. */
const shown = 10;

const changeOf = (page: PageContext): Offered => {
  const change = offeredChanges(page).find((one) => one === page.form.get('change'));
  if (!change) throw notFound();
  return change;
};

/** Those who are ticked and still there, all whom the list's filter shows, or whoever is in one of some groups. */
async function readChosen({ form, scope }: PageContext): Promise<ChosenUsers> {
  if (form.get('whom') === 'all') return { filter: readFilter(form.get) };
  if (form.get('whom') === 'groups') return { groupIds: form.all('of').filter(isId).slice(0, 500) as GroupId[] };
  const ids = form.all('user').filter(isId).slice(0, mostTicked);
  return { ids: (await listUsersByIds(scope, ids)).map(({ userId }) => userId) };
}

/** Says what will be done and to how many, before anything is. */
export async function showBulk(page: PageContext): Promise<void> {
  if (page.form.get('change') === '') return redirectTo(page, listOf(page), 'no_change_chosen');
  await render(page);
}

/** Whoever is in one of these groups is invited to approval, and the groups with them. */
export async function showBulkOfGroups(page: PageContext, groupIds: string[]): Promise<void> {
  const groups = [...(await listGroupsByIds(page.scope, groupIds.filter(isId) as GroupId[])).values()];
  const chosen: ChosenUsers = groups.some(({ isEveryone }) => isEveryone)
    ? { filter: {} }
    : { groupIds: groups.map(({ groupId }) => groupId) };
  if ((await countChosen(page.scope, chosen)) === 0) return redirectTo(page, '/admin/environments/people', 'nobody_chosen');
  await showChosen(page, { change: 'invite-to-approval', chosen, choices: { search: '', chosen: groupIds } });
}

/** The list as it was, with its filters. */
const listOf = ({ form }: PageContext, more: Record<string, string> = {}): string =>
  `/admin/users?${new URLSearchParams({ ...filterFields(readFilter(form.get)), ...more })}`;

async function render(page: PageContext, refusal?: Refusal): Promise<void> {
  const change = changeOf(page);
  const chosen = await readChosen(page);
  if ((await countChosen(page.scope, chosen)) === 0) return redirectTo(page, listOf(page, { change }), 'nobody_chosen');
  const kind = linkedTo[change];
  await showChosen(page, { change, chosen, choices: kind && readChoices(page, kind) }, refusal);
}

type Shown = { change: Offered; chosen: ChosenUsers; choices?: Choices };

async function showChosen(page: PageContext, { change, chosen, choices }: Shown, refusal?: Refusal): Promise<void> {
  const { form, scope } = page;
  const count = await countChosen(scope, chosen);
  const filter = readFilter(form.get);
  const back = listOf(page);
  const kind = linkedTo[change];
  const list = kind && choices && (await listChoices(scope, kind, choices));
  const some = await listChosen(scope, chosen, shown);
  const hidden = carriedOn(chosen, filterFields(filter));
  const filterWords = 'filter' in chosen ? describeFilter(page, filter, await listDirectories(scope)).map(({ text }) => text) : [];
  renderPage(
    page,
    'admin-console/users/bulk',
    { change, count, some, filterWords, kind, list, hidden, back, mustType: mustType(change, count), typed: form.get('typed') },
    { refusal },
  );
}

/** Who was chosen, in the form that does it. */
function carriedOn(chosen: ChosenUsers, filter: Record<string, string>): string[][] {
  if ('ids' in chosen) return chosen.ids.map((id) => ['user', id]);
  if ('groupIds' in chosen) return [['whom', 'groups'], ...chosen.groupIds.map((id) => ['of', id])];
  return [['whom', 'all'], ...Object.entries(filter)];
}

/** Nobody deletes a company by one click too many. */
const mustType = (change: Offered, count: number): boolean => change === 'delete' && count > 1;

export async function submitBulk(page: PageContext): Promise<void> {
  const change = changeOf(page);
  const kind = linkedTo[change];
  if (kind && wantsSearch(page, kind)) return render(page);
  const linkTo = kind && readChoices(page, kind).chosen;
  if (linkTo?.length === 0 && change !== 'invite-to-approval') return render(page, { status: 422, fault: page.t('links.none_chosen') });
  const chosen = await readChosen(page);
  const n = await countChosen(page.scope, chosen);
  if (mustType(change, n) && page.form.get('typed').replace(/\D/g, '') !== String(n))
    return render(page, { status: 422, fields: { typed: page.t('fields.bulk_number', { count: n }) } });
  const operationId = await submitForm(
    page,
    () => start(page, chosen, { change, linkTo, agreed: page.form.has('agreed') ? Number(page.form.get('agreed')) : undefined }),
    ({ status, fields = {}, fault }) => render(page, { status, fault: fault ?? Object.values(fields)[0] }),
  );
  if (operationId) redirectTo(page, `/admin/operations/${operationId}`);
}

type Asked = { change: Offered; linkTo?: string[]; agreed?: number };

function start(page: PageContext, chosen: ChosenUsers, { change, linkTo, agreed }: Asked): Promise<OperationId> {
  const { scope, locale } = page;
  if (change === 'invite-to-approval') return startApprovalInvitations(scope, chosen, { groupIds: linkTo ?? [], locale }, agreed);
  return startBulkChange(scope, chosen, { change, linkTo, locale, usableFactors: usableFactors(page) }, agreed);
}

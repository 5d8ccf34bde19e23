import {
  acceptEntries,
  type ChosenEntries,
  type EntryChanges,
  putBackEntries,
  rejectEntries,
} from '../../../domain/administration/directory-acceptance/index.ts';
import { type Directory, getDirectory } from '../../../domain/people/directories/index.ts';
import { countMatching } from '../../../domain/people/directory-entries/index.ts';
import { isId } from '../../../domain/scope.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { formatCount, type PageContext, renderPage } from '../../request/index.ts';
import { mostTicked } from '../sorted-list.ts';
import { redirectTo } from '../submit.ts';
import { filterFields, readFilter } from './entries.ts';

type Change = (scope: PageContext['scope'], directoryId: string, chosen: ChosenEntries) => Promise<EntryChanges>;

/** What can be done to the entries of a list, by the value of its buttons; `none`: what the page says when all of them go on waiting. */
const changes: Record<string, { run: Change; done: string; some: string; none: string; dangerous?: boolean }> = {
  accept: { run: acceptEntries, done: 'entries_accepted', some: 'entries_accepted_some', none: 'entries_not_accepted' },
  reject: { run: rejectEntries, done: 'entries_rejected', some: 'entries_rejected', none: 'entries_rejected', dangerous: true },
  'put-back': { run: putBackEntries, done: 'entries_put_back', some: 'entries_put_back', none: 'entries_put_back' },
};

const listOf = (page: PageContext, { directoryId }: Directory): string =>
  `/admin/directories/${directoryId}/entries?${new URLSearchParams(filterFields(readFilter(page, page.form.get)))}`;

/** Those that are ticked, at once; all that the list shows, after a question that says how many. */
export async function submitEntries(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const { form } = page;
  const name = form.get('change');
  const change = Object.hasOwn(changes, name) ? changes[name]! : undefined;
  if (!change) throw notFound();
  const filter = readFilter(page, form.get);
  const isAll = form.get('whom') === 'all';
  if (isAll && form.get('sure') !== 'yes') return confirmAll(page, directory, name);
  const entryIds = form.all('entry').filter(isId).slice(0, mostTicked);
  if (!isAll && entryIds.length === 0) return redirectTo(page, listOf(page, directory), 'nobody_chosen');
  const { kind, search, reason } = filter;
  const { done, refused, operationId } = await change.run(
    page.scope,
    directory.directoryId,
    isAll ? { all: true, kind, search, reason } : { entryIds },
  );
  if (operationId) return redirectTo(page, `/admin/operations/${operationId}`);
  redirectTo(page, listOf(page, directory), refused.length === 0 ? change.done : done > 0 ? change.some : change.none);
}

async function confirmAll(page: PageContext, directory: Directory, name: string): Promise<void> {
  const filter = readFilter(page, page.form.get);
  const count = { n: await countMatching(page.scope, filter), isMore: false };
  renderPage(page, 'admin-console/confirm', {
    question: `confirm.entries_${name.replace('-', '_')}`,
    name: directory.name,
    words: { count: formatCount(page.locale, count) },
    hidden: { ...filterFields(filter), change: name, whom: 'all', sure: 'yes' },
    action: `/admin/directories/${directory.directoryId}/entries`,
    back: listOf(page, directory),
    dangerous: changes[name]!.dangerous,
  });
}

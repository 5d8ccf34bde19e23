import { isSortOf } from '../../../domain/keyset.ts';
import { getDirectory } from '../../../domain/people/directories/index.ts';
import {
  countShown,
  type Entry,
  type EntryFilter,
  type EntryState,
  entryReasons,
  entrySortKeys,
  listEntries,
} from '../../../domain/people/directory-entries/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { describeList, mostTicked } from '../sorted-list.ts';
import { presentState } from './show.ts';
import { reasonText } from './words.ts';

const states: EntryState[] = ['pending', 'accepted', 'rejected'];
const kinds: Entry['kind'][] = ['person', 'group'];

/** What the list shows, from an address or from a form that carries it on. */
export const readFilter = (page: PageContext, value: (name: string) => string): EntryFilter => ({
  directoryId: page.params.directory!,
  state: states.find((one) => one === value('state')) ?? 'pending',
  kind: kinds.find((one) => one === value('kind')),
  reason: entryReasons.find((one) => one === value('reason')),
  search: value('q').slice(0, 100),
});

export const filterFields = ({ state, kind, reason, search }: EntryFilter): Record<string, string> =>
  Object.fromEntries(Object.entries({ state, kind, reason, q: search }).filter((entry): entry is [string, string] => Boolean(entry[1])));

/** S16, S19: who waits, who was accepted, who was rejected. */
export async function showEntries(page: PageContext): Promise<void> {
  const directory = await getDirectory(page.scope, page.params.directory!);
  const filter = readFilter(page, page.query);
  const { t, query } = page;
  const sort = isSortOf(entrySortKeys, query('sort')) ? query('sort') : undefined;
  const order = sort as EntryFilter['sort'];
  const { items, ...ends } = await listEntries(page.scope, { ...filter, sort: order, cursor: query('after'), before: query('before') });
  const { state, ...narrowing } = filterFields(filter);
  const list = describeList(narrowing, sort, {
    q: `“${filter.search}”`,
    kind: t(filter.kind === 'group' ? 'nav.groups' : 'nav.people'),
    reason: `${t('directories.reason')}: ${filter.reason && reasonText(page, filter.reason)}`,
  });
  // the state is a tab, and no filter that could be taken away
  const ofTab = (address: string) => String(new URLSearchParams([['state', state!], ...new URLSearchParams(address)]));
  renderPage(page, 'admin-console/directories/entries', {
    ...(await presentState(page, directory)),
    tab: filter.state,
    filter,
    fields: filterFields(filter),
    reasons: entryReasons.map((reason) => ({ reason, text: reasonText(page, reason) })),
    sort,
    shown: { state: state!, ...list.state },
    chips: list.chips.map((one) => ({ ...one, query: ofTab(one.query) })),
    cleared: `?${ofTab(list.cleared.slice(1))}`,
    mostTicked,
    isNarrowed: Object.keys(narrowing).length > 0,
    count: await countShown(page.scope, filter, 10_000),
    entries: items.map((one) => ({ ...one, why: one.reason && reasonText(page, one.reason) })),
    ...ends,
  });
}

import { getDirectory } from '../../../domain/people/directories/index.ts';
import {
  countShown,
  type Entry,
  type EntryFilter,
  type EntryState,
  entryReasons,
  listEntries,
} from '../../../domain/people/directory-entries/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
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
  const { items, cursor } = await listEntries(page.scope, { ...filter, cursor: page.query('after') });
  renderPage(page, 'admin-console/directories/entries', {
    ...(await presentState(page, directory)),
    tab: filter.state,
    filter,
    fields: filterFields(filter),
    reasons: entryReasons.map((reason) => ({ reason, text: reasonText(page, reason) })),
    count: await countShown(page.scope, filter, 10_000),
    entries: items.map((one) => ({ ...one, why: one.reason && reasonText(page, one.reason) })),
    cursor,
  });
}

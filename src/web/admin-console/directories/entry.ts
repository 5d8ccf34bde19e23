import { linkEntry, linkGroup, unlinkEntry } from '../../../domain/administration/directory-acceptance/index.ts';
import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { type Directory, getDirectory } from '../../../domain/people/directories/index.ts';
import { describePerson, type Entry, getEntry } from '../../../domain/people/directory-entries/index.ts';
import { findGroupByName, type Group } from '../../../domain/people/groups/index.ts';
import { findUserByLogin, fullName, getUser, recordView, type User } from '../../../domain/people/users/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { presentPerson } from './present-person.ts';
import { presentState } from './show.ts';
import { reasonText } from './words.ts';

const load = async ({ scope, params }: PageContext) => ({
  directory: await getDirectory(scope, params.directory!),
  entry: await getEntry(scope, params.directory!, params.entry!),
});
const pathOf = ({ directoryId, entryId }: Entry): string => `/admin/directories/${directoryId}/entries/${entryId}`;

/** What the directory says of a person or a group, what it would be here, and beside it whoever has that login or name here already. */
export async function showEntry(page: PageContext, refusal?: Refusal): Promise<void> {
  const { directory, entry } = await load(page);
  const customFields = await listCustomFields(page.scope);
  const said = entry.kind === 'person' ? describePerson(entry, directory, customFields) : undefined;
  const typed = page.query('login').trim();
  const sought = typed || (entry.reason === 'conflict' ? (said?.email ?? said?.username ?? entry.name) : '');
  const user = entry.kind === 'person' && sought ? await findUserByLogin(page.scope, sought) : undefined;
  const group = entry.kind === 'group' && sought ? await findGroupByName(page.scope, sought) : undefined;
  if (user) await recordView(page.scope, user);
  renderPage(
    page,
    'admin-console/directories/entry',
    {
      ...(await presentState(page, directory)),
      entry,
      reason: entry.reason && reasonText(page, entry.reason),
      attributes: Object.entries(entry.attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
      becomes: said && presentPerson(page, said, customFields),
      typed,
      isUnknown: typed !== '' && !user && !group,
      ours: ours(user, group),
    },
    { refusal },
  );
}

function ours(user?: User, group?: Group) {
  if (user) return { id: user.userId, path: `/admin/users/${user.userId}`, name: fullName(user), user };
  return group && { id: group.groupId, path: `/admin/groups/${group.groupId}`, name: group.name };
}

export async function submitLink(page: PageContext): Promise<void> {
  const { directory, entry } = await load(page);
  const link = entry.kind === 'person' ? linkEntry : linkGroup;
  const id = page.form.get('id');
  if (entry.kind === 'person' && page.form.get('sure') !== 'yes') return confirmLink(page, directory, entry, id);
  const done = await submitForm(
    page,
    () => link(page.scope, entry.directoryId, entry.entryId, id).then(() => true),
    (refusal) => showEntry(page, refusal),
  );
  if (done) redirectTo(page, entry.kind === 'person' ? `/admin/users/${id}` : `/admin/groups/${id}`, 'entry_linked');
}

/** Whoever has the password of the network gets into the account. */
async function confirmLink(page: PageContext, directory: Directory, entry: Entry, id: string): Promise<void> {
  const user = await getUser(page.scope, id);
  const isAdministrator = user.role === 'administrator';
  renderPage(page, 'admin-console/confirm', {
    question: isAdministrator ? 'confirm.link_administrator' : 'confirm.link_entry',
    name: entry.name,
    words: { directory: directory.name, person: fullName(user) },
    hidden: { id: user.userId, sure: 'yes' },
    action: `${pathOf(entry)}/link`,
    back: pathOf(entry),
    dangerous: isAdministrator,
  });
}

export async function confirmUnlink(page: PageContext): Promise<void> {
  const { directory, entry } = await load(page);
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.unlink_entry',
    name: entry.name,
    words: { directory: directory.name },
    action: `${pathOf(entry)}/unlink`,
    back: pathOf(entry),
    dangerous: true,
  });
}

export async function submitUnlink(page: PageContext): Promise<void> {
  const { entry } = await load(page);
  await unlinkEntry(page.scope, entry.directoryId, entry.entryId);
  redirectTo(page, pathOf(entry), 'entry_unlinked');
}

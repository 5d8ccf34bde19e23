import { addToGroup, deleteGroup, findSecondFactorOfGroup, hasGroupRules } from '../../../domain/administration/group-changes/index.ts';
import { listApplicationsOfGroup } from '../../../domain/applications/assignments/index.ts';
import { isSortOf } from '../../../domain/keyset.ts';
import type { Directory } from '../../../domain/people/directories/index.ts';
import {
  countGroups,
  createGroup,
  editGroup,
  type Group,
  getGroup,
  groupSortKeys,
  removeMember,
  viewGroup,
  viewGroups,
} from '../../../domain/people/groups/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import { countUsers, fullName, getUser, listUsers } from '../../../domain/people/users/index.ts';
import { type PageContext, type Refusal, type Route, renderPage, usableFactors } from '../../request/index.ts';
import { findOriginOfGroup, originsOfGroups } from '../origins.ts';
import { readPastedPeople } from '../pasted-people.ts';
import { findPeople, presentPicks } from '../pickers.ts';
import { describeList } from '../sorted-list.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { redirectWithUndo } from '../undo.ts';
import { confirmRemove, showAdd, submitAdd, submitRemove } from './applications.ts';
import { confirmSecondFactor, submitSecondFactor } from './second-factor.ts';

export const groupRoutes: Route[] = [
  { method: 'GET', path: '/admin/groups', access: 'administrator', handle: showGroups },
  { method: 'GET', path: '/admin/groups/new', access: 'administrator', handle: async (page) => showForm(page) },
  { method: 'POST', path: '/admin/groups/new', access: 'administrator', handle: submitNew },
  { method: 'GET', path: '/admin/groups/:group', access: 'administrator', handle: (page) => showGroup(page) },
  { method: 'GET', path: '/admin/groups/:group/edit', access: 'administrator', handle: showEdit },
  { method: 'POST', path: '/admin/groups/:group/edit', access: 'administrator', handle: submitEdit },
  { method: 'POST', path: '/admin/groups/:group/members', access: 'administrator', handle: submitMembers },
  { method: 'GET', path: '/admin/groups/:group/members/:user/remove', access: 'administrator', handle: confirmRemoval },
  { method: 'POST', path: '/admin/groups/:group/members/:user/remove', access: 'administrator', handle: submitRemoval },
  { method: 'GET', path: '/admin/groups/:group/applications/add', access: 'administrator', handle: showAdd },
  { method: 'POST', path: '/admin/groups/:group/applications/add', access: 'administrator', handle: submitAdd },
  { method: 'GET', path: '/admin/groups/:group/applications/:application/remove', access: 'administrator', handle: confirmRemove },
  { method: 'POST', path: '/admin/groups/:group/applications/:application/remove', access: 'administrator', handle: submitRemove },
  { method: 'GET', path: '/admin/groups/:group/second-factor', access: 'administrator', handle: confirmSecondFactor },
  { method: 'POST', path: '/admin/groups/:group/second-factor', access: 'administrator', handle: submitSecondFactor },
  { method: 'GET', path: '/admin/groups/:group/delete', access: 'administrator', handle: confirmDeletion },
  { method: 'POST', path: '/admin/groups/:group/delete', access: 'administrator', handle: submitDeletion },
];

async function showGroups(page: PageContext): Promise<void> {
  const { query, t } = page;
  const sort = query('sort');
  const filter = { search: query('q').slice(0, 100), directory: query('directory') };
  const order = isSortOf(groupSortKeys, sort) ? sort : undefined;
  const { items, ...ends } = await viewGroups(page.scope, { ...filter, sort: order, cursor: query('after'), before: query('before') });
  const origins = await originsOfGroups(
    page.scope,
    items.map(({ groupId }) => groupId),
  );
  const origin = filter.directory === 'none' ? t('directory_origin.none') : nameOf(origins.directories, filter.directory);
  renderPage(page, 'admin-console/groups/list', {
    groups: items,
    ...ends,
    ...describeList({ q: filter.search, directory: filter.directory }, order, {
      q: `“${filter.search}”`,
      directory: `${t('directory_origin.directory')}: ${origin}`,
    }),
    count: ends.previous || ends.cursor ? await countGroups(page.scope, filter) : items.length,
    ...filter,
    ...origins,
  });
}

const nameOf = (directories: Directory[], id: string): string => directories.find(({ directoryId }) => directoryId === id)?.name ?? id;

function showForm(
  page: PageContext,
  values: { name: string; description: string; version?: number } = { name: '', description: '' },
  group?: { groupId: string; name: string; directory?: string },
  refusal?: Refusal,
): void {
  renderPage(page, 'admin-console/groups/form', { values, group }, { refusal });
}

const input = (page: PageContext) => ({
  name: page.form.get('name'),
  description: page.form.get('description'),
  version: shownVersion(page),
});

async function submitNew(page: PageContext): Promise<void> {
  const values = input(page);
  const group = await submitForm(
    page,
    () => createGroup(page.scope, values),
    (refusal) => showForm(page, values, undefined, refusal),
  );
  if (group) redirectTo(page, `/admin/groups/${group.groupId}`, 'group_created');
}

async function showGroup(page: PageContext, fault?: { login: string; message: string }, status = fault ? 422 : 200): Promise<void> {
  const group = await viewGroup(page.scope, page.params.group!);
  const filter = {
    groupId: group.isEveryone ? undefined : group.groupId,
    search: page.query('q').slice(0, 100),
    cursor: page.query('after'),
  };
  const { items, cursor } = await listUsers(page.scope, filter);
  const found = await findPeople(page.scope, page.query('person'));
  const locals = {
    group,
    members: items,
    photoOf: await listPhotos(page.scope, [...items, ...found.people]),
    cursor,
    search: filter.search,
    count: await countUsers(page.scope, filter),
    applications: await listApplicationsOfGroup(page.scope, group.groupId),
    origin: await findOriginOfGroup(page.scope, group.groupId),
    secondFactor: await findSecondFactorOfGroup(page.scope, group.groupId),
    fault,
    found,
    picks: presentPicks(page),
  };
  renderPage(page, 'admin-console/groups/group', locals, { status });
}

async function showEdit(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  if (group.isEveryone) return redirectTo(page, `/admin/groups/${group.groupId}`);
  showForm(page, group, { ...group, directory: await nameOfDirectory(page, group) });
}

async function submitEdit(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const directory = await nameOfDirectory(page, group);
  const values = { ...input(page), ...(directory === undefined ? {} : { name: group.name }) };
  const done = await submitForm(
    page,
    () => editGroup(page.scope, group.groupId, values, values.version).then(() => true),
    (refusal) => showForm(page, values, { ...group, directory }, refusal),
  );
  if (done) redirectTo(page, `/admin/groups/${group.groupId}`, 'group_edited');
}

/** Of one that says the group's name. */
const nameOfDirectory = async ({ scope }: PageContext, { groupId }: Group): Promise<string | undefined> =>
  (await findOriginOfGroup(scope, groupId))?.directory.name;

async function submitMembers(page: PageContext): Promise<void> {
  const people = await readPastedPeople(page);
  if ('fault' in people) return showGroup(page, people.fault);
  const added = await submitForm(
    page,
    () => addToGroup(page.scope, page.params.group!, people.userIds, { usableFactors: usableFactors(page) }),
    ({ status, fault = '' }) => showGroup(page, { login: page.form.get('login'), message: fault }, status),
  );
  if (added === undefined) return;
  redirectTo(page, `/admin/groups/${page.params.group}`, added === 0 ? 'already_members' : added === 1 ? 'member_added' : 'members_added');
}

async function confirmRemoval(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const user = await getUser(page.scope, page.params.user!);
  const path = `/admin/groups/${group.groupId}`;
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.remove_member',
    name: fullName(user),
    words: { group: group.name },
    action: `${path}/members/${user.userId}/remove`,
    back: path,
    dangerous: true,
  });
}

async function submitRemoval(page: PageContext): Promise<void> {
  const [groupId, userId] = [page.params.group!, page.params.user!];
  const path = `/admin/groups/${groupId}`;
  if (await removeMember(page.scope, groupId, userId)) redirectWithUndo(page, path, 'member_removed', { groupId, userId });
  else redirectTo(page, path, 'member_removed');
}

async function confirmDeletion(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  if (group.isEveryone) return redirectTo(page, `/admin/groups/${group.groupId}`);
  renderPage(page, 'admin-console/confirm', {
    question: (await hasGroupRules(page.scope, group.groupId)) ? 'confirm.delete_group_rules' : 'confirm.delete_group',
    name: group.name,
    action: `/admin/groups/${group.groupId}/delete`,
    back: `/admin/groups/${group.groupId}`,
    dangerous: true,
  });
}

async function submitDeletion(page: PageContext): Promise<void> {
  await deleteGroup(page.scope, page.params.group!);
  redirectTo(page, '/admin/groups', 'group_deleted');
}

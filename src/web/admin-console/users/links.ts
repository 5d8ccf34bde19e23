import { linkPerson } from '../../../domain/administration/group-changes/index.ts';
import { listAssignments, unassignApplication } from '../../../domain/applications/assignments/index.ts';
import { listGroupsOfUser, removeMember } from '../../../domain/people/groups/index.ts';
import { fullName, getUser, recordView, type User } from '../../../domain/people/users/index.ts';
import type { Scope } from '../../../domain/scope.ts';
import { type PageContext, type Refusal, type Route, renderPage, usableFactors } from '../../request/index.ts';
import { type Held, type LinkKind, linksOf, listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { originsOfGroups } from '../origins.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { redirectWithUndo } from '../undo.ts';

/** What a person is linked to: how it is listed, and how one link is taken away (S91–S97). */
const links = {
  groups: {
    list: async (scope: Scope, user: User) => {
      const groups = await listGroupsOfUser(scope, user.userId);
      const { directoryOf } = await originsOfGroups(
        scope,
        groups.map(({ groupId }) => groupId),
      );
      return groups.map(({ groupId, name, isEveryone }) => ({
        id: groupId as string,
        name,
        isEveryone,
        isRemovable: !isEveryone && !directoryOf.has(groupId),
        directory: directoryOf.get(groupId)?.name,
        groups: [] as { name: string; isEveryone: boolean }[],
      }));
    },
    remove: (scope: Scope, user: User, id: string) => removeMember(scope, id, user.userId),
  },
  applications: {
    list: async (scope: Scope, user: User) =>
      (await listAssignments(scope, user.userId)).map(({ applicationId, name, isDirect, groups }) => ({
        id: applicationId as string,
        name,
        isEveryone: false,
        isRemovable: isDirect,
        directory: undefined as string | undefined,
        groups,
      })),
    // S95: only the person's own; what a group gives is taken away at the group
    remove: (scope: Scope, user: User, id: string) => unassignApplication(scope, id, { kind: 'user', id: user.userId }),
  },
};

export const linkRoutes: Route[] = (['groups', 'applications'] as const).flatMap((kind): Route[] => {
  const path = `/admin/users/:user/${kind}`;
  return [
    { method: 'GET', path, access: 'administrator', handle: (page) => showLinks(page, kind) },
    { method: 'POST', path: `${path}/remove`, access: 'administrator', handle: (page) => submitRemoval(page, kind) },
    { method: 'GET', path: `${path}/add`, access: 'administrator', handle: (page) => showAdd(page, kind) },
    { method: 'POST', path: `${path}/add`, access: 'administrator', handle: (page) => submitAdd(page, kind) },
  ];
});

async function showLinks(page: PageContext, kind: LinkKind): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  await recordView(page.scope, user);
  renderPage(page, 'admin-console/users/links', { kind, user, name: fullName(user), links: await links[kind].list(page.scope, user) });
}

async function submitRemoval(page: PageContext, kind: LinkKind): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const id = page.form.get('id');
  const path = `/admin/users/${user.userId}/${kind}`;
  const done = kind === 'groups' ? 'member_removed' : 'unassigned';
  if (!(await links[kind].remove(page.scope, user, id))) return redirectTo(page, path, done);
  const { userId } = user;
  redirectWithUndo(page, path, done, kind === 'groups' ? { groupId: id, userId } : { applicationId: id, kind: 'user', id: userId });
}

async function showAdd(page: PageContext, kind: LinkKind, choices = noChoices, refusal?: Refusal): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const held = (await links[kind].list(page.scope, user)).map(({ id, isRemovable, directory, groups }): [string, Held] => {
    const isItself = kind === 'groups' || isRemovable || directory;
    return [id, isItself ? {} : { through: groups.map((one) => (one.isEveryone ? page.t('groups.everyone') : one.name)).join(', ') }];
  });
  const list = await listChoices(page.scope, kind, choices, new Map(held));
  renderPage(page, 'admin-console/users/links-add', { kind, user, name: fullName(user), list }, { refusal });
}

async function submitAdd(page: PageContext, kind: LinkKind): Promise<void> {
  const choices = readChoices(page, kind);
  if (wantsSearch(page, kind)) return showAdd(page, kind, choices);
  if (choices.chosen.length === 0) return showAdd(page, kind, choices, { status: 422, fault: page.t('links.none_chosen') });
  const user = await getUser(page.scope, page.params.user!);
  const done = await submitForm(
    page,
    () => linkPerson(page.scope, user.userId, linksOf({ [kind]: choices }), { usableFactors: usableFactors(page) }).then(() => true),
    (refusal) => showAdd(page, kind, choices, refusal),
  );
  if (done) redirectTo(page, `/admin/users/${user.userId}/${kind}`, kind === 'groups' ? 'groups_linked' : 'applications_linked');
}

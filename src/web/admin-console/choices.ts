import { listApplications, listApplicationsByIds } from '../../domain/applications/applications/index.ts';
import type { Links } from '../../domain/applications/assignments/index.ts';
import type { Directory } from '../../domain/people/directories/index.ts';
import { searchGroups } from '../../domain/people/groups/index.ts';
import { type GroupId, isId, type Scope } from '../../domain/scope.ts';
import type { PageContext } from '../request/index.ts';
import { originsOfGroups } from './origins.ts';

/** What can be ticked in a form; there may be thousands, so a part is shown and the rest is searched for. */
export type Choices = { search: string; chosen: string[] };
/** `isFixed`: the person has it already. `directory`: whose group it is, which alone says who is in it. */
export type Choice = { id: string; name: string; isChosen: boolean; isFixed: boolean; directory?: string };
export type ChoiceList = { search: string; items: Choice[]; hasMore: boolean };

export const linkKinds = ['groups', 'applications'] as const;
/** What a person is linked to. */
export type LinkKind = (typeof linkKinds)[number];
/** Of a person nobody chooses Everyone; of an application one may. `any_groups`: those of a directory, too, which are only named and not joined. */
export type ChoiceKind = LinkKind | 'all_groups' | 'any_groups';

const shown = 100;
const most = 500;

export const noChoices: Choices = { search: '', chosen: [] };

export const readChoices = ({ form }: PageContext, kind: ChoiceKind): Choices => ({
  search: form.get(`${kind}_search`).slice(0, 100),
  chosen: form.all(kind).filter(isId).slice(0, most),
});

/** The form was sent to look for more, by its button or by Enter in the search field. */
export const wantsSearch = ({ form }: PageContext, kind: ChoiceKind): boolean =>
  form.get('find') === kind || form.get(`${kind}_search`) !== form.get(`${kind}_shown`);

const loadGroups = async (scope: Scope, search: string, ids: string[] | undefined, withEveryone: boolean) =>
  (await searchGroups(scope, { search, limit: ids ? most : shown + 1, ids, withEveryone })).map(({ groupId, name }) => ({
    id: groupId as string,
    name,
  }));

const load = {
  groups: (scope: Scope, search: string, ids?: string[]) => loadGroups(scope, search, ids, false),
  any_groups: (scope: Scope, search: string, ids?: string[]) => loadGroups(scope, search, ids, false),
  all_groups: (scope: Scope, search: string, ids?: string[]) => loadGroups(scope, search, ids, true),
  applications: async (scope: Scope, search: string, ids?: string[]) =>
    (ids ? await listApplicationsByIds(scope, ids) : (await listApplications(scope, { search }, shown + 1)).items).map(
      ({ applicationId, name }) => ({ id: applicationId as string, name }),
    ),
};

/** What is ticked stands first, wherever it was found. @param fixed ids of what the person has already */
export async function listChoices(
  scope: Scope,
  kind: ChoiceKind,
  { search, chosen }: Choices,
  fixed = new Set<string>(),
): Promise<ChoiceList> {
  const ticked = new Set(chosen);
  const directoryOf = async (ids: string[]) =>
    kind === 'groups' ? (await originsOfGroups(scope, ids as GroupId[])).directoryOf : new Map<string, Directory>();
  const first = chosen.length > 0 ? await load[kind](scope, '', chosen) : [];
  const found = await load[kind](scope, search);
  const origins = await directoryOf(found.map(({ id }) => id));
  return {
    search,
    hasMore: found.length > shown,
    items: [...first, ...found.slice(0, shown).filter(({ id }) => !ticked.has(id))].map((one) => ({
      ...one,
      isChosen: ticked.has(one.id),
      isFixed: fixed.has(one.id),
      directory: origins.get(one.id)?.name,
    })),
  };
}

export const linksOf = (choices: Partial<Record<LinkKind, Choices>>): Links => ({
  groupIds: choices.groups?.chosen ?? [],
  applicationIds: choices.applications?.chosen ?? [],
});

import { listApplications, listApplicationsByIds } from '../../domain/applications/applications/index.ts';
import type { Links } from '../../domain/applications/assignments/index.ts';
import type { Directory } from '../../domain/people/directories/index.ts';
import { searchGroups } from '../../domain/people/groups/index.ts';
import { type GroupId, isId, type Scope } from '../../domain/scope.ts';
import type { PageContext } from '../request/index.ts';
import { originsOfGroups } from './origins.ts';

/** What can be ticked in a form; there may be thousands, so a part is shown and the rest is searched for. */
export type Choices = { search: string; chosen: string[] };
/** `isFixed`: it is ticked and stays. `why`: key of the words that say so, or that it is had in another way, too. `directory`: whose group it is, which alone says who is in it. */
export type Choice = {
  id: string;
  name: string;
  isEveryone: boolean;
  isChosen: boolean;
  isFixed: boolean;
  why?: string;
  through?: string;
  directory?: string;
};
/** What somebody has already: linked by itself, or only `through` groups of these names, beside which it can be chosen still. */
export type Held = { through?: string };
export type ChoiceList = { search: string; items: Choice[]; hasMore: boolean };

export const linkKinds = ['groups', 'applications'] as const;
/** What a person is linked to. */
export type LinkKind = (typeof linkKinds)[number];
/** Of a person Everyone is nobody's choice: it is ticked. Of an application one may choose it. `any_groups`: those of a directory, too, which are only named and not joined. */
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
  (await searchGroups(scope, { search, limit: ids ? most : shown + 1, ids, withEveryone })).map(({ groupId, name, isEveryone }) => ({
    id: groupId as string,
    name,
    isEveryone,
  }));

const load = {
  groups: (scope: Scope, search: string, ids?: string[]) => loadGroups(scope, search, ids, true),
  any_groups: (scope: Scope, search: string, ids?: string[]) => loadGroups(scope, search, ids, false),
  all_groups: (scope: Scope, search: string, ids?: string[]) => loadGroups(scope, search, ids, true),
  applications: async (scope: Scope, search: string, ids?: string[]) =>
    (ids ? await listApplicationsByIds(scope, ids) : (await listApplications(scope, { search }, shown + 1)).items).map(
      ({ applicationId, name }) => ({ id: applicationId as string, name, isEveryone: false }),
    ),
};

/** What is ticked stands first, wherever it was found. @param held what there is already, by id; of a set all by itself */
export async function listChoices(
  scope: Scope,
  kind: ChoiceKind,
  { search, chosen }: Choices,
  held: ReadonlySet<string> | ReadonlyMap<string, Held> = new Set(),
): Promise<ChoiceList> {
  const ticked = new Set(chosen);
  const first = chosen.length > 0 ? await load[kind](scope, '', chosen) : [];
  const found = await load[kind](scope, search);
  const { directoryOf } =
    kind === 'groups'
      ? await originsOfGroups(scope, found.map(({ id }) => id) as GroupId[])
      : { directoryOf: new Map<string, Directory>() };
  return {
    search,
    hasMore: found.length > shown,
    items: [...first, ...found.slice(0, shown).filter(({ id }) => !ticked.has(id))].map((one) => {
      const isEverybodys = kind === 'groups' && one.isEveryone;
      const has = 'get' in held ? held.get(one.id) : held.has(one.id) ? {} : undefined;
      return {
        ...one,
        isChosen: ticked.has(one.id),
        isFixed: isEverybodys || (has !== undefined && has.through === undefined),
        why: isEverybodys ? 'links.everyone_stays' : has && (has.through === undefined ? 'links.already' : 'links.already_through'),
        through: has?.through,
        directory: directoryOf.get(one.id)?.name,
      };
    }),
  };
}

export const linksOf = (choices: Partial<Record<LinkKind, Choices>>): Links => ({
  groupIds: choices.groups?.chosen ?? [],
  applicationIds: choices.applications?.chosen ?? [],
});

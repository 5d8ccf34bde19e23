import { searchKinds, type UserFilter } from '../../../domain/people/users/index.ts';

/** What the list shows, from an address or from a form that carries it on. */
export const readFilter = (value: (name: string) => string): UserFilter => ({
  search: value('q').slice(0, 100),
  by: searchKinds.find((kind) => kind === value('by')),
  role: value('role'),
  status: value('status'),
  directory: value('directory'),
});

export const filterFields = ({ search, by, role, status, directory }: UserFilter): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ q: search, by, role, status, directory }).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );

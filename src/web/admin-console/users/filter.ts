import type { Directory } from '../../../domain/people/directories/index.ts';
import { isSort, searchKinds, type UserFilter, type UserSort } from '../../../domain/people/users/index.ts';
import type { PageContext } from '../../request/index.ts';

/** What the list shows, from an address or from a form that carries it on. */
export const readFilter = (value: (name: string) => string): UserFilter => ({
  search: value('q').slice(0, 100),
  by: searchKinds.find((kind) => kind === value('by')),
  role: value('role'),
  status: value('status'),
  directory: value('directory'),
  signIn: value('sign_in') === 'never' ? 'never' : undefined,
  secondFactor: value('factor') === 'none' ? 'none' : undefined,
});

const given = (fields: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1])));

export const filterFields = ({ search, by, role, status, directory, signIn, secondFactor }: UserFilter): Record<string, string> =>
  given({ q: search, by: search ? by : undefined, role, status, directory, sign_in: signIn, factor: secondFactor });

/** Beside the name, which is always there. */
export const columns = ['login', 'role', 'directory', 'status', 'created', 'last-sign-in'] as const;
export type Column = (typeof columns)[number];
export const usualColumns: Column[] = ['login', 'role', 'directory', 'status', 'last-sign-in'];

/** How the list shows it: in which order, and with which columns. */
export type Look = { sort?: UserSort; columns: Column[] };

/** @param columnsIn as the address has them, in one or in several */
export function readLook(value: (name: string) => string, columnsIn: string[]): Look {
  const sort = value('sort');
  const chosen = columnsIn.flatMap((text) => text.split(',')).filter(Boolean);
  const known = columns.filter((one) => chosen.includes(one));
  return { sort: isSort(sort) ? sort : undefined, columns: chosen.length > 0 ? known : usualColumns };
}

export const lookFields = ({ sort, columns: shown }: Look): Record<string, string> =>
  given({ sort, columns: String(shown) === String(usualColumns) ? undefined : shown.join(',') || 'name' });

/** Views that everybody has, by the key of their words. */
export const presets: Record<string, Record<string, string>> = {
  all: {},
  blocked: { status: 'blocked' },
  invited: { status: 'invited' },
  never_signed_in: { sign_in: 'never' },
  without_second_factor: { factor: 'none' },
};

/** Each filter in words, by the name of its field. */
export function describeFilter({ t }: PageContext, filter: UserFilter, directories: Directory[]): { name: string; text: string }[] {
  const { search, by, role, status, directory, signIn, secondFactor } = filter;
  const origin = directory === 'none' ? t('directory_origin.none') : directories.find((one) => one.directoryId === directory)?.name;
  return [
    { name: 'q', text: search && `${by ? `${t(`users.${by}`)}: ` : ''}“${search}”` },
    { name: 'role', text: role && `${t('users.role')}: ${t(`roles.${role}`)}` },
    { name: 'status', text: status && `${t('users.status')}: ${t(`status.${status}`)}` },
    { name: 'directory', text: directory && `${t('directory_origin.directory')}: ${origin ?? directory}` },
    { name: 'sign_in', text: signIn && t('users.views.never_signed_in') },
    { name: 'factor', text: secondFactor && t('users.views.without_second_factor') },
  ].filter((one): one is { name: string; text: string } => Boolean(one.text));
}

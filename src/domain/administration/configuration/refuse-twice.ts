import { emailKey, nameKey, usernameKey } from '../../people/users/index.ts';
import { faultAt, pathOf, StateError } from './state-error.ts';

type Lists = {
  code: string;
  customFields: { code: string }[];
  users: { email?: string; username?: string }[];
  groups: { name: string }[];
  directories: { name: string }[];
  applications: { code: string }[];
  apis: { identifier: string; applications?: { code: string }[] }[];
};
type Named = { path: PropertyKey[]; key: string };

const asWritten = (name: string): string => name;

function listsOf(context: Lists): Named[][] {
  const named = <T>(list: T[] | undefined, at: PropertyKey[], field: string & keyof T, keyOf: (name: string) => string): Named[] =>
    (list ?? []).flatMap((one, index) => {
      const name = one[field];
      return typeof name === 'string' ? [{ path: [...at, index, field], key: keyOf(name) }] : [];
    });
  return [
    named(context.customFields, ['customFields'], 'code', asWritten),
    named(context.users, ['users'], 'email', emailKey),
    named(context.users, ['users'], 'username', usernameKey),
    named(context.groups, ['groups'], 'name', nameKey),
    named(context.directories, ['directories'], 'name', nameKey),
    named(context.applications, ['applications'], 'code', asWritten),
    named(context.apis, ['apis'], 'identifier', asWritten),
    ...context.apis.map(({ applications }, index) => named(applications, ['apis', index, 'applications'], 'code', asWritten)),
  ];
}

/** Two of one name would be one object, which has what the last one says, and is changed by every run again. @throws StateError naming each second one */
export function refuseTwice(contexts: Lists[]): void {
  const codes = contexts.map(({ code }, index) => ({ path: ['contexts', index, 'code'], key: code }));
  const inside = contexts.flatMap((context, index) =>
    listsOf(context).map((list) => list.map(({ path, key }) => ({ path: ['contexts', index, ...path], key }))),
  );
  const faults = [codes, ...inside].flatMap(secondsOf);
  if (faults.length > 0) throw new StateError(faults);
}

function secondsOf(list: Named[]): StateError['faults'] {
  const first = new Map<string, PropertyKey[]>();
  return list.flatMap(({ path, key }) => {
    const at = first.get(key);
    if (at) return [faultAt(path, 'fields.listed_twice', { at: pathOf(at) })];
    first.set(key, path);
    return [];
  });
}

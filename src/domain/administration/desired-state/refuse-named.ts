import { nameKey } from '../../people/users/index.ts';
import { customFieldsIn, type DesiredContext, faultAt, idOf, isKeys, type ObjectRef, StateError } from '../configuration/index.ts';
import { describeRemoval, type Removal } from './remove-objects.ts';

type Naming = ObjectRef & { path: PropertyKey[] };

/** Every place where one object of the file names another one that it may have to list. */
function listNamings({ users, directories, applications, apis, policy }: DesiredContext): Naming[] {
  const groups = (names: string[] | undefined, ...path: PropertyKey[]): Naming[] =>
    (names ?? []).map((name, index) => ({ kind: 'group', key: nameKey(name), path: [...path, index] }));
  return [
    ...users.flatMap(({ customFields }, at) => keysNamed(customFields, 'users', at, 'customFields')),
    ...directories.flatMap(({ settings }, at) => {
      const mapping = isKeys(settings?.mapping) ? settings.mapping : {};
      return keysNamed(mapping.customFields, 'directories', at, 'settings', 'mapping', 'customFields');
    }),
    ...applications.flatMap(({ assignedTo, oidc, saml }, at) => [
      ...groups(assignedTo?.groups, 'applications', at, 'assignedTo', 'groups'),
      ...groupsOfClaim(oidc, 'applications', at, 'oidc'),
      ...fieldsBelow(oidc, 'applications', at, 'oidc'),
      ...fieldsBelow(saml, 'applications', at, 'saml'),
    ]),
    ...apis.flatMap(({ scopes = [], applications: clients = [] }, at) => [
      ...scopes.flatMap(({ grantedTo }, place) => groups(grantedTo?.groups, 'apis', at, 'scopes', place, 'grantedTo', 'groups')),
      ...clients.map(({ code }, place): Naming => ({ kind: 'application', key: code, path: ['apis', at, 'applications', place, 'code'] })),
    ]),
    ...((policy?.overrides ?? []) as { for: { group?: string; application?: string } }[]).flatMap(({ for: target }, at): Naming[] => {
      const path = ['policy', 'overrides', at, 'for'];
      if (target.group !== undefined) return [{ kind: 'group', key: nameKey(target.group), path: [...path, 'group'] }];
      return target.application === undefined ? [] : [{ kind: 'application', key: target.application, path: [...path, 'application'] }];
    }),
  ];
}

const keysNamed = (value: unknown, ...path: PropertyKey[]): Naming[] =>
  isKeys(value) ? Object.keys(value).map((key) => ({ kind: 'customField', key, path: [...path, key] })) : [];

function groupsOfClaim(oidc: unknown, ...path: PropertyKey[]): Naming[] {
  const claim = isKeys(oidc) && isKeys(oidc.groups_claim) ? oidc.groups_claim : {};
  return (Array.isArray(claim.names) ? claim.names : []).flatMap((one, index): Naming[] =>
    isKeys(one) && typeof one.group === 'string'
      ? [{ kind: 'group', key: nameKey(one.group), path: [...path, 'groups_claim', 'names', index, 'group'] }]
      : [],
  );
}

function fieldsBelow(value: unknown, ...path: PropertyKey[]): Naming[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => fieldsBelow(one, ...path, index));
  if (!isKeys(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string'
      ? customFieldsIn({ [name]: inner }).map((key): Naming => ({ kind: 'customField', key, path: [...path, name] }))
      : fieldsBelow(inner, ...path, name),
  );
}

/** What the file names cannot go: with the next run it would be missing. @param at the place of the company in the file. @throws StateError naming each place */
export function refuseNamed(removals: Removal[], desired: DesiredContext, at: number): void {
  const going = new Map(removals.map((one) => [idOf(one), one]));
  const faults = listNamings(desired).flatMap(({ path, ...ref }) => {
    const removal = going.get(idOf(ref));
    return removal ? [faultAt(['contexts', at, ...path], 'fields.prune_named', { what: describeRemoval(removal) })] : [];
  });
  if (faults.length > 0) throw new StateError(faults);
}

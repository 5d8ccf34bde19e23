import { emailKey, nameKey, usernameKey } from '../../people/users/index.ts';
import { isKeys } from './configuration.ts';
import { customFieldsIn } from './objects.ts';
import { pathOf, type StateFault } from './state-error.ts';

type Said = Record<string, unknown>;

/** Whether an object that the file lists is the one of this name. */
type IsMeant = (object: Said, name: string) => boolean;
const byCode: IsMeant = ({ code }, name) => code === name;
const byName: IsMeant = (object, name) => typeof object.name === 'string' && nameKey(object.name) === nameKey(name);
const byLogin: IsMeant = ({ email, username }, name) =>
  (typeof email === 'string' && emailKey(email) === emailKey(name)) ||
  (typeof username === 'string' && usernameKey(username) === usernameKey(name));

const listOf = (owner: unknown, list: string): unknown[] => {
  const found = isKeys(owner) ? owner[list] : undefined;
  return Array.isArray(found) ? found : [];
};

const valueAt = (value: unknown, steps: readonly PropertyKey[]): unknown =>
  steps.reduce<unknown>((found, step) => (found as Record<PropertyKey, unknown> | null | undefined)?.[step], value);

/** The custom fields of which one is unknown: those that the place names, or the one after which it is called. */
function fieldsNamed(said: unknown, steps: readonly PropertyKey[]): string[] {
  const last = String(steps.at(-1));
  const value = valueAt(said, steps);
  const named = typeof value === 'string' ? customFieldsIn({ [last]: value }) : [];
  return named.length > 0 ? named : [last];
}

/** What is not there, and in which list of the file it would stand. */
function missingOf(
  said: unknown,
  { message, params = {}, steps = [] }: StateFault,
): { list: string; names: string[]; isMeant: IsMeant } | undefined {
  switch (message) {
    case 'errors.unknown_group':
      return { list: 'groups', names: [String(params.name)], isMeant: byName };
    case 'errors.unknown_application':
      return { list: 'applications', names: [String(params.code)], isMeant: byCode };
    case 'errors.unknown_person':
      return { list: 'users', names: [String(params.login)], isMeant: byLogin };
    case 'errors.last_administrator':
      // another administrator of the file was refused
      return { list: 'users', names: [''], isMeant: ({ role }) => role === 'administrator' };
    case 'fields.custom_field_unknown':
      return { list: 'customFields', names: fieldsNamed(said, steps), isMeant: byCode };
    default:
      return undefined;
  }
}

export const isBelow = ({ steps = [] }: StateFault, above: readonly PropertyKey[]): boolean =>
  above.every((step, index) => steps[index] === step);

/** Of a service provider whose metadata is wrong, what would have come from it. */
function isOfMetadata(said: unknown, { steps = [] }: StateFault, faults: StateFault[]): boolean {
  const saml = steps.lastIndexOf('saml');
  if (saml < 0 || !['entityId', 'assertionConsumerServices'].includes(String(steps[saml + 1]))) return false;
  const metadata = [...steps.slice(0, saml + 1), 'metadata'];
  return valueAt(said, steps) === undefined && faults.some((one) => isBelow(one, metadata));
}

/**
 * Without what follows from another fault: that something is not there which the file has and which was refused itself, or
 * which it has under a name that is nearly its own. Of one place the first fault is told.
 * @param said the file, or what is meant by it
 */
export function tidyFaults(said: unknown, faults: StateFault[]): StateFault[] {
  const meant = new Set(
    faults.flatMap(({ steps, params }) =>
      steps && params?.near !== undefined ? [pathOf([...steps.slice(0, -1), String(params.near)])] : [],
    ),
  );
  const follows = (fault: StateFault): boolean => {
    // it has one, which is wrong
    if (fault.message === 'fields.email_or_username_missing')
      return faults.some((other) => other !== fault && isBelow(other, [...(fault.steps ?? []).slice(0, -1), 'username']));
    if (fault.message === 'fields.key_missing' && meant.has(fault.path)) return true;
    const [root, company] = fault.steps ?? [];
    if (root !== 'contexts' || company === undefined) return false;
    const missing = missingOf(said, fault);
    if (!missing) return isOfMetadata(said, fault, faults);
    const listed = listOf(valueAt(said, [root, company]), missing.list);
    return listed.some((object, index) => {
      if (!isKeys(object) || !missing.names.some((name) => missing.isMeant(object, name))) return false;
      const path = [root, company, missing.list, index];
      return faults.some((other) => other !== fault && isBelow(other, path) && !isBelow(fault, path));
    });
  };
  const seen = new Set<string>();
  return faults.filter((fault) => {
    if (seen.has(fault.path) || follows(fault)) return false;
    if (fault.steps) seen.add(fault.path);
    return true;
  });
}

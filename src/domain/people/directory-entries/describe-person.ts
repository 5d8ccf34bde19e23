import type { FieldErrors } from '../../../platform/errors/index.ts';
import { type CustomField, type CustomValues, readCustomValues } from '../../company/custom-fields/index.ts';
import { attributesOf, type Directory } from '../directories/index.ts';
import { checkPersonalData, splitName, tidyPerson } from '../users/index.ts';
import type { EntryReason } from './reasons.ts';

/** What a directory says of a person, as it would stand here. What its mapping does not fill, or what does not fit, is missing. */
export type DescribedPerson = {
  email?: string;
  /** Only where there is no e-mail. */
  username?: string;
  firstName?: string;
  lastName?: string;
  department?: string;
  customValues: CustomValues;
  /** Why nobody can be made of it. */
  reason?: EntryReason;
  /** What was left out, by field, and why. */
  leftOut: FieldErrors;
};

type Source = { attributes: Record<string, string[]> };
type Settings = Pick<Directory, 'kind' | 'settings'>;

/** S75 and the mapping of a directory. @param fields those of the company */
export function describePerson({ attributes }: Source, { kind, settings }: Settings, fields: CustomField[]): DescribedPerson {
  const { customFields, ...names } = attributesOf(kind, settings);
  const all = (attribute: string): string[] => (attributes[attribute.toLowerCase()] ?? []).filter((text) => text.trim() !== '');
  const first = (attribute: string): string | undefined => all(attribute)[0];
  const own = { firstName: first(names.firstName) ?? '', lastName: first(names.lastName) ?? '' };
  const isNamed = own.firstName !== '' || own.lastName !== '';
  const { email, ...person } = tidyPerson({
    ...(isNamed ? own : splitName(first(names.fullName) ?? '')),
    email: first(names.email),
    username: settings.withoutEmail === 'username' ? first(names.username) : undefined,
    department: first(names.department),
  });
  const given = Object.fromEntries(
    fields.flatMap(({ code, type }) => {
      const attribute = Object.hasOwn(customFields, code) ? customFields[code] : undefined;
      if (attribute === undefined || all(attribute).length === 0) return [];
      return [[code, type === 'choices' ? all(attribute) : readable(type, first(attribute)!)]];
    }),
  );
  const mapped = fields.filter(({ code }) => Object.hasOwn(given, code));
  const custom = readCustomValues(mapped, given);
  const faultsOf = (login: { email?: string; username?: string }) =>
    checkPersonalData({ ...login, firstName: person.firstName, lastName: person.lastName, department: person.department, role: 'regular' });
  const byEmail = faultsOf({ email });
  const usesEmail = email !== undefined && !byEmail.email;
  const login = usesEmail ? { email } : { username: person.username };
  const faults = usesEmail ? byEmail : faultsOf(login);
  const reason: EntryReason | undefined =
    person.firstName === '' && person.lastName === ''
      ? 'no-name'
      : faults.firstName || faults.lastName
        ? 'invalid-name'
        : usesEmail || (person.username !== undefined && !faults.username)
          ? undefined
          : person.username !== undefined
            ? 'invalid-username'
            : email === undefined
              ? 'no-email'
              : 'invalid-email';
  const leftOut = { ...(faults.department ? { department: faults.department } : {}), ...custom.errors };
  return {
    ...(usesEmail ? { email } : person.username !== undefined && !faults.username ? { username: person.username } : {}),
    ...(reason === 'no-name' || reason === 'invalid-name' ? {} : { firstName: person.firstName, lastName: person.lastName }),
    ...(person.department && !faults.department ? { department: person.department } : {}),
    customValues: custom.values,
    reason,
    leftOut,
  };
}

/** Directories write yes and no as TRUE and FALSE (RFC 4517 §3.3.3), and a day as the beginning of a time (§3.3.13). */
function readable(type: CustomField['type'], text: string): string {
  if (type === 'boolean') return text.trim().toLowerCase();
  const time = type === 'date' ? /^(\d{4})(\d{2})(\d{2})\d{2}[\d.,]*(Z|[+-]\d{2,4})$/.exec(text.trim()) : null;
  return time ? `${time[1]}-${time[2]}-${time[3]}` : text;
}

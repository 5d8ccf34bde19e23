import { z } from 'zod';
import { AppError, type FieldErrors, inputFaults, invalidInput } from '../../../platform/errors/index.ts';
import type { RefusalReason } from '../../../smartsync-protocol/index.ts';
import { type Directory, getDirectory, listDirectories, stateOf } from '../../people/directories/index.ts';
import { type Entry, findEntryOfUser, insertProvisionedEntry } from '../../people/directory-entries/index.ts';
import type { Ask } from '../../people/directory-requests/index.ts';
import { fullName, getUser, holdUser, type User } from '../../people/users/index.ts';
import { recordAlone, recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';

/** S98: the three looks of the box. `immutableId`: as Microsoft Entra ID knows the person, base64 of the objectGUID's bytes ([MS-DTYP] §2.3.4). */
export type Provisioning =
  | { state: 'enabled'; directory: Directory; entry: Entry; immutableId: string }
  | { state: 'not-configured'; directories: Directory[] }
  | { state: 'no-directory' };

export async function findProvisioning(scope: Scope, user: User): Promise<Provisioning> {
  const entry = await findEntryOfUser(scope, user.userId);
  if (entry)
    return { state: 'enabled', directory: await getDirectory(scope, entry.directoryId), entry, immutableId: immutableIdOf(entry.entryId) };
  const directories = await listDirectories(scope);
  return directories.length > 0 ? { state: 'not-configured', directories } : { state: 'no-directory' };
}

/** The first three fields of a GUID are written with the last byte first. */
function immutableIdOf(guid: string): string {
  const [a = '', b = '', c = '', ...rest] = guid.split('-');
  const bytes = [a, b, c].map((field) => Buffer.from(field, 'hex').reverse());
  return Buffer.concat([...bytes, Buffer.from(rest.join(''), 'hex')]).toString('base64');
}

/** S104: what the form is filled in with. A sAMAccountName has at most 20 characters. */
export const suggestProvision = (user: User, { kind, settings, rootDn, accountDomain }: Directory) => ({
  rootDn: settings.rootDn ?? rootDn ?? '',
  accountDomain: settings.accountDomain ?? accountDomain ?? '',
  login: (user.username ?? user.email?.slice(0, user.email.lastIndexOf('@')) ?? '').slice(0, kind === 'active-directory' ? 20 : 100),
});

const input = z
  .object({
    directoryId: z.string(),
    rootDn: z.string().trim().min(1, 'fields.required').max(4096, 'fields.too_long'),
    accountDomain: z.string().trim().max(255, 'fields.too_long'),
    // what Active Directory takes for a sAMAccountName
    login: z
      .string()
      .trim()
      .regex(/^[^\s"/\\[\]:;|=,+*?<>@\p{C}]{1,100}$/u, 'fields.directory_login'),
    password: z.string().min(1, 'fields.required').max(256, 'fields.too_long'),
    repeatPassword: z.string(),
  })
  .refine(({ password, repeatPassword }) => password === repeatPassword, { path: ['repeatPassword'], message: 'fields.password_repeat' });
export type ProvisionInput = z.input<typeof input>;

/** Which field of the form a refusal of the directory is about; the others are about none. */
const faultsOf: Partial<Record<RefusalReason, FieldErrors>> = {
  exists: { login: 'fields.directory_exists' },
  'container-not-found': { rootDn: 'fields.directory_container' },
  'base-not-found': { rootDn: 'fields.directory_container' },
  'password-too-short': { password: 'fields.directory_password_short' },
  'password-too-simple': { password: 'fields.directory_password_simple' },
  'password-in-history': { password: 'fields.directory_password_history' },
  'password-too-young': { password: 'fields.directory_password_young' },
  'password-may-not-change': { password: 'fields.directory_password_fixed' },
  'invalid-value': { login: 'fields.directory_value' },
};

/** Of the others, those that say what to do. */
const messagesOf: Partial<Record<RefusalReason, string>> = {
  'no-right': 'errors.directory_no_right',
  'needs-tls': 'errors.directory_needs_tls',
  unsupported: 'errors.directory_unsupported',
};

/**
 * S105, S106: asks the directory, through SmartSync, to make the person with a temporary password, which is of that account only and is stored nowhere here.
 * @throws AppError invalid_input, already_in_directory, status_conflict, directory_away (it may have been done all the same: asked again it makes nobody twice),
 * provisioning_refused
 */
export async function provisionPerson(scope: Scope, ask: Ask, userId: string, given: ProvisionInput): Promise<void> {
  const parsed = input.safeParse(given);
  const user = await getUser(scope, userId);
  if (user.deletingSince) throw new AppError('status_conflict', 409);
  if (await findEntryOfUser(scope, user.userId)) throw new AppError('already_in_directory', 409);
  if (!parsed.success) throw invalidInput(inputFaults(parsed.error));
  const { password, rootDn, accountDomain, login } = parsed.data;
  const directory = await getDirectory(scope, parsed.data.directoryId);
  // nobody waits for an answer that cannot come
  if (stateOf(directory) !== 'configured') throw new AppError('directory_away', 503, { params: { directory: directory.name } });
  const person = { firstName: user.firstName, lastName: user.lastName, email: user.email, department: user.department };
  const body = { rootDn, accountDomain, login, ...person };
  const answer = await ask(scope, directory.directoryId, { kind: 'create-person', body }, { timeoutMs: 15_000, passwords: { password } });
  const subject = { kind: 'user', id: user.userId, name: fullName(user) } as const;
  if (answer.outcome !== 'accepted') {
    const isAway = answer.outcome === 'unavailable' || answer.reason === 'unavailable';
    const detail = answer.outcome === 'refused' ? answer.detail : undefined;
    await recordAlone(scope, {
      type: 'user.provisioning-refused',
      outcome: 'failure',
      subject,
      reason: isAway ? 'directory-unavailable' : `directory-${answer.reason}`,
      details: { directory: directory.name, rootDn, login, ...(detail ? { detail } : {}) },
    });
    if (isAway) throw new AppError('directory_away', 503, { params: { directory: directory.name } });
    const reason = answer.reason as RefusalReason;
    const fields = faultsOf[reason];
    if (fields) throw invalidInput(fields);
    throw new AppError('provisioning_refused', 422, {
      publicMessage: messagesOf[reason] ?? (detail ? undefined : 'errors.directory_failed'),
      params: { directory: directory.name, detail: detail ?? '' },
    });
  }
  const { id: entryId, dn } = answer;
  await inTransaction(scope, async (inside) => {
    await holdUser(inside, user.userId);
    await insertProvisionedEntry(inside, user, { directoryId: directory.directoryId, entryId, dn });
    await recordEvent(inside, { type: 'user.provisioned', subject, details: { directory: directory.name, dn, login } });
  });
}

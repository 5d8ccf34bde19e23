import { isDeepStrictEqual } from 'node:util';
import { hashToken, randomToken } from '../../../platform/crypto/index.ts';
import { notifyChange, orTaken } from '../../../platform/database/index.ts';
import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { lockContext } from '../../company/contexts/index.ts';
import { listCustomFields, lockCustomFields } from '../../company/custom-fields/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { type DirectoryId, type Transaction, useCase } from '../../scope.ts';
import { type DirectoryInput, type DirectorySettings, directoryInput } from './settings.ts';
import {
  type Directory,
  directories,
  getDirectory,
  insertDirectory,
  listDirectories,
  lockDirectory,
  noteReading,
  updateDirectory,
} from './store.ts';

const most = 50;

const taken = () => new AppError('directory_name_taken', 409, { fields: { name: 'fields.taken' } });

/** As the store keeps them: jsonb forgets in which order the keys were written. */
const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(kept(one), kept(other));
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** So that whoever finds one knows what it is. */
const newToken = (): string => `smartsync_${randomToken()}`;
const hashed = (token: string): string => hashToken(token).toString('base64url');

/** A mapping to a field that the company does not have would quietly fill nothing. One that is there stays: its field may have gone since. */
async function refuseUnknownFields(scope: Transaction, after: DirectorySettings, before?: DirectorySettings): Promise<void> {
  const present = before?.mapping.customFields ?? {};
  const added = Object.keys(after.mapping.customFields).filter((code) => !Object.hasOwn(present, code));
  if (added.length === 0) return;
  await lockCustomFields(scope); // none of them goes meanwhile
  const known = new Set((await listCustomFields(scope)).map(({ code }) => code));
  const unknown = added.filter((code) => !known.has(code));
  if (unknown.length === 0) return;
  const message = 'fields.custom_field_unknown';
  const path = ['settings', 'mapping', 'customFields'];
  throw invalidInput(Object.fromEntries(unknown.map((code) => [[...path, code].join('.'), message])), {}, () =>
    unknown.map((code) => ({ path: [...path, code], message })),
  );
}

/** S11, S12: a name is enough. @returns the token, which is shown now and never again. @throws AppError invalid_input, directory_name_taken, directories_full */
export const addDirectory = useCase(async (scope, input: DirectoryInput): Promise<{ directory: Directory; token: string }> => {
  const { name, settings } = parseInput(directoryInput, input, 'path');
  await refuseUnknownFields(scope, settings);
  await lockContext(scope); // of those that are added at once, each counts the others
  if ((await listDirectories(scope)).length >= most) throw new AppError('directories_full', 409, { params: { most } });
  const token = newToken();
  const directoryId = await orTaken(insertDirectory(scope, { name, settings, tokenHash: hashed(token) }), { directories_name: taken });
  return { directory: await announce(scope, 'directory.added', directoryId), token };
});

/**
 * What is read next is read by the new settings, and whole.
 * @param version the one the editor saw
 * @throws AppError not_found, invalid_input, directory_name_taken, changed_meanwhile
 */
export const editDirectory = useCase(async (scope, directoryId: string, input: DirectoryInput, version?: number): Promise<Directory> => {
  const before = await lockDirectory(scope, directoryId);
  if (version !== undefined && version !== before.version) throw new AppError('changed_meanwhile', 409);
  const { name, settings } = parseInput(directoryInput, input, 'path');
  await refuseUnknownFields(scope, settings, before.settings);
  const keys = (Object.keys({ ...before.settings, ...settings }) as (keyof typeof settings)[]).filter(
    (key) => !isSame(settings[key], before.settings[key]),
  );
  if (name === before.name && keys.length === 0) return before;
  await orTaken(updateDirectory(scope, before.directoryId, { name, settings: keys.length > 0 ? settings : undefined }), {
    directories_name: taken,
  });
  if (keys.length > 0) await noteReading(scope, before.directoryId, { readCursor: null, nextReadAt: scope.clock.now() });
  const pick = (one: Pick<Directory, 'name' | 'settings'>) => ({
    name: one.name,
    ...Object.fromEntries(keys.map((key) => [key, one.settings[key] ?? null])),
  });
  return announce(scope, 'directory.edited', before.directoryId, { before: pick(before), after: pick({ name, settings }) });
});

/** The one before buys nothing any more; agents that are enrolled stay. @returns the token, which is shown now and never again, and enrols for some days. @throws AppError not_found */
export const makeToken = useCase(async (scope, directoryId: string): Promise<string> => {
  const { directoryId: id } = await lockDirectory(scope, directoryId);
  const token = newToken();
  await updateDirectory(scope, id, { tokenHash: hashed(token) });
  await announce(scope, 'directory.token-made', id);
  return token;
});

/** @throws AppError not_found */
export const revokeToken = useCase(async (scope, directoryId: string): Promise<void> => {
  const { directoryId: id, hasToken } = await lockDirectory(scope, directoryId);
  if (!hasToken) return;
  await updateDirectory(scope, id, { tokenHash: null });
  await announce(scope, 'directory.token-revoked', id);
});

/**
 * Its token, agents, runs and entries go with it. People and groups that were accepted stay as they are, and belong to the company alone; who was pending or rejected is gone.
 * @throws AppError not_found
 */
export const removeDirectory = useCase(async (scope, directoryId: string): Promise<void> => {
  const directory = await lockDirectory(scope, directoryId);
  await announce(scope, 'directory.removed', directory.directoryId);
  await directories(scope).where('directory_id', directory.directoryId).delete();
});

async function announce(
  scope: Transaction,
  type: AuditEventType,
  directoryId: DirectoryId,
  details?: Record<string, unknown>,
): Promise<Directory> {
  const directory = await getDirectory(scope, directoryId);
  await recordEvent(scope, { type, subject: { kind: 'directory', id: directoryId, name: directory.name }, details });
  await notifyChange(scope.db, scope.contextId);
  return directory;
}

import { buffer } from 'node:stream/consumers';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import { listCustomFields } from '../../company/custom-fields/index.ts';
import { addMembers, type Group } from '../../people/groups/index.ts';
import { createUser, lockActiveAdministrator } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import {
  confirmOperation,
  deleteFile,
  draftOperation,
  endOperation,
  getOperation,
  noteProgress,
  type Operation,
  type OperationKind,
  openFile,
  recordItems,
  saveFilePart,
} from '../../records/operations/index.ts';
import { type GroupId, inTransaction, type OperationId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import { makeTemporaryPasswords, setTemporaryPassword, type TemporaryPassword } from '../../sign-in/credentials/password/index.ts';
import { sendInvitation } from '../invitations/index.ts';
import { checkImport } from './check-import.ts';
import { decodeCsv } from './read-csv.ts';
import { type ImportFault, type ImportRow, type ImportWords, readImport } from './read-import.ts';

type Activation = 'invitation' | 'temporary-password';
type Input = { activation: Activation; locale: string };
export type ImportDraft = { operation: Operation; rows: ImportRow[]; faults: ImportFault[]; unused: string[]; activation: Activation };

/** Keeps the file for who looks at it and says yes. @returns what is wrong with it instead, where something is */
export async function draftImport(
  scope: Scope,
  content: Buffer,
  input: Input,
  words: ImportWords,
): Promise<{ operationId: OperationId } | { faults: ImportFault[] }> {
  const { rows, faults } = await read(scope, content, words);
  if (faults.length > 0) return { faults };
  const operationId = await inTransaction(scope, async (inside) => {
    const id = await draftOperation(inside, { kind: userImport.kind, input, total: rows.length });
    await saveFilePart(inside, { operationId: id, run: 0 }, 0, content);
    return id;
  });
  return { operationId };
}

async function read(scope: Scope, content: Buffer, words: ImportWords) {
  const fields = await listCustomFields(scope);
  const { rows, faults: early, headings, unused } = readImport(decodeCsv(content), fields, words);
  const checked = await checkImport(scope, rows, fields);
  return {
    rows,
    groups: checked.groups,
    unused,
    faults: [...early, ...checked.faults.map((one) => ({ ...one, column: headings?.get(one.column ?? '') ?? one.column }))],
  };
}

/** S71: who has no e-mail cannot be invited, and gets a temporary password. */
const isInvited = (activation: Activation, { person }: ImportRow): boolean => activation === 'invitation' && person.email !== undefined;

/** What would be added, as things are now. @throws AppError not_found */
export async function findDraft(scope: Scope, operationId: string, words: ImportWords): Promise<ImportDraft> {
  const operation = await getOperation(scope, operationId);
  if (operation.kind !== 'import-users') throw notFound();
  const { activation } = operation.input as Input;
  if (operation.state !== 'draft') return { operation, rows: [], faults: [], unused: [], activation };
  const { rows, faults, unused } = await read(scope, await buffer(openFile(scope, operation.operationId)), words);
  return { operation, rows, faults, unused, activation };
}

/** @throws AppError not_found, status_conflict when it was confirmed already */
export const confirmImport = (scope: Scope, operationId: string): Promise<void> =>
  inTransaction(scope, (inside) => confirmOperation(inside, operationId));

/** All of the file in one transaction: what is refused now, though it was not when it was looked at, leaves nothing behind. @throws AppError import_faults */
export async function runImport(scope: Scope, operation: Operation, { importWords: words }: ImportTools): Promise<void> {
  const { operationId } = operation;
  const { activation, locale } = operation.input as Input;
  const { rows, faults, groups } = await read(scope, await buffer(openFile(scope, operationId)), words);
  if (faults.length > 0) throw new AppError('import_faults', 409);
  // slow, and so before the transaction
  const passwords = new Map<ImportRow, TemporaryPassword>();
  const withPassword = rows.filter((row) => !isInvited(activation, row));
  for (let done = 0; done < withPassword.length; done += 50) {
    scope.stop?.throwIfAborted();
    const some = withPassword.slice(done, done + 50);
    const made = await makeTemporaryPasswords(scope, some.length);
    for (const [i, row] of some.entries()) passwords.set(row, made[i]!);
    await noteProgress(scope, operationId, { done });
  }
  await inTransaction(scope, async (inside) => {
    if (!(await lockActiveAdministrator(inside, operation.requestedBy))) throw new AppError('administrators_only', 403);
    const added: UserId[] = [];
    const members = new Map<GroupId, UserId[]>([...groups.values()].map(({ groupId }) => [groupId, []]));
    for (const [i, row] of rows.entries()) {
      // all of them or none: it begins again from the first
      scope.stop?.throwIfAborted();
      const temporary = passwords.get(row);
      const user = await createUser(inside, { ...row.person, customFields: row.customFields, status: temporary ? 'activated' : 'invited' });
      if (temporary) await setTemporaryPassword(inside, user, temporary);
      else await sendInvitation(inside, user, { locale, most: Number.POSITIVE_INFINITY });
      for (const groupId of new Set(row.groups.map((name) => groups.get(name)!.groupId))) members.get(groupId)!.push(user.userId);
      added.push(user.userId);
      if (i % 200 === 0) await noteProgress(scope, operationId, { done: i });
    }
    await joinGroups(inside, [...groups.values()], members);
    await recordItems(inside, operationId, added);
    // with the people, so that a second run knows; the file names them and is not needed any more
    await deleteFile(inside, operationId);
    await noteProgress(inside, operationId, { done: rows.length });
    if (!(await endOperation(inside, operation))) throw new AppError('request_answered', 409);
    await recordEvent(inside, { type: 'users.imported', details: { total: rows.length, activation } });
  });
}

/** Everybody is in Everyone. In one order, so that two who link at once do not wait for each other. */
async function joinGroups(scope: Transaction, groups: Group[], members: Map<GroupId, UserId[]>): Promise<void> {
  const joined = groups.filter(({ isEveryone }) => !isEveryone).map(({ groupId }) => groupId);
  for (const groupId of [...new Set(joined)].sort()) {
    const people = members.get(groupId)!;
    for (let done = 0; done < people.length; done += 1000) await addMembers(scope, groupId, people.slice(done, done + 1000));
  }
}

export type ImportTools = { importWords: ImportWords };
export const userImport: OperationKind<ImportTools> = { kind: 'import-users', run: runImport };

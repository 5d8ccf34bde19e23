import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { getDirectory } from '../../people/directories/index.ts';
import {
  countMatching,
  type Entry,
  type EntryFilter,
  type EntryReason,
  lockEntries,
  pickEntries,
  saveDecisions,
} from '../../people/directory-entries/index.ts';
import { isActiveAdministrator } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { noteProgress, type Operation, type OperationKind, startOperation } from '../../records/operations/index.ts';
import { type DirectoryId, inTransaction, type OperationId, type Scope, type Transaction } from '../../scope.ts';
import { acceptGroups } from './accept-groups.ts';
import { acceptPeople } from './accept-people.ts';
import { explainEntries } from './explain-entries.ts';
import { followMembers } from './follow-members.ts';
import { loadSource } from './source.ts';

/** These, or all that a list shows. */
export type ChosenEntries = { entryIds: string[] } | { all: true; kind?: Entry['kind']; search?: string; reason?: EntryReason };

/** `refused`: who goes on waiting, by reason. `operationId`: a person asked for many, and a job does it: nothing is done yet. */
export type EntryChanges = { done: number; refused: { reason: EntryReason; n: number }[]; operationId?: OperationId };

type Change = 'accept' | 'reject' | 'put-back';

/** Of those who are in `from`. @returns them as decided; those that are not done carry their reason */
const changes: Record<
  Change,
  { from: Entry['state']; work(scope: Transaction, directoryId: DirectoryId, entries: Entry[]): Promise<Entry[]> }
> = {
  accept: {
    from: 'pending',
    work: async (scope, directoryId, entries) => {
      const source = await loadSource(scope, directoryId);
      const of = (kind: Entry['kind']) => entries.filter((entry) => entry.kind === kind);
      const decided = [...(await acceptPeople(scope, source, of('person'))), ...(await acceptGroups(scope, source, of('group')))];
      await saveDecisions(scope, directoryId, decided);
      await followMembers(
        scope,
        source,
        decided.filter(({ state }) => state === 'accepted'),
      );
      return decided;
    },
  },
  reject: {
    from: 'pending',
    work: async (scope, directoryId, entries) => {
      const decided = entries.map((entry): Entry => ({ ...entry, state: 'rejected', reason: undefined }));
      await saveDecisions(scope, directoryId, decided);
      await announce(scope, 'directory.entries-rejected', directoryId, decided);
      return decided;
    },
  },
  'put-back': {
    from: 'rejected',
    work: async (scope, directoryId, entries) => {
      const source = await loadSource(scope, directoryId);
      const waiting = entries.map((entry): Entry => ({ ...entry, state: 'pending' }));
      const decided = await explainEntries(scope, source, waiting);
      await saveDecisions(scope, directoryId, decided);
      await announce(scope, 'directory.entries-put-back', directoryId, decided);
      return decided;
    },
  },
};

/** S17, S18: pending people and groups become people and groups of ours, people Activated. Who cannot goes on waiting with the reason. @throws AppError not_found; invalid_input when nobody is chosen */
export const acceptEntries = (scope: Scope, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges> =>
  change(scope, 'accept', directoryId, chosen);

/** S19: pending ones. They stay so, whatever changes there, until an administrator puts them back. @throws AppError not_found; invalid_input when nobody is chosen */
export const rejectEntries = (scope: Scope, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges> =>
  change(scope, 'reject', directoryId, chosen);

/** S132: rejected ones wait again. @throws AppError not_found; invalid_input when nobody is chosen */
export const putBackEntries = (scope: Scope, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges> =>
  change(scope, 'put-back', directoryId, chosen);

/** So many of one person's wish are done while they wait. */
const mostAtOnce = 100;
const step = 500;

async function change(scope: Scope, what: Change, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges> {
  const { directoryId: id } = await getDirectory(scope, directoryId);
  const filter = 'all' in chosen ? filterOf(what, id, chosen) : undefined;
  const total = filter ? await countMatching(scope, filter) : 'entryIds' in chosen ? chosen.entryIds.length : 0;
  if (total === 0) throw invalidInput({ entries: 'fields.nobody_chosen' });
  if (scope.actor.kind === 'person' && total > mostAtOnce) {
    const operationId = await startOperation(scope, {
      kind: changeEntries.kind,
      input: { change: what, directoryId: id, filter: chosen },
      total,
    });
    return { done: 0, refused: [], operationId };
  }
  const refused = new Map<EntryReason, number>();
  let done = 0;
  for await (const decided of work(scope, what, id, chosen)) {
    for (const { isDone, reason } of decided) {
      if (isDone) done += 1;
      else if (reason) refused.set(reason, (refused.get(reason) ?? 0) + 1);
    }
  }
  return { done, refused: [...refused].map(([reason, n]) => ({ reason, n })) };
}

const filterOf = (what: Change, directoryId: DirectoryId, { kind, search, reason }: Omit<EntryFilter, 'state'>) => ({
  directoryId,
  state: changes[what].from,
  kind,
  search,
  reason,
});

type Outcome = { isDone: boolean; reason?: EntryReason };

/** Step by step, each in a transaction of its own with `note`. Who was done before is not in the state any more from which the change starts. */
async function* work(
  scope: Scope,
  what: Change,
  directoryId: DirectoryId,
  chosen: ChosenEntries,
  note?: (scope: Transaction, outcomes: Outcome[]) => Promise<void>,
): AsyncGenerator<Outcome[]> {
  const { from, work: decide } = changes[what];
  const listed = 'entryIds' in chosen ? [...new Set(chosen.entryIds)] : undefined;
  let after: string | undefined;
  for (let begin = 0; ; begin += step) {
    const ids = listed
      ? listed.slice(begin, begin + step)
      : await pickEntries(scope, filterOf(what, directoryId, chosen as never), after, step);
    if (ids.length === 0) return;
    after = ids.at(-1);
    yield await inTransaction(scope, async (inside) => {
      const entries = (await lockEntries(inside, directoryId, ids)).filter(({ state }) => state === from);
      const decided = await decide(inside, directoryId, entries);
      const outcomes = decided.map(({ state, reason }) => ({ isDone: state !== from, reason }));
      await note?.(inside, outcomes);
      return outcomes;
    });
  }
}

/** Goes on where a process fell: those who were refused are asked once more. */
async function runChange(scope: Scope, operation: Operation): Promise<void> {
  const { operationId, input, requestedBy, total } = operation;
  const { change: what, directoryId, filter } = input as { change: Change; directoryId: DirectoryId; filter: ChosenEntries };
  let { done } = operation;
  let refused = 0;
  const steps = work(scope, what, directoryId, filter, async (inside, outcomes) => {
    done += outcomes.filter(({ isDone }) => isDone).length;
    refused += outcomes.filter(({ isDone }) => !isDone).length;
    await noteProgress(inside, operationId, { done, refused, total: Math.max(total, done + refused) });
  });
  for await (const _ of steps) if (!(await isActiveAdministrator(scope, requestedBy))) throw new AppError('administrators_only', 403);
}

export const changeEntries: OperationKind = { kind: 'change-directory-entries', run: runChange };

async function announce(
  scope: Transaction,
  type: 'directory.entries-rejected' | 'directory.entries-put-back',
  directoryId: DirectoryId,
  entries: Entry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { name } = await getDirectory(scope, directoryId);
  // ids only: names of people who have no account could never be taken out of the audit
  const details = { count: entries.length, entries: entries.map(({ entryId }) => entryId) };
  await recordEvent(scope, { type, subject: { kind: 'directory', id: directoryId, name }, details });
}

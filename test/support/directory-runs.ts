import { randomUUID } from 'node:crypto';
import { acceptEntries } from '../../src/domain/administration/directory-acceptance/index.ts';
import {
  approveRun,
  getRun,
  listRunChanges,
  listRuns,
  type Run,
  type RunChange,
  stageEntries,
  startRun,
  workOnDirectoryJob,
} from '../../src/domain/administration/directory-runs/index.ts';
import { ReadingTurns } from '../../src/domain/administration/directory-runs/reading-turns.ts';
import type { Directory } from '../../src/domain/people/directories/index.ts';
import { addDirectory, type DirectoryInput, noteDirectoryState } from '../../src/domain/people/directories/index.ts';
import type { Ask, AskOptions, Unanswered } from '../../src/domain/people/directory-requests/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import type { EntryRecord, GroupRecord, MemberReference, PersonRecord, ReadAnswer, RequestOf } from '../../src/smartsync-protocol/index.ts';

type Group = Omit<GroupRecord, 'type'> & { members: MemberReference[] };

/** A directory in memory with an agent that reads it: whole without a cursor, else what was said by `changes`. */
export class FakeDirectory {
  people: PersonRecord[] = [];
  groups: Group[] = [];
  /** Said besides those, such as what cannot be used. */
  extra: EntryRecord[] = [];
  /** Since the last reading. */
  changes: EntryRecord[] = [];
  asked: RequestOf<'read'>[] = [];
  cursor = 0;
  /** What is answered instead, once. */
  answers: (ReadAnswer | Unanswered)[] = [];
  /** Before a batch is staged: may throw, or do something meanwhile. */
  beforeBatch: (n: number) => Promise<void> | void = () => {};
  batchSize = 500;

  person(name: string, more: Partial<Omit<PersonRecord, 'type'>> = {}): PersonRecord {
    const [first, last = 'Person'] = name.split(' ');
    const login = name.toLowerCase().replaceAll(' ', '.');
    const attributes = {
      cn: [name],
      givenname: [first!],
      sn: [last],
      mail: [`${login}@corp.example`],
      uid: [login],
      samaccountname: [login],
    };
    const id = more.id ?? randomUUID();
    const person = {
      type: 'person' as const,
      dn: `cn=${name},ou=people,dc=corp`,
      isEnabled: true,
      ...more,
      id,
      attributes: { ...attributes, ...more.attributes },
    };
    this.people.push(person);
    return person;
  }

  group(name: string, members: MemberReference[], more: Partial<Group> = {}): Group {
    const group = { id: randomUUID(), dn: `cn=${name},ou=groups,dc=corp`, attributes: { cn: [name] }, members, ...more };
    this.groups.push(group);
    return group;
  }

  static recordsOf({ members, ...group }: Group): EntryRecord[] {
    const parts = [
      members.slice(0, 1500),
      ...Array.from({ length: Math.ceil((members.length - 1500) / 1500) || 0 }, (_, n) => members.slice(1500 * (n + 1), 1500 * (n + 2))),
    ];
    return [
      { type: 'group', ...group },
      ...parts
        .filter((part, n) => n === 0 || part.length > 0)
        .map((part, n) => ({ type: 'members' as const, id: group.id, members: part, isFirst: n === 0 })),
    ];
  }

  /** By the next reading of changes. */
  change(...records: EntryRecord[]): void {
    this.changes.push(...records);
  }

  ask: Ask = (async (scope: Scope, directoryId: Directory['directoryId'], { body }: { body: RequestOf<'read'> }, options: AskOptions) => {
    this.asked.push(body);
    const instead = this.answers.shift();
    if (instead) return instead;
    const isWhole = body.cursor === undefined;
    const records = isWhole ? [...this.people, ...this.groups.flatMap(FakeDirectory.recordsOf), ...this.extra] : this.changes;
    for (let n = 0; n * this.batchSize < records.length; n++) {
      await this.beforeBatch(n);
      const batch = records.slice(n * this.batchSize, (n + 1) * this.batchSize);
      await stageEntries(scope, { directoryId, directoryRequestId: options.requestId! }, batch);
    }
    this.changes = [];
    const count = (type: EntryRecord['type']) => records.filter((record) => record.type === type).length;
    return {
      outcome: 'accepted',
      cursor: `cursor ${++this.cursor}`,
      isWhole,
      way: isWhole ? 'full' : 'syncrepl',
      people: count('person'),
      groups: count('group'),
    };
  }) as never;
}

let count = 0;

/** A directory of acme that an agent has reached. */
export async function linkDirectory(
  scope: Scope,
  settings: NonNullable<DirectoryInput['settings']> = {},
  kind: Directory['kind'] = 'openldap',
): Promise<Directory> {
  const { directory } = await addDirectory(scope, { name: `Directory ${++count}`, settings });
  await noteDirectoryState(scope, directory.directoryId, { isUp: true, kind });
  return directory;
}

/** As the queue does, in a process of its own. */
export const workOn = (scope: Scope, { directoryId }: Directory, fake: FakeDirectory, isLast = false): Promise<unknown> => {
  const tools = { askDirectory: fake.ask, turns: new ReadingTurns() };
  return workOnDirectoryJob.run(() => scope, { contextId: scope.contextId, directoryId }, tools, { isLast });
};

export const lastRun = async (scope: Scope, { directoryId }: Directory): Promise<Run> => (await listRuns(scope, directoryId)).items[0]!;

export async function changesOf(scope: Scope, run: Pick<Run, 'runId'>): Promise<RunChange[]> {
  await getRun(scope, run.runId);
  return (await listRunChanges(scope, run.runId, {}, 100_000)).items;
}

/** Each as `code name` or `code group: member`. */
export const linesOf = async (scope: Scope, run: Pick<Run, 'runId'>): Promise<string[]> =>
  (await changesOf(scope, run)).map(
    ({ change, name, memberName }) => `${change} ${memberName === undefined ? name : `${name}: ${memberName}`}`,
  );

/** Read, approved, and all of it accepted. */
export async function importAll(
  scope: Scope,
  fake: FakeDirectory,
  settings: NonNullable<DirectoryInput['settings']> = {},
  kind?: Directory['kind'],
): Promise<Directory> {
  const directory = await linkDirectory(scope, settings, kind);
  await workOn(scope, directory, fake);
  await approveRun(scope, (await lastRun(scope, directory)).runId);
  await workOn(scope, directory, fake);
  if (!settings.acceptsPeople) await acceptEntries(scope, directory.directoryId, { all: true });
  return directory;
}

/** The next reading, of changes unless told. @returns the run */
export async function readAgain(scope: Scope, directory: Directory, fake: FakeDirectory, isWhole = false): Promise<Run> {
  await startRun(scope, directory.directoryId, { purpose: 'sync', isWhole });
  await workOn(scope, directory, fake);
  return lastRun(scope, directory);
}

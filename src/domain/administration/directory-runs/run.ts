import type { ReadAnswer } from '../../../smartsync-protocol/index.ts';
import type { Actor, DirectoryId, RunId } from '../../scope.ts';

/** `sync` applies what it plans, `preview` shows it and ends, `undo` reverts another run. */
export type RunPurpose = 'sync' | 'preview' | 'undo';

/** `waiting`: for its turn, or to try again. `stopped`: for an administrator's answer. The last three are ends. */
export type RunState = 'waiting' | 'reading' | 'planning' | 'stopped' | 'applying' | 'done' | 'failed' | 'declined';

/** Why a run asks before it applies. */
export const stopReasons = [
  'first-run',
  'after-undo',
  'nobody-found',
  'many-people-leaving',
  'many-groups-leaving',
  'many-members-leaving',
] as const;
export type StopReason = (typeof stopReasons)[number];

type EntryCounts = { added: number; changed: number; leaving: number; returning: number };

/** `leaving` people: who is gone and who is disabled there. `unusable`: entries without an id, or that cannot be read. */
export type RunCounts = { people: EntryCounts; groups: EntryCounts; members: { added: number; removed: number }; unusable: number };

export const noCounts: RunCounts = {
  people: { added: 0, changed: 0, leaving: 0, returning: 0 },
  groups: { added: 0, changed: 0, leaving: 0, returning: 0 },
  members: { added: 0, removed: 0 },
  unusable: 0,
};

export type Run = {
  runId: RunId;
  directoryId: DirectoryId;
  purpose: RunPurpose;
  isWhole: boolean;
  state: RunState;
  /** Who asked for it. Of a person only `kind` and `id` are kept when it is over. */
  actor: Omit<Actor, 'name'> & { name?: string };
  undoesRunId?: RunId;
  undoneByRunId?: RunId;
  /** How the directory was read. */
  way?: Extract<ReadAnswer, { outcome: 'accepted' }>['way'];
  counts: RunCounts;
  stopReason?: StopReason;
  /** A code of why it failed, or why it waits to try again; `faultDetail`: what the directory said. */
  fault?: string;
  faultDetail?: string;
  /** While it reads, how much came; while it applies, of `total`. */
  done: number;
  total: number;
  startedAt: Date;
  readAt?: Date;
  finishedAt?: Date;
};

export const changeCodes = [
  'person-added',
  'person-changed',
  'person-moved',
  'person-disabled',
  'person-enabled',
  'person-left',
  'person-returned',
  'group-added',
  'group-changed',
  'group-moved',
  'group-left',
  'group-returned',
  'member-added',
  'member-removed',
  'unusable',
] as const;
export type ChangeCode = (typeof changeCodes)[number];

/** What matters of an entry before or after a change. */
export type ChangeSide = { dn?: string; name?: string; login?: string | null; isEnabled?: boolean; attributes?: Record<string, string[]> };

export type RunChange = {
  position: number;
  change: ChangeCode;
  /** Of a person or a group; of a membership the group's. */
  entryId: string;
  name: string;
  memberEntryId?: string;
  memberName?: string;
  /** Only what differs; of `person-added` and `group-added` what comes. */
  before?: ChangeSide;
  after?: ChangeSide;
  /** `refused`: the rest of it was done, but the person or group here could not follow, for `fault`. `passed-over`: it was not done, for `fault`. */
  state: 'planned' | 'done' | 'refused' | 'passed-over';
  fault?: string;
};

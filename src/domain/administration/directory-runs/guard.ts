import type { DirectorySettings } from '../../people/directories/index.ts';
import type { StopReason } from './run.ts';

/** What a plan would take away, together with what runs of the last 24 hours took without a question, of what there was before. */
export type Losses = {
  /** Accepted people who would leave or be deactivated, of those who are neither. */
  people: { leaving: number; of: number };
  /** Accepted groups. */
  groups: { leaving: number; of: number };
  /** Direct memberships of accepted groups. */
  members: { leaving: number; of: number };
  /** People of the directory that were there before, accepted or not, and that a whole reading found now: undefined of a reading of changes. */
  found?: { before: number; now: number };
};

type Circumstances = { isFirst: boolean; isAfterUndo: boolean };

/**
 * Why a run asks before it applies anything. One person or group who leaves within a day is everyday life in a company however small; a member attribute that cannot be read any more is not, nor
 * is a filter that matches half.
 */
export function findStopReason(
  losses: Losses,
  { isFirst, isAfterUndo }: Circumstances,
  { guardPercent, guardPeople }: Pick<DirectorySettings, 'guardPercent' | 'guardPeople'>,
): StopReason | undefined {
  const { people, groups, members, found } = losses;
  const isMuch = ({ leaving, of }: { leaving: number; of: number }) => leaving * 100 > of * guardPercent;
  if (isFirst) return 'first-run';
  if (isAfterUndo) return 'after-undo';
  if (found && found.now === 0 && found.before > 0) return 'nobody-found';
  if (people.leaving > guardPeople || (people.leaving > 1 && isMuch(people))) return 'many-people-leaving';
  if (groups.leaving > 1 && isMuch(groups)) return 'many-groups-leaving';
  if (members.leaving > guardPeople && isMuch(members)) return 'many-members-leaving';
  return undefined;
}

import { createHash } from 'node:crypto';
import type { Scope, UserId } from '../../scope.ts';

/** The id of a count that is nobody's row: of a name that nobody has, or of something else that is counted of a person. */
export function idOfCount(what: string): UserId {
  const hex = createHash('sha256').update(what).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0${hex.slice(13, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}` as UserId;
}

/** Of how often a directory was asked about this person's password (directory-asks). */
export const idOfAsks = ({ contextId }: Pick<Scope, 'contextId'>, userId: UserId): UserId => idOfCount(`${contextId} directory ${userId}`);

/** How often a directory may be asked for strangers: below the usual limits of directories (5 and more), within the usual time that they count over (30 minutes). */
export const askRules = {
  limit: 3,
  decayMinutes: 30,
  /** No ask takes longer: what is in flight after that was asked by a process that died. */
  longestSeconds: 15,
};

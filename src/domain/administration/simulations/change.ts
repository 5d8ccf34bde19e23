import { notFound } from '../../../platform/errors/index.ts';
import { getApplication } from '../../applications/applications/index.ts';
import type { DirectoryRules } from '../../people/directories/index.ts';
import { getGroup } from '../../people/groups/index.ts';
import { listUsersByIds } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import { refuseUnknownTargets } from '../../sign-in/authentication/index.ts';
import type { PolicyRules } from '../../sign-in/sign-in-policy/index.ts';

/** Who joins and who leaves, by ids. */
export type Moves = { joining?: string[]; leaving?: string[] };

export type GroupChange = { groupId: string; isRemoved?: boolean; members?: Moves };

/** What is left out stays. */
export type ApplicationChange = {
  applicationId: string;
  isRemoved?: boolean;
  enabled?: boolean;
  navigable?: boolean;
  groups?: Moves;
  people?: Moves;
};

/** A change that nobody has made yet. What is new to a company concerns nobody of the last 30 days, so all ids are of what there is. It can be written as JSON. */
export type Change = {
  rules?: PolicyRules;
  /** The edition of the terms that would be asked for; 0 is none. */
  termsEdition?: number;
  directoryRules?: DirectoryRules;
  groups?: GroupChange[];
  applications?: ApplicationChange[];
};

const idsOf = (moves: Moves[]): string[] => [...new Set(moves.flatMap(({ joining = [], leaving = [] }) => [...joining, ...leaving]))];

/** @throws AppError not_found of what is not the company's */
export async function checkChange(scope: Scope, { rules, groups = [], applications = [] }: Change, current: PolicyRules): Promise<void> {
  if (rules) await refuseUnknownTargets(scope, [current], rules);
  for (const { groupId } of groups) await getGroup(scope, groupId);
  for (const { applicationId } of applications) await getApplication(scope, applicationId);
  for (const groupId of idsOf(applications.map((one) => one.groups ?? {}))) await getGroup(scope, groupId);
  const people = idsOf([...groups.map((one) => one.members ?? {}), ...applications.map((one) => one.people ?? {})]);
  if ((await listUsersByIds(scope, people)).length !== people.length) throw notFound();
}

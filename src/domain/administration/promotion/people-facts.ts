import { listCodesWithPeople } from '../../applications/assignments/index.ts';
import { listKeysWithMembers } from '../../people/groups/index.ts';
import type { Scope } from '../../scope.ts';
import type { PeopleFacts } from './check-choice.ts';

/** Whom production has, as far as it matters: whether there is anybody, and never who. */
export const gatherPeopleFacts = async (scope: Scope): Promise<PeopleFacts> => ({
  applicationsWithPeople: new Set(await listCodesWithPeople(scope)),
  groupsWithPeople: new Set(await listKeysWithMembers(scope)),
});

import type { Group } from '../../../domain/people/groups/index.ts';
import { countUsers } from '../../../domain/people/users/index.ts';
import { formatCount, type PageContext } from '../../request/index.ts';

/** How many are in it, in the reader's figures. */
export const countMembers = async (page: PageContext, { groupId, isEveryone }: Group): Promise<string> =>
  formatCount(page.locale, await countUsers(page.scope, isEveryone ? {} : { groupId }));

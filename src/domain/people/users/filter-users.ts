import { domainToUnicode } from 'node:url';
import type { Knex } from 'knex';
import { escapeLike } from '../../../platform/database/index.ts';
import { type Scope, soughtId, type UserId } from '../../scope.ts';
import { searchKey } from './keys.ts';
import { users } from './store.ts';

/** S50: what a search looks at; everything when left out. */
export const searchKinds = ['email', 'name', 'username'] as const;
export type SearchKind = (typeof searchKinds)[number];

/**
 * `directory`: the id of the one whose people are meant, or `none` for those who come from nowhere else. `signIn`: who never signed in.
 * `secondFactor`: who has none.
 */
export type UserFilter = {
  search?: string;
  by?: SearchKind;
  role?: string;
  status?: string;
  groupId?: string;
  directory?: string;
  signIn?: 'never';
  secondFactor?: 'none';
};

/** Of these people only: few, by their ids; or those of whom a condition on `users` holds, which an index answers for one person. */
export type Among = { ids: UserId[] } | { condition: string; values: Record<string, string> };

/** Of `users`, whose id stands in the index of each. */
export const neverSignedIn =
  'NOT EXISTS (SELECT 1 FROM last_sign_ins l WHERE l.context_id = users.context_id AND l.user_id = users.user_id)';
const withoutSecondFactor =
  'NOT EXISTS (SELECT 1 FROM second_factors f WHERE f.context_id = users.context_id AND f.user_id = users.user_id)';

export type People = ReturnType<typeof users>;

/** A query of `users`, whose columns it names with their table: others may be joined. */
export function filterUsers(
  scope: Scope,
  { search, by, role, status, groupId, directory, signIn, secondFactor }: UserFilter,
  among?: Among,
): People {
  const query = users(scope);
  if (among && 'ids' in among) query.whereRaw('users.user_id = ANY(?::uuid[])', [among.ids]);
  else if (among) query.whereRaw(among.condition, among.values);
  if (role) query.where('users.role', role);
  if (status) query.where('users.status', status);
  if (groupId) {
    const members = { context_id: scope.contextId, group_id: soughtId(groupId) };
    query.whereIn('users.user_id', scope.db('group_members').select('user_id').where(members));
  }
  const imported = scope.db('directory_entries').select('user_id').where({ context_id: scope.contextId }).whereNotNull('user_id');
  if (directory === 'none') query.whereNotIn('users.user_id', imported);
  else if (directory) query.whereIn('users.user_id', imported.where({ directory_id: soughtId(directory) }));
  if (signIn === 'never') query.whereRaw(neverSignedIn);
  if (secondFactor === 'none') query.whereRaw(withoutSecondFactor);
  const text = search?.trim();
  if (text) {
    query.where((or) => {
      for (const kind of by ? [by] : searchKinds) or.orWhere((and) => matchKind(and, kind, text));
    });
  }
  return query;
}

/**
 * Any part of it, and of a name every word, in whatever order. Of one or two letters only the beginning of a word: an index knows nothing smaller than three, and
 * what is looked for nearly everywhere in the list is no search.
 */
function matchKind(query: Knex.QueryBuilder, kind: SearchKind, text: string): void {
  const key = soughtKey(text);
  for (const word of kind === 'name' ? key.split(' ') : [key]) {
    const part = escapeLike(word);
    const patterns = [...word].length >= 3 ? [`%${part}%`] : [`${part}%`, `% ${part}%`];
    query.where((or) => {
      for (const pattern of patterns) {
        or.orWhere(`users.${kind}_key`, 'like', pattern);
        // of few people: whose e-mail or username has accents
        if (kind !== 'name') or.orWhere((and) => and.where('users.login_search', 'like', pattern).whereNotNull(`users.${kind}_key`));
      }
    });
  }
}

/** What is typed may be the domain of an address as it is in its headers. */
export const soughtKey = (text: string): string =>
  searchKey(text.replace(/xn--[a-z0-9.-]+/gi, (domain) => domainToUnicode(domain) || domain));

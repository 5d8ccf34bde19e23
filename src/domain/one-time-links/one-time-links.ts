import { addSeconds } from '../../platform/clock/index.ts';
import { hashToken, newId, randomToken } from '../../platform/crypto/index.ts';
import { type Db, deleteInSteps } from '../../platform/database/index.ts';
import type { Scope, UserId } from '../scope.ts';

export type LinkKind = 'recovery';

/** What the path in a mail's job is sealed for: jobs lie in the store, bearer values do not. */
export const linkPathPurpose = (contextId: string): string => `link-path:${contextId}`;

const links = ({ db, contextId }: Scope) => db('one_time_links').where('context_id', contextId);
const alive = (scope: Scope, kind: LinkKind, token: string) =>
  links(scope)
    .where({ kind, token_hash: hashToken(token), ended_at: null })
    .where('expires_at', '>', scope.clock.now());

/** Earlier links of the kind end: only the latest mail counts. @param scope of a transaction @returns the token that the mail carries; the store has its hash */
export async function createLink(scope: Scope, kind: LinkKind, userId: UserId, lifetimeSeconds: number): Promise<string> {
  const now = scope.clock.now();
  const token = randomToken();
  await links(scope).where({ kind, user_id: userId, ended_at: null }).update({ ended_at: now });
  await scope.db('one_time_links').insert({
    context_id: scope.contextId,
    link_id: newId(now.getTime()),
    kind,
    user_id: userId,
    token_hash: hashToken(token),
    created_at: now,
    expires_at: addSeconds(now, lifetimeSeconds),
  });
  return token;
}

/** Whose link it is, while it can be used: mail scanners may look as often as they like. */
export const findLink = async (scope: Scope, kind: LinkKind, token: string): Promise<UserId | undefined> =>
  token.length === 43 ? (await alive(scope, kind, token).first('user_id'))?.user_id : undefined;

/** Uses it up: of parallel tries one wins. @returns whose it is */
export async function useLink(scope: Scope, kind: LinkKind, token: string): Promise<UserId | undefined> {
  if (token.length !== 43) return undefined;
  const rows = await alive(scope, kind, token).update({ ended_at: scope.clock.now() }).returning('user_id');
  return rows[0]?.user_id;
}

/** A new password ends what was mailed before it. */
export async function endLinks(scope: Scope, userId: UserId): Promise<void> {
  await links(scope).where({ user_id: userId, ended_at: null }).update({ ended_at: scope.clock.now() });
}

/** How many were made since: nobody's mailbox is to be filled by others. */
export async function countRecentLinks(scope: Scope, kind: LinkKind, userId: UserId, since: Date): Promise<number> {
  const [row] = await links(scope).where({ kind, user_id: userId }).where('created_at', '>', since).count({ n: '*' });
  return Number(row?.n ?? 0);
}

export const sweepLinks = (db: Db): Promise<number> => deleteInSteps(db, 'one_time_links', "expires_at < now() - interval '7 days'");

import { addSeconds } from '../../../platform/clock/index.ts';
import { hashToken, newId, randomToken } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, jsonText } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import { type Scope, type Transaction, type UserId, useCase } from '../../scope.ts';

export const mailedLinks = ['recovery', 'invitation', 'registration', 'email-change', 'email-confirm', 'recovery-email', 'export'] as const;
export type LinkKind = (typeof mailedLinks)[number];

/** Whose link it is: a person's, or of somebody who is not one yet and is known by the (folded) address it is mailed to. */
type LinkOwner = { userId: UserId } | { addressKey: string };
/** `payload`: what was asked for when the link was made, which may be something else by now in the store. */
export type FoundLink = { userId?: UserId; addressKey?: string; payload: Record<string, string> };

const links = ({ db, contextId }: Scope) => db('one_time_links').where('context_id', contextId);
const ownedBy = (owner: LinkOwner) => ('userId' in owner ? { user_id: owner.userId } : { address_key: owner.addressKey });
const alive = (scope: Scope, kind: LinkKind, token: string) =>
  links(scope)
    .where({ kind, token_hash: hashToken(token), ended_at: null })
    .where('expires_at', '>', scope.clock.now());

type NewLink = { kind: LinkKind; owner: LinkOwner; lifetimeSeconds: number; payload?: Record<string, string> };

/** Earlier links of the kind end: only the latest mail counts. @returns the token that the mail carries; the store has its hash */
export const createLink = useCase(async (scope, { kind, owner, lifetimeSeconds, payload = {} }: NewLink): Promise<string> => {
  const now = scope.clock.now();
  const token = randomToken();
  await endLinks(scope, owner, kind);
  await scope.db('one_time_links').insert({
    context_id: scope.contextId,
    link_id: newId(now.getTime()),
    kind,
    ...ownedBy(owner),
    payload: jsonText(payload),
    token_hash: hashToken(token),
    created_at: now,
    expires_at: addSeconds(now, lifetimeSeconds),
  });
  return token;
});

const found = (row: Pick<Row<'one_time_links'>, 'user_id' | 'address_key' | 'payload'>): FoundLink => ({
  userId: row.user_id ?? undefined,
  addressKey: row.address_key ?? undefined,
  payload: row.payload as FoundLink['payload'],
});
const columns = ['user_id', 'address_key', 'payload'] as const;

/** While it can be used: mail scanners may look as often as they like. */
export async function findLink(scope: Scope, kind: LinkKind, token: string): Promise<FoundLink | undefined> {
  const row = token.length === 43 ? await alive(scope, kind, token).first(...columns) : undefined;
  return row && found(row);
}

export type LinkFate = { kind: string; userId?: UserId; madeAt: Date; endedAt?: Date; expiresAt: Date };

/** What became of a link that somebody followed too late, whatever its kind; for a week after its end. */
export async function findLinkFate(scope: Scope, token: string): Promise<LinkFate | undefined> {
  const row =
    token.length === 43
      ? await links(scope)
          .where({ token_hash: hashToken(token) })
          .first('kind', 'user_id', 'created_at', 'ended_at', 'expires_at')
      : undefined;
  return (
    row && {
      kind: row.kind,
      userId: (row.user_id as UserId | null) ?? undefined,
      madeAt: row.created_at,
      endedAt: row.ended_at ?? undefined,
      expiresAt: row.expires_at,
    }
  );
}

/** How many carry this in what they were asked with: from one network, for one mailbox. Who asks at the same time waits. */
export async function countLinksBy(scope: Transaction, kind: LinkKind, payload: Record<string, string>, since: Date): Promise<number> {
  await lockLinks(scope, kind, payload);
  const query = links(scope)
    .where({ kind })
    .where('created_at', '>', since)
    .whereRaw('payload @> ?::jsonb', [jsonText(payload)]);
  const [row] = await query.count({ n: '*' });
  return Number(row?.n ?? 0);
}

const lockLinks = ({ db, contextId }: Transaction, kind: LinkKind, of: object) =>
  db.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`links ${contextId} ${kind} ${JSON.stringify(of)}`]);

/** What a person's links of these kinds wait for, the newest first. */
export async function listOpenLinks(
  scope: Scope,
  userId: UserId,
  kinds: LinkKind[],
): Promise<{ kind: LinkKind; payload: Record<string, string>; expiresAt: Date }[]> {
  const rows = await links(scope)
    .where({ user_id: userId, ended_at: null })
    .whereIn('kind', kinds)
    .where('expires_at', '>', scope.clock.now())
    .orderBy('created_at', 'desc')
    .select('kind', 'payload', 'expires_at');
  return rows.map((row) => ({ kind: row.kind as LinkKind, payload: row.payload as FoundLink['payload'], expiresAt: row.expires_at }));
}

/** Uses it up: of parallel tries one wins. */
export async function useLink(scope: Transaction, kind: LinkKind, token: string): Promise<FoundLink | undefined> {
  if (token.length !== 43) return undefined;
  const [row] = await alive(scope, kind, token)
    .update({ ended_at: scope.clock.now() })
    .returning([...columns]);
  return row && found(row);
}

/** Whoever claimed one and never came back (a server that died) has it no longer. */
const claimSeconds = 60;

/**
 * Keeps others from using it while what it is for is asked of somebody else, who may refuse: of parallel tries one wins. It is used up (useLink) or given back (releaseLink) after.
 * Meanwhile a newer one ends it as ever.
 */
export async function claimLink(scope: Transaction, kind: LinkKind, token: string): Promise<boolean> {
  const now = scope.clock.now();
  const claimed = await alive(scope, kind, token)
    .whereRaw("COALESCE((payload->>'claimedUntil')::timestamptz, '-infinity') < ?", [now])
    .update({ payload: scope.db.raw('payload || ?::jsonb', [jsonText({ claimedUntil: addSeconds(now, claimSeconds).toISOString() })]) });
  return claimed > 0;
}

export async function releaseLink(scope: Transaction, kind: LinkKind, token: string): Promise<void> {
  await alive(scope, kind, token).update({ payload: scope.db.raw("payload - 'claimedUntil'") });
}

/** Nothing that was mailed before counts any more: of one kind, or, after a new password, of all. */
export const endLinks = useCase(async (scope, owner: LinkOwner, kind?: LinkKind): Promise<void> => {
  await links(scope)
    .where({ ...ownedBy(owner), ...(kind ? { kind } : {}), ended_at: null })
    .update({ ended_at: scope.clock.now() });
});

/** How many were made since: nobody's mailbox is to be filled by others. Who asks at the same time waits. */
export async function countRecentLinks(scope: Transaction, kind: LinkKind, owner: LinkOwner, since: Date): Promise<number> {
  await lockLinks(scope, kind, owner);
  const [row] = await links(scope)
    .where({ kind, ...ownedBy(owner) })
    .where('created_at', '>', since)
    .count({ n: '*' });
  return Number(row?.n ?? 0);
}

export const sweepLinks = (db: Db): Promise<number> => deleteInSteps(db, 'one_time_links', "expires_at < now() - interval '7 days'");

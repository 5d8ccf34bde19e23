import { addSeconds } from '../../../platform/clock/index.ts';
import { hashToken, newId } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, run } from '../../../platform/database/index.ts';
import {
  type ApplicationId,
  type DirectoryId,
  isId,
  type RequestId,
  type Scope,
  type SessionId,
  type Transaction,
  type UserId,
} from '../../scope.ts';
import type { Demands } from './next-step.ts';
import { isOfBrowser, lifetimeSeconds, readSealed, type SealedRequest, sealRequest } from './sealed-requests.ts';

/**
 * What was proven so far. `passwordChangedAt`: which password; a proof of one that was replaced is worth nothing. Times in ms since the epoch.
 * `passwordIsWeak`: it no longer meets the policy. `keep` and `remember` are what the person ticked: to stay signed in, not to be asked for a second factor here again.
 */
export type Proven = {
  userId: UserId;
  at: number;
  amr: string[];
  passwordChangedAt?: number;
  /** A passkey alone: the password was not asked for. */
  isPasswordless?: boolean;
  /** The password of the network: whose it is, and by what the person is known there. Without these it was the personal one. */
  directoryId?: DirectoryId;
  entryId?: string;
  /** The directory wants another password before it lets the person in. */
  networkPassword?: 'expired' | 'must-change';
  /** By a verifier, while the directory did not answer. */
  isDirectoryAway?: boolean;
  /** The session that this only adds a factor to. */
  sessionId?: SessionId;
  passwordIsWeak?: boolean;
  /** The person was Blocked, and this browser or the time that has passed ends that when everything is proven. */
  liftsBlock?: boolean;
  /** On whose count the attempt stands (attempts). */
  isKnownBrowser?: boolean;
  keep?: boolean;
  remember?: boolean;
};

/** A sign-in under way: where it came from and goes back to. Twenty tabs are twenty of these. */
export type PendingRequest = {
  requestId: RequestId;
  /** What names it in addresses: its id, or all that it is, sealed. */
  address: string;
  /**
   * `path` inside the context, without its mount path. `uiLocales`: the languages that the application asks for, as it wrote them.
   * `leaves`: it redirects out of our pages, which the redirect after a form must not do.
   * `isAwaited`: an application waits for an answer. A form with `decision=cancel`, posted to `path`, tells it that the person goes no further.
   */
  destination: { protocol: 'oidc' | 'saml' | 'portaria'; path: string; uiLocales?: string; leaves?: true; isAwaited?: true };
  applicationId?: ApplicationId;
  demands: Demands;
  proven?: Proven;
  /** Of one that was not written yet. */
  sealed?: SealedRequest;
};

type Row = Pick<PendingRequest, 'destination' | 'demands'> & {
  requestId: RequestId;
  applicationId?: ApplicationId;
  browserHash: Buffer;
  createdAt: Date;
};

const insert = `INSERT INTO pending_requests (context_id, request_id, browser_hash, destination, application_id, demands, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (context_id, request_id) DO NOTHING`;

async function save(
  { db, contextId }: Scope,
  { requestId, browserHash, destination, applicationId, demands, createdAt }: Row,
): Promise<void> {
  const [where, asked] = [JSON.stringify(destination), JSON.stringify(demands)];
  const expiresAt = addSeconds(createdAt, lifetimeSeconds);
  await run(db, 'open pending request', insert, [
    contextId,
    requestId,
    browserHash,
    where,
    applicationId ?? null,
    asked,
    createdAt,
    expiresAt,
  ]);
}

/**
 * One that no application waits for stands in its own address (sealed-requests): whoever only asks for a page writes nothing.
 * @param browser the browser's own cookie: only that browser can go on with the request, so that half a sign-in cannot be handed to another
 * @returns what names it in addresses
 */
export async function openPendingRequest(
  scope: Scope,
  browser: string,
  request: Omit<PendingRequest, 'requestId' | 'address' | 'proven' | 'sealed'>,
): Promise<string> {
  if (request.destination.protocol === 'portaria' && !request.applicationId) return sealRequest(scope, browser, request);
  const createdAt = scope.clock.now();
  const requestId = newId(createdAt.getTime()) as RequestId;
  await save(scope, { ...request, requestId, browserHash: hashToken(browser), createdAt });
  return requestId;
}

type PendingRow = Pick<PendingRequest, 'destination' | 'demands'> & {
  request_id: RequestId;
  application_id: ApplicationId | null;
  proven: Proven | null;
  finished_at: Date | null;
};
const find = `SELECT request_id, destination, application_id, demands, proven, finished_at FROM pending_requests
  WHERE context_id = $1 AND request_id = $2 AND browser_hash = $3 AND expires_at > $4`;

/** @returns undefined when it is unknown, over, or another browser's: those look alike */
export async function findPendingRequest(scope: Scope, browser: string, address: string): Promise<PendingRequest | undefined> {
  const { db, contextId, clock } = scope;
  const sealed = readSealed(scope, address);
  const requestId = sealed?.requestId ?? address;
  if (!isId(requestId) || (sealed && !isOfBrowser(sealed, browser))) return undefined;
  const { rows } = await run<PendingRow>(db, 'pending request', find, [contextId, requestId, hashToken(browser), clock.now()]);
  const [row] = rows;
  if (row?.finished_at) return undefined;
  if (!row) return sealed && { requestId: sealed.requestId, address, destination: sealed.destination, demands: sealed.demands, sealed };
  return {
    requestId: row.request_id,
    address,
    destination: row.destination,
    applicationId: row.application_id ?? undefined,
    demands: row.demands,
    proven: row.proven ?? undefined,
  };
}

type Named = Pick<PendingRequest, 'requestId' | 'sealed'>;

/** Before the first write of a request that stands in its address. Sent twice it is one. */
const saveSealed = async (scope: Scope, { sealed }: Named): Promise<void> =>
  sealed && save(scope, { ...sealed, browserHash: Buffer.from(sealed.browserHash, 'base64url') });

export async function recordProof(scope: Scope, request: Named, proven: Proven): Promise<void> {
  const text = 'UPDATE pending_requests SET proven = $3 WHERE context_id = $1 AND request_id = $2 AND finished_at IS NULL';
  await saveSealed(scope, request);
  await run(scope.db, 'pending request proven', text, [scope.contextId, request.requestId, JSON.stringify(proven)]);
}

/** Where a request leads or led that this browser cannot go on with. Of one that is finished and came from an application only that is left. */
export type LostRequest = Pick<PendingRequest, 'applicationId'> & {
  destination: Partial<PendingRequest['destination']>;
  isFinished: boolean;
};

const findLost = `SELECT destination, application_id, finished_at FROM pending_requests
  WHERE context_id = $1 AND request_id = $2 AND expires_at > $3`;

/** Whatever the browser: it may start again where the request came from, as by a link to there. */
export async function findLostRequest(scope: Scope, address: string): Promise<LostRequest | undefined> {
  const { db, contextId, clock } = scope;
  const sealed = readSealed(scope, address);
  const requestId = sealed?.requestId ?? address;
  if (!isId(requestId)) return undefined;
  type Row = Pick<PendingRow, 'application_id' | 'finished_at'> & Pick<LostRequest, 'destination'>;
  const { rows } = await run<Row>(db, 'lost request', findLost, [contextId, requestId, clock.now()]);
  const [row] = rows;
  if (!row) return sealed && { destination: sealed.destination, isFinished: false };
  return { destination: row.destination, applicationId: row.application_id ?? undefined, isFinished: row.finished_at !== null };
}

const close = `WITH closed AS (
    UPDATE pending_requests SET finished_at = $4, proven = NULL,
      destination = CASE WHEN application_id IS NULL THEN destination ELSE destination - 'path' END -- the path holds a bearer value
    WHERE context_id = $1 AND request_id = $2 AND finished_at IS NULL RETURNING 1)
  SELECT 1 FROM users WHERE context_id = $1 AND user_id = $3 AND EXISTS (SELECT 1 FROM closed) FOR UPDATE`;

/**
 * Closes the request and holds the person until the transaction ends: a deactivation or a new password at the same moment comes before or after, not between.
 * @returns false when somebody else closed it: a proof becomes one session only
 */
export async function closePendingRequest(scope: Transaction, request: Named, userId: UserId): Promise<boolean> {
  const { db, contextId, clock } = scope;
  // done in this order though nobody waits in between (run)
  const [, { rowCount }] = await Promise.all([
    saveSealed(scope, request),
    run(db, 'close pending request', close, [contextId, request.requestId, userId, clock.now()]),
  ]);
  return rowCount === 1;
}

export const sweepPendingRequests = (db: Db): Promise<number> => deleteInSteps(db, 'pending_requests', 'expires_at < now()');

import { addSeconds } from '../../../platform/clock/index.ts';
import { hashToken, newId } from '../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, insertRow, run } from '../../../platform/database/index.ts';
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
  /**
   * `path` inside the context, without its mount path. `uiLocales`: the languages that the application asks for, as it wrote them.
   * `leaves`: it redirects out of our pages, which the redirect after a form must not do.
   * `isAwaited`: an application waits for an answer. A form with `decision=cancel`, posted to `path`, tells it that the person goes no further.
   */
  destination: { protocol: 'oidc' | 'saml' | 'portaria'; path: string; uiLocales?: string; leaves?: true; isAwaited?: true };
  applicationId?: ApplicationId;
  demands: Demands;
  proven?: Proven;
};

const lifetimeSeconds = 3600;

/** @param browser the browser's own cookie: only that browser can go on with the request, so that half a sign-in cannot be handed to another */
export async function openPendingRequest(
  scope: Scope,
  browser: string,
  request: Omit<PendingRequest, 'requestId' | 'proven'>,
): Promise<RequestId> {
  const now = scope.clock.now();
  const requestId = newId(now.getTime()) as RequestId;
  const row = {
    context_id: scope.contextId,
    request_id: requestId,
    browser_hash: hashToken(browser),
    destination: JSON.stringify(request.destination),
    application_id: request.applicationId ?? null,
    demands: JSON.stringify(request.demands),
    created_at: now,
    expires_at: addSeconds(now, lifetimeSeconds),
  };
  await insertRow(scope.db, 'pending_requests', row);
  return requestId;
}

type PendingRow = Pick<PendingRequest, 'destination' | 'demands'> & {
  request_id: RequestId;
  application_id: ApplicationId | null;
  proven: Proven | null;
};
const find = `SELECT request_id, destination, application_id, demands, proven FROM pending_requests
  WHERE context_id = $1 AND request_id = $2 AND browser_hash = $3 AND expires_at > $4 AND finished_at IS NULL`;

/** @returns undefined when it is unknown, over, or another browser's: those look alike */
export async function findPendingRequest(
  { db, contextId, clock }: Scope,
  browser: string,
  requestId: string,
): Promise<PendingRequest | undefined> {
  if (!isId(requestId)) return undefined;
  const { rows } = await run<PendingRow>(db, 'pending request', find, [contextId, requestId, hashToken(browser), clock.now()]);
  const [row] = rows;
  return (
    row && {
      requestId: row.request_id,
      destination: row.destination,
      applicationId: row.application_id ?? undefined,
      demands: row.demands,
      proven: row.proven ?? undefined,
    }
  );
}

export async function recordProof({ db, contextId }: Scope, requestId: RequestId, proven: Proven): Promise<void> {
  const text = 'UPDATE pending_requests SET proven = $3 WHERE context_id = $1 AND request_id = $2 AND finished_at IS NULL';
  await run(db, 'pending request proven', text, [contextId, requestId, JSON.stringify(proven)]);
}

/** Where a request leads or led that this browser cannot go on with. Of one that is finished and came from an application only that is left. */
export type LostRequest = Pick<PendingRequest, 'applicationId'> & {
  destination: Partial<PendingRequest['destination']>;
  isFinished: boolean;
};

const findLost = `SELECT destination, application_id, finished_at FROM pending_requests
  WHERE context_id = $1 AND request_id = $2 AND expires_at > $3`;

/** Whatever the browser: it may start again where the request came from, as by a link to there. */
export async function findLostRequest({ db, contextId, clock }: Scope, requestId: string): Promise<LostRequest | undefined> {
  if (!isId(requestId)) return undefined;
  type Row = Pick<PendingRow, 'application_id'> & Pick<LostRequest, 'destination'> & { finished_at: Date | null };
  const { rows } = await run<Row>(db, 'lost request', findLost, [contextId, requestId, clock.now()]);
  const [row] = rows;
  return row && { destination: row.destination, applicationId: row.application_id ?? undefined, isFinished: row.finished_at !== null };
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
export const closePendingRequest = async ({ db, contextId, clock }: Transaction, requestId: RequestId, userId: UserId): Promise<boolean> =>
  (await run(db, 'close pending request', close, [contextId, requestId, userId, clock.now()])).rowCount === 1;

export const sweepPendingRequests = (db: Db): Promise<number> => deleteInSteps(db, 'pending_requests', 'expires_at < now()');

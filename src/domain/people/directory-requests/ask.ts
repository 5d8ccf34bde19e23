import type { AnswerOf, RequestKind, RequestOf } from '../../../smartsync-protocol/index.ts';
import type { DirectoryId, DirectoryRequestId, Scope } from '../../scope.ts';

/** Nobody answered in time: no agent is connected, or the directory is away or slow. That is nobody's guess. */
export type Unanswered = { outcome: 'unavailable'; reason: 'no-agent' | 'late' | 'directory-away' };

/** They are sealed to the agents before they reach the queue, and an answer that says yes without a proof counts as none. */
export type Passwords = { password?: string; oldPassword?: string; newPassword?: string };

export type AskOptions = {
  /** @default 5000 of `verify-password`, else 30000 */
  timeoutMs?: number;
  passwords?: Passwords;
  /** One agent gets it, once, whatever becomes of that: the directory may count what it is told. */
  isOnce?: boolean;
  /** Of who has to know it before the first batch of the answer arrives; made by `newId`. */
  requestId?: DirectoryRequestId;
  /** Who asked does not want it any more: the agent is told, and it counts as late. */
  signal?: AbortSignal;
};

/**
 * Asks a directory through one of its agents, and waits for the answer in this process. In no transaction.
 * @param body without `sealed`, which is made of `options.passwords`
 */
export type Ask = <Kind extends RequestKind>(
  scope: Scope,
  directoryId: DirectoryId,
  request: { kind: Kind; body: Omit<RequestOf<Kind>, 'sealed'> },
  options?: AskOptions,
) => Promise<AnswerOf<Kind> | Unanswered>;

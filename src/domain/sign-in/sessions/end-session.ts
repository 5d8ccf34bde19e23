import { listApplicationsByIds } from '../../applications/applications/index.ts';
import { enqueue } from '../../job.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { revokeGrantsOfUser } from '../../records/protocol-artifacts/index.ts';
import { type SessionId, type Transaction, type UserId, useCase } from '../../scope.ts';
import { enqueueServiceProviderNotice, relyingPartyNotice } from './jobs.ts';
import { listParticipants, type Participant } from './store.ts';

export type EndReason =
  | 'signed-out'
  | 'replaced'
  | 'password-changed'
  | 'second-factors-reset'
  | 'user.signed-out'
  | 'user.blocked'
  | 'user.deactivated'
  | 'user.deleted';

/** Ends a session now: every token bound to it stops working with it. Each relying party that joined is told by a job of its own. @returns false when it had already ended */
export const endSession = useCase(async (scope, sessionId: SessionId, reason: EndReason): Promise<boolean> => {
  const { db, contextId, clock } = scope;
  if (scope.isRehearsal) return false;
  const ended = await db('sessions')
    .where({ context_id: contextId, session_id: sessionId, ended_at: null })
    .update({ ended_at: clock.now(), end_reason: reason });
  if (ended === 0) return false;
  await recordEvent(scope, {
    type: reason === 'signed-out' ? 'sign-out.completed' : 'session.ended',
    subject: { kind: 'session', id: sessionId, name: '' },
    reason,
  });
  // one job for each relying party, with all it needs: one that does not answer holds up no other, and the session's rows may be gone by then
  const participants = await listParticipants(scope, sessionId);
  for (const participant of participants) {
    if (participant.protocol !== 'oidc') continue;
    const { applicationId, protocolSession, userId } = participant;
    const notice = { sessionId, participant: { applicationId, protocolSession, userId } };
    await enqueue(scope, relyingPartyNotice, notice, { key: `notify ${sessionId} ${applicationId}`, maxAttempts: 8 });
  }
  await tellServiceProviders(scope, sessionId, participants);
  return true;
});

/** SAML's are told through the browser (single-logout), and besides by SOAP where the application has it: nobody's browser is there when an administrator ends a session. */
async function tellServiceProviders(scope: Transaction, sessionId: SessionId, participants: Participant[]): Promise<void> {
  const known = participants.filter(({ protocol, nameIds }) => protocol === 'saml' && nameIds.length > 0);
  if (known.length === 0) return;
  const applications = await listApplicationsByIds(
    scope,
    known.map(({ applicationId }) => applicationId),
  );
  for (const { applicationId, protocolSession: sessionIndex, nameIds } of known) {
    const application = applications.find((one) => one.applicationId === applicationId);
    if (!application?.enabled || !application.saml?.soapLogoutUrl) continue;
    await enqueueServiceProviderNotice(scope, { sessionId, applicationId, sessionIndex, nameId: nameIds.at(-1)! });
  }
}

/** One of the person's own: another's id ends nothing. */
export const endOwnSession = useCase(async (scope, userId: UserId, sessionId: SessionId): Promise<void> => {
  const own = await scope.db('sessions').where({ context_id: scope.contextId, session_id: sessionId, user_id: userId }).first('session_id');
  if (own) await endSession(scope, sessionId, 'signed-out');
});

/**
 * All of a person's sessions, and what their applications may do without one (offline access).
 * @param except the session that may go on: the person's own, when they changed their password
 */
export const endSessionsOfUser = useCase(async (scope, userId: UserId, reason: EndReason, except?: SessionId): Promise<number> => {
  await revokeGrantsOfUser(scope, userId);
  const rows = await scope.db('sessions').where({ context_id: scope.contextId, user_id: userId, ended_at: null }).select('session_id');
  const ids = rows.map((row) => row.session_id).filter((id) => id !== except);
  for (const id of ids) await endSession(scope, id, reason);
  return ids.length;
});

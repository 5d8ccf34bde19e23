import { addSeconds } from '../../../platform/clock/index.ts';
import { randomToken } from '../../../platform/crypto/index.ts';
import { type NameId, newXmlId } from '../../../platform/saml/index.ts';
import { type Application, listApplicationsByIds } from '../../applications/applications/index.ts';
import type { ArtifactStore } from '../../records/protocol-artifacts/index.ts';
import { type ApplicationId, type Scope, type SessionId, useCase } from '../../scope.ts';
import { endSession, listParticipants, markNotified, noteNothingToTell } from '../sessions/index.ts';

/** One service provider to tell. `asked` that never becomes `done` is one that did not confirm. */
export type LogoutStep = {
  applicationId: ApplicationId;
  sessionId: SessionId;
  nameId: NameId;
  sessionIndex: string;
  /** The ID of our LogoutRequest: all that the service provider learns. */
  requestId: string;
  state: 'waiting' | 'asked' | 'done' | 'failed';
};

/** Where the browser goes in the end: our page, an address that was checked, or back to the service provider that asked. */
export type Ending =
  | { kind: 'signed-out' }
  | { kind: 'address'; url: string }
  | { kind: 'response'; applicationId: ApplicationId; inResponseTo: string; relayState?: string };

/** `sessionIds`: whose end it is; only their browsers go on with it. */
export type SingleLogout = { logoutId: string; sessionIds: SessionId[]; steps: LogoutStep[]; ending: Ending; isOver: boolean };

const kind = 'SingleLogout';
const stepKind = 'SingleLogoutStep';
const sessionKind = 'SingleLogoutOfSession';
/** Bounded: a browser that has not come back by then is not coming back. */
const lifetimeSeconds = 600;

/** The service provider asked for it, so it is told no more; the audit names it. */
export const endSessionsForPartner = useCase(
  async (scope, { applicationId, name }: Pick<Application, 'applicationId' | 'name'>, sessionIds: SessionId[]): Promise<void> => {
    const as = { ...scope, actor: { ...scope.actor, kind: 'system', name } as const };
    for (const sessionId of sessionIds) {
      await markNotified(as, sessionId, applicationId, 'saml');
      await endSession(as, sessionId, 'signed-out');
    }
  },
);

/** Somebody signs out here: the session ends, whatever happens on the way to the applications. @returns whom to tell through the browser; undefined when there is nobody */
export async function signOut(
  scope: Scope,
  artifacts: ArtifactStore,
  sessionId: SessionId,
  ending: Ending,
): Promise<SingleLogout | undefined> {
  const logout = await openSingleLogout(scope, artifacts, [sessionId], ending);
  await endSession(scope, sessionId, 'signed-out');
  return logout;
}

/**
 * Gathers whom to tell of the end of these sessions; called before they end.
 * @param except the service provider that asked for it and knows already
 * @returns undefined when there is nobody to tell
 */
export async function openSingleLogout(
  scope: Scope,
  artifacts: ArtifactStore,
  sessionIds: SessionId[],
  ending: Ending,
  except?: ApplicationId,
): Promise<SingleLogout | undefined> {
  const { contextId } = scope;
  const lists = await Promise.all(
    sessionIds.map(async (sessionId) => (await listParticipants(scope, sessionId)).map((one) => ({ ...one, sessionId }))),
  );
  const saml = lists
    .flat()
    .filter(({ protocol, nameIds, applicationId }) => protocol === 'saml' && nameIds.length > 0 && applicationId !== except);
  if (saml.length === 0) return undefined;
  const applications = await listApplicationsByIds(
    scope,
    saml.map(({ applicationId }) => applicationId),
  );
  const reachable = new Set(
    applications
      .filter(({ enabled, saml: settings }) => enabled && settings && (settings.singleLogoutServices.length > 0 || settings.soapLogoutUrl))
      .map((one) => one.applicationId),
  );
  const logout: SingleLogout = {
    logoutId: randomToken(),
    sessionIds,
    ending,
    isOver: false,
    steps: saml.map(({ applicationId, sessionId, nameIds, protocolSession }) => ({
      applicationId,
      sessionId,
      nameId: nameIds.at(-1)!,
      sessionIndex: protocolSession,
      requestId: newXmlId(),
      // one without an address for it keeps its own session, and the person is told so
      state: reachable.has(applicationId) ? 'waiting' : 'failed',
    })),
  };
  const expiresAt = addSeconds(scope.clock.now(), lifetimeSeconds);
  const payload = { logoutId: logout.logoutId };
  await Promise.all([
    ...logout.steps.map(({ requestId }) => artifacts.save({ contextId, kind: stepKind, id: requestId, payload, index: {}, expiresAt })),
    ...sessionIds.map((id) => artifacts.save({ contextId, kind: sessionKind, id, payload, index: {}, expiresAt })),
  ]);
  await saveSingleLogout(scope, artifacts, logout);
  return logout;
}

export async function saveSingleLogout({ contextId, clock }: Scope, artifacts: ArtifactStore, logout: SingleLogout): Promise<void> {
  const { logoutId, ...payload } = logout;
  await artifacts.save({ contextId, kind, id: logoutId, payload, index: {}, expiresAt: addSeconds(clock.now(), lifetimeSeconds) });
}

export async function findSingleLogout(
  { contextId }: Scope,
  artifacts: ArtifactStore,
  logoutId: string,
): Promise<SingleLogout | undefined> {
  const found = logoutId.length === 43 ? await artifacts.find(contextId, kind, logoutId) : undefined;
  if (!found) return undefined;
  const logout = { ...found.payload, logoutId } as SingleLogout;
  // who was asked may have answered since, in a row of its own: another tab that saves the whole does not undo it
  const answers = await Promise.all(
    logout.steps.map(({ state, requestId }) => (state === 'asked' ? artifacts.find(contextId, stepKind, requestId) : undefined)),
  );
  const steps = logout.steps.map((step, i) => ({
    ...step,
    state: (answers[i]?.payload.state as LogoutStep['state'] | undefined) ?? step.state,
  }));
  return { ...logout, steps };
}

/**
 * Keeps what a service provider answered. Those behind it that were asked and are silent wait again: the browser went on without this answer,
 * perhaps in a window that somebody else opened and closed (decision 0010), and is back where it was.
 */
export async function recordAnswer(
  scope: Scope,
  artifacts: ArtifactStore,
  logout: SingleLogout,
  { requestId, sessionId, applicationId }: LogoutStep,
  isSuccess: boolean,
): Promise<void> {
  const { contextId, clock } = scope;
  const { logoutId, steps } = logout;
  const payload = { logoutId, state: isSuccess ? 'done' : 'failed' };
  await artifacts.save({
    contextId,
    kind: stepKind,
    id: requestId,
    payload,
    index: {},
    expiresAt: addSeconds(clock.now(), lifetimeSeconds),
  });
  if (isSuccess) await noteNothingToTell(scope, sessionId, applicationId, 'saml');
  const at = steps.findIndex((step) => step.requestId === requestId);
  const isLeftOut = ({ state }: LogoutStep, i: number) => i > at && state === 'asked';
  if (!steps.some(isLeftOut)) return;
  await saveSingleLogout(scope, artifacts, {
    ...logout,
    steps: steps.map((step, i) => (isLeftOut(step, i) ? { ...step, state: 'waiting' } : step)),
  });
}

/** The last logout that this session's end began: how a browser finds back that brings nothing to believe. */
export async function findLogoutOfSession(scope: Scope, artifacts: ArtifactStore, sessionId: SessionId): Promise<SingleLogout | undefined> {
  const found = await artifacts.find(scope.contextId, sessionKind, sessionId);
  return found && findSingleLogout(scope, artifacts, String(found.payload.logoutId));
}

/** The logout in which this request of ours was sent. */
export async function findLogoutOfRequest(scope: Scope, artifacts: ArtifactStore, requestId: string): Promise<SingleLogout | undefined> {
  const step = requestId.length === 33 ? await artifacts.find(scope.contextId, stepKind, requestId) : undefined;
  return step && findSingleLogout(scope, artifacts, String(step.payload.logoutId));
}

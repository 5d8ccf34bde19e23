import { getApplication } from '../../domain/applications/index.ts';
import { recordEvent } from '../../domain/audit/index.ts';
import { inTransaction } from '../../domain/scope.ts';
import { endSession, findSessionsOfParticipant, markNotified } from '../../domain/sessions/index.ts';
import { findSingleLogout, logoutPath, openSingleLogout, type SingleLogout, saveSingleLogout } from '../../domain/single-logout/index.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { serializeCookie } from '../../platform/http/index.ts';
import {
  type Message,
  readLogoutRequest,
  readLogoutResponse,
  SamlFault,
  type Status,
  writeLogoutRequest,
  writeLogoutResponse,
} from '../../platform/saml/index.ts';
import { cookieNames, type PageContext, renderPage } from '../request/index.ts';
import { type Received, receive, refuse } from './receive.ts';
import type { SamlApplication, SamlDirectory } from './saml-directory.ts';
import { sendByPost, sendByRedirect } from './send.ts';

/** The SingleLogoutService (profiles §4.4): a service provider asks for a logout, or answers ours. */
export async function receiveLogout(page: PageContext, directory: SamlDirectory): Promise<void> {
  const received = await receive(page, directory, [page.context.saml.sloUrl]);
  if (!received) return;
  if (received.message.name === 'LogoutRequest') return begin(page, directory, received);
  if (received.message.name === 'LogoutResponse') return takeAnswer(page, directory, received.message, received.application);
  await refuse(page, new SamlFault('message-type', received.message.name), received.application);
}

async function begin(page: PageContext, directory: SamlDirectory, { message, application, relayState }: Received): Promise<void> {
  const { scope, services, context, ctx } = page;
  const request = readLogoutRequest(message);
  const now = services.clock.now();
  if (request.notOnOrAfter && request.notOnOrAfter <= now) return refuse(page, new SamlFault('expired'), application);
  if (
    !(await services.artifacts.insertOnce(
      scope.contextId,
      'SamlLogoutRequest',
      `${message.issuer} ${message.id}`,
      {},
      addSeconds(now, 3600),
    ))
  )
    return refuse(page, new SamlFault('replay'), application);
  // found by what the service provider was told, never by the cookie: so it can end its own sessions and nobody else's
  const sessionIds = await findSessionsOfParticipant(
    scope,
    application.applicationId,
    { value: request.nameId, format: request.format },
    request.sessionIndexes,
  );
  const ending = { kind: 'response', applicationId: application.applicationId, inResponseTo: message.id, relayState } as const;
  const logout = await openSingleLogout(scope, services.artifacts, sessionIds, ending, application.applicationId);
  await inTransaction({ ...scope, actor: { ...scope.actor, kind: 'system', name: application.name } }, async (inside) => {
    for (const sessionId of sessionIds) {
      await markNotified(inside, sessionId, application.applicationId, 'saml');
      await endSession(inside, sessionId, 'signed-out');
    }
  });
  if (page.session && sessionIds.includes(page.session.sessionId))
    ctx.append('set-cookie', serializeCookie(cookieNames(context).session, undefined, { secure: context.isSecure }));
  if (logout) return goTo(page, logoutPath(logout.logoutId));
  // who has no session any more is signed out all the same (core §3.7.3.2)
  await sendLogoutResponse(page, directory, application, message.id, relayState, 'Success');
}

/** Tells the next service provider, or ends. Each is asked once: one that never sends the browser back is passed over when the person comes back by themselves. */
export async function goOnWithLogout(page: PageContext, directory: SamlDirectory): Promise<void> {
  const { scope, services, context, params } = page;
  const logout = await findSingleLogout(scope, services.artifacts, params.logout ?? '');
  if (!logout) throw new AppError('request_expired', 400);
  for (const [index, step] of logout.steps.entries()) {
    if (step.state !== 'waiting') continue;
    const application = (await getApplication(scope, step.applicationId).catch(() => undefined)) as SamlApplication | undefined;
    const service =
      application?.saml?.singleLogoutServices.find(({ binding }) => binding === 'redirect') ?? application?.saml?.singleLogoutServices[0];
    step.state = application && service ? 'asked' : 'failed';
    await saveSingleLogout(scope, services.artifacts, logout);
    if (!application || !service) continue;
    const signer = await directory.signer(scope, context, application.saml.signatureAlgorithm);
    const content = {
      id: requestIdOf(logout, index),
      issuer: context.saml.entityId,
      destination: service.url,
      nameId: step.nameId,
      sessionIndex: step.sessionIndex,
      now: services.clock.now(),
    };
    if (service.binding === 'redirect')
      return sendByRedirect(page, service.url, 'SAMLRequest', await writeLogoutRequest(content), undefined, signer);
    return sendByPost(page, service.url, 'SAMLRequest', await writeLogoutRequest(content, signer), undefined, application.name);
  }
  await end(page, directory, logout);
}

/** Our request's ID names the logout and the step; it is as hard to guess as the logout's own. */
const requestIdOf = (logout: SingleLogout, index: number): string => `_${logout.logoutId}.${index}`;

async function takeAnswer(page: PageContext, _directory: SamlDirectory, message: Message, application: SamlApplication): Promise<void> {
  const { scope, services } = page;
  const { inResponseTo, isSuccess } = readLogoutResponse(message);
  const [, logoutId = '', index = ''] = /^_([A-Za-z0-9_-]{43})\.(\d{1,3})$/.exec(inResponseTo ?? '') ?? [];
  const logout = await findSingleLogout(scope, services.artifacts, logoutId);
  const step = logout?.steps[Number(index)];
  if (!logout || step?.applicationId !== application.applicationId)
    return refuse(page, new SamlFault('replay', 'nobody asked for this answer'), application);
  if (step.state === 'asked') {
    step.state = isSuccess ? 'done' : 'failed';
    await saveSingleLogout(scope, services.artifacts, logout);
    if (isSuccess) await markNotified(scope, step.sessionId, step.applicationId, 'saml');
  }
  goTo(page, logoutPath(logout.logoutId));
}

async function end(page: PageContext, directory: SamlDirectory, { steps, ending }: SingleLogout): Promise<void> {
  const { scope } = page;
  const missing = steps.filter(({ state }) => state !== 'done');
  const names = (
    await Promise.all(missing.map(({ applicationId }) => getApplication(scope, applicationId).catch(() => undefined)))
  ).flatMap((one) => one?.name ?? []);
  if (missing.length > 0)
    await recordEvent(scope, { type: 'single-logout.incomplete', outcome: 'failure', details: { applications: names } });
  if (ending.kind === 'response') {
    const application = (await getApplication(scope, ending.applicationId)) as SamlApplication;
    return sendLogoutResponse(
      page,
      directory,
      application,
      ending.inResponseTo,
      ending.relayState,
      missing.length > 0 ? 'PartialLogout' : 'Success',
    );
  }
  if (ending.kind === 'address' && missing.length === 0) {
    page.ctx.status = 303;
    return page.ctx.redirect(ending.url);
  }
  renderPage(page, 'saml/signed-out', { names, onward: ending.kind === 'address' ? ending.url : undefined });
}

async function sendLogoutResponse(
  page: PageContext,
  directory: SamlDirectory,
  application: SamlApplication,
  inResponseTo: string,
  relayState: string | undefined,
  status: Status,
): Promise<void> {
  const { scope, context, services } = page;
  const service =
    application.saml.singleLogoutServices.find(({ binding }) => binding === 'redirect') ?? application.saml.singleLogoutServices[0];
  if (!service) return renderPage(page, 'saml/signed-out', { names: [], onward: undefined });
  const destination = service.responseUrl ?? service.url;
  const signer = await directory.signer(scope, context, application.saml.signatureAlgorithm);
  const answer = { issuer: context.saml.entityId, destination, inResponseTo, status, now: services.clock.now() };
  if (service.binding === 'redirect')
    return sendByRedirect(page, destination, 'SAMLResponse', await writeLogoutResponse(answer), relayState, signer);
  sendByPost(page, destination, 'SAMLResponse', await writeLogoutResponse(answer, signer), relayState, application.name);
}

function goTo({ ctx, context }: PageContext, path: string): void {
  ctx.status = 303;
  ctx.redirect(`${context.mount}${path}`);
}

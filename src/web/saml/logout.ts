import { recordAlone } from '../../domain/records/audit/index.ts';
import { findSessionsOfParticipant } from '../../domain/sign-in/sessions/index.ts';
import {
  endSessionsForPartner,
  findLogoutOfRequest,
  findSingleLogout,
  openSingleLogout,
  recordAnswer,
  type SingleLogout,
  saveSingleLogout,
} from '../../domain/sign-in/single-logout/index.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { serializeCookie } from '../../platform/http/index.ts';
import {
  type LogoutRequest,
  type Message,
  readLogoutRequest,
  readLogoutResponse,
  SamlFault,
  type Status,
  writeLogoutRequest,
  writeLogoutResponse,
} from '../../platform/saml/index.ts';
import { cookieNames, leaveTo, type PageContext, redirectTo, renderPage } from '../request/index.ts';
import { type Received, receive, refuse } from './receive.ts';
import { answerRefusedLogout, sessionIdOfBrowser } from './refused-logout.ts';
import type { SamlApplication, SamlPage } from './saml-context.ts';
import { sendByPost, sendByRedirect } from './send.ts';
import { confirmsBySoap } from './soap-logout.ts';

/** The SingleLogoutService (profiles §4.4): a service provider asks for a logout, or answers ours. */
export async function receiveLogout(page: SamlPage): Promise<void> {
  const received = await receive(page, [page.saml.sloUrl], answerRefusedLogout);
  if (!received) return;
  if (received.message.name === 'LogoutRequest') return begin(page, received);
  if (received.message.name === 'LogoutResponse') return takeAnswer(page, received.message, received.application);
  await refuse(page, new SamlFault('message-type', received.message.name), received.application);
}

async function begin(page: SamlPage, { message, application, relayState }: Received): Promise<void> {
  const { scope, services } = page;
  const respond = (status: Status) => sendLogoutResponse(page, application, message.id, relayState, status);
  let request: LogoutRequest;
  try {
    request = readLogoutRequest(message);
  } catch (error) {
    if (error instanceof SamlFault && error.rule === 'subject') return respond('RequestUnsupported'); // an encrypted name, or none
    if (error instanceof SamlFault) return refuse(page, error, application);
    throw error;
  }
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
  const nameId = {
    value: request.nameId,
    ...(request.format && !request.format.endsWith(':unspecified') ? { format: request.format } : {}),
  };
  const { sessionIds, isOther } = await findSessionsOfParticipant(scope, application.applicationId, nameId, request.sessionIndexes);
  if (isOther) return respond('UnknownPrincipal');
  const ending = { kind: 'response', applicationId: application.applicationId, inResponseTo: message.id, relayState } as const;
  const logout = await openSingleLogout(scope, services.artifacts, sessionIds, ending, application.applicationId);
  await endSessionsForPartner(scope, application, sessionIds);
  if (logout) return redirectTo(page, page.services.pathOf({ page: 'single-logout', logout: logout.logoutId }));
  if (page.session && sessionIds.includes(page.session.sessionId)) forgetSession(page);
  // who has no session any more is signed out all the same (core §3.7.3.2)
  await respond('Success');
}

/** Tells the next service provider, or ends. Each is asked once: one that never sends the browser back is passed over when the person comes back by themselves. */
export async function goOnWithLogout(page: SamlPage): Promise<void> {
  const { scope, services, params } = page;
  const logout = await findSingleLogout(scope, services.artifacts, params.logout ?? '');
  if (!logout) throw new AppError('request_expired', 400);
  // the other notifications are shown in the person's own browser only: a requester from elsewhere learns nothing about them
  const own = await sessionIdOfBrowser(page);
  const isOwn = own !== undefined && logout.sessionIds.includes(own);
  if (!isOwn) return answerStranger(page, logout);
  for (const step of logout.steps) {
    if (step.state !== 'waiting') continue;
    const application = await page.saml.findPartnerById(scope, step.applicationId);
    const service = application?.entity.logout;
    step.state = application && service ? 'asked' : 'failed';
    if (application && !service && (await confirmsBySoap(page, application, step))) step.state = 'done';
    await saveSingleLogout(scope, services.artifacts, logout);
    if (!application || !service) continue;
    const signer = await page.saml.signer(scope, application.saml.signatureAlgorithm);
    const { requestId: id, nameId, sessionIndex } = step;
    const content = { id, issuer: page.saml.entityId, destination: service.url, nameId, sessionIndex, now: services.clock.now() };
    if (service.binding === 'redirect')
      return sendByRedirect(page, application, service.url, { direction: 'SAMLRequest', xml: await writeLogoutRequest(content) }, signer);
    return sendByPost(page, application, service.url, { direction: 'SAMLRequest', xml: await writeLogoutRequest(content, signer) });
  }
  // who was asked may answer yet, and those behind are asked once more then: the browser stays known for as long
  if (logout.steps.every(({ state }) => state !== 'asked')) forgetSession(page);
  await end(page, logout);
}

/** A browser that isn't the person's: the requester gets a partial logout, no other application is notified, and the person's own browser is unaffected. */
async function answerStranger(page: SamlPage, { steps, ending, isOver }: SingleLogout): Promise<void> {
  const isBeginning = !isOver && steps.every(({ state }) => state === 'waiting' || state === 'failed');
  const application =
    ending.kind === 'response' && isBeginning ? await page.saml.findPartnerById(page.scope, ending.applicationId) : undefined;
  if (ending.kind === 'response' && application)
    return sendLogoutResponse(page, application, ending.inResponseTo, ending.relayState, 'PartialLogout');
  renderPage(page, 'saml/signed-out', { names: [], onward: undefined });
}

const forgetSession = ({ ctx, context }: PageContext): void =>
  ctx.append('set-cookie', serializeCookie(cookieNames(context).session, undefined, { secure: context.isSecure }));

async function takeAnswer(page: SamlPage, message: Message, application: SamlApplication): Promise<void> {
  const { scope, services } = page;
  const { inResponseTo = '', isSuccess } = readLogoutResponse(message);
  const logout = await findLogoutOfRequest(scope, services.artifacts, inResponseTo);
  const step = logout?.steps.find(({ requestId }) => requestId === inResponseTo);
  if (!logout || step?.applicationId !== application.applicationId)
    return refuse(page, new SamlFault('replay', 'nobody asked for this answer'), application, answerRefusedLogout);
  if (step.state === 'asked') await recordAnswer(scope, services.artifacts, logout, step, isSuccess);
  redirectTo(page, page.services.pathOf({ page: 'single-logout', logout: logout.logoutId }));
}

async function end(page: SamlPage, logout: SingleLogout): Promise<void> {
  const { scope, services } = page;
  const { steps, ending } = logout;
  const missing = steps.filter(({ state }) => state !== 'done');
  const applications = await Promise.all(missing.map(({ applicationId }) => page.saml.findPartnerById(scope, applicationId)));
  const names = [...new Set(applications.flatMap((one) => one?.name ?? []))];
  const showEnd = (onward?: string) => renderPage(page, 'saml/signed-out', { names, onward });
  if (logout.isOver) return showEnd();
  await saveSingleLogout(scope, services.artifacts, { ...logout, isOver: true });
  if (missing.length > 0)
    await recordAlone(scope, { type: 'single-logout.incomplete', outcome: 'failure', details: { applications: names } });
  if (ending.kind === 'response') {
    const application = await page.saml.findPartnerById(scope, ending.applicationId);
    if (!application) return showEnd();
    return sendLogoutResponse(page, application, ending.inResponseTo, ending.relayState, missing.length > 0 ? 'PartialLogout' : 'Success');
  }
  if (ending.kind === 'address' && missing.length === 0) {
    return leaveTo(page.ctx, ending.url);
  }
  showEnd(ending.kind === 'address' ? ending.url : undefined);
}

async function sendLogoutResponse(
  page: SamlPage,
  application: SamlApplication,
  inResponseTo: string,
  relayState: string | undefined,
  status: Status,
): Promise<void> {
  const { scope, services } = page;
  const service = application.entity.logout;
  if (!service) return renderPage(page, 'saml/signed-out', { names: [], onward: undefined });
  const destination = service.responseUrl;
  const signer = await page.saml.signer(scope, application.saml.signatureAlgorithm);
  const answer = { issuer: page.saml.entityId, destination, inResponseTo, status, now: services.clock.now() };
  const outgoing = { direction: 'SAMLResponse', relayState, reason: status === 'Success' ? undefined : `saml:${status}` } as const;
  if (service.binding === 'redirect')
    return sendByRedirect(page, application, destination, { ...outgoing, xml: await writeLogoutResponse(answer) }, signer);
  await sendByPost(page, application, destination, { ...outgoing, xml: await writeLogoutResponse(answer, signer) });
}

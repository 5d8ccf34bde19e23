import { decide } from '../../domain/applications/access/index.ts';
import { isAllowedRelayState, isOpenAddress } from '../../domain/applications/applications/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { isLedInside } from '../../platform/http/index.ts';
import { type AuthnRequest, type Consumer, consumerBinding, readAuthnRequest, SamlFault, type Status } from '../../platform/saml/index.ts';
import { nextStepOf, type PageContext, recordNoAccess, redirectTo, renderNoAccess, sendToSignIn } from '../request/index.ts';
import { sendAssertion, sendRefusal } from './answer.ts';
import { chooseAuthnContext, needsSecondFactor } from './authn-context.ts';
import { findSignOn, keepSignOn, type SignOn } from './pending.ts';
import { receive, refuse, watch } from './receive.ts';
import type { SamlApplication, SamlPage } from './saml-context.ts';

/** The SingleSignOnService: an AuthnRequest arrives (profiles §4.1.4.1). */
export async function receiveRequest(page: SamlPage): Promise<void> {
  if (page.ctx.method === 'HEAD') return answerHead(page);
  const received = await receive(page, [page.saml.ssoUrl]);
  if (!received) return;
  const { message, application, relayState } = received;
  if (message.name !== 'AuthnRequest') return refuse(page, new SamlFault('message-type', message.name), application);
  let request: AuthnRequest;
  try {
    request = readAuthnRequest(message);
  } catch (error) {
    if (error instanceof SamlFault) return refuse(page, error, application);
    throw error;
  }
  const consumer = open(page, application, chooseConsumer(application, request));
  // before this point there is nobody to answer; from here on every refusal is sent to the service provider as a status of the protocol
  if (!consumer) return refuse(page, new SamlFault('acs', request.acsUrl ?? String(request.acsIndex)), application);
  const { forceAuthn, isPassive, nameIdPolicy, requestedAuthnContext, subject } = request;
  const signOn: SignOn = {
    applicationId: application.applicationId,
    entityId: application.saml.entityId,
    ...addressOf(consumer),
    inResponseTo: message.id,
    relayState,
    receivedAt: page.services.clock.now().getTime(),
    request: { forceAuthn, isPassive, nameIdPolicy, requestedAuthnContext, subject },
  };
  const unsupported = received.isOtherVersion ? 'VersionMismatch' : unsupportedPart(request, consumer);
  if (unsupported) return sendRefusal(page, application, signOn, unsupported);
  // a form of another site brings no cookies of ours: the browser comes back with them
  if (page.ctx.method === 'POST') return redirectTo(page, `/saml/request/${await keepSignOn(page, signOn)}`);
  await goOn(page, application, signOn);
}

/** A program that looks whether the address is there uses no request up (RFC 9110 §9.3.2: HEAD is safe). */
function answerHead({ ctx }: PageContext): void {
  ctx.status = 200;
  ctx.type = 'html';
}

/** What was registered while the operator allowed it is not answered any more once they do not. */
const open = ({ scope }: SamlPage, { saml }: SamlApplication, consumer: Consumer | undefined): Consumer | undefined =>
  consumer && isOpenAddress(consumer.url, saml.allowHttp, scope.isHttpHost) ? consumer : undefined;

const addressOf = ({ url, binding }: Consumer): Pick<SignOn, 'acsUrl' | 'acsBinding'> => ({
  acsUrl: url,
  acsBinding: binding === 'artifact' ? binding : undefined,
});

/**
 * Only a registered address gets an answer; by URL, by index, or the default (core §3.4.1). Of several that this fits, one by the binding that is asked for;
 * where there is none, whoever asked hears so at the address that fits otherwise.
 */
function chooseConsumer({ entity }: SamlApplication, { acsUrl, acsIndex, protocolBinding }: AuthnRequest): Consumer | undefined {
  if (acsUrl !== undefined && acsIndex !== undefined) return undefined; // mutually exclusive
  const { consumers, defaultConsumer } = entity;
  if (acsIndex !== undefined) return consumers.find(({ index }) => index === acsIndex);
  // an address that is registered for both is answered as the default is, unless the request says
  const all = [defaultConsumer, ...consumers];
  const fitting = acsUrl === undefined ? all : all.filter(({ url }) => url === acsUrl);
  return fitting.find((consumer) => isBy(consumer, protocolBinding)) ?? fitting[0];
}

const isBy = ({ binding }: Consumer, wanted: string | undefined): boolean => wanted === undefined || wanted === consumerBinding[binding];

function unsupportedPart({ protocolBinding, subject, requestedAuthnContext }: AuthnRequest, consumer: Consumer): Status | undefined {
  if (!isBy(consumer, protocolBinding)) return 'UnsupportedBinding';
  // a subject that the service provider itself wants to confirm, or one that is encrypted or described otherwise (core §3.4.1)
  if (subject && (subject.hasConfirmation || subject.value === '')) return 'RequestUnsupported';
  if (requestedAuthnContext?.hasDeclarations) return 'NoAuthnContext';
  return undefined;
}

/** Back from the sign-in page, or from a posted request. */
export async function goOnWithRequest(page: SamlPage): Promise<void> {
  const { signOn, application } = await load(page);
  await goOn(page, application, signOn);
}

const isSameAddress = (consumer: Consumer, { acsUrl, acsBinding }: SignOn): boolean =>
  consumer.url === acsUrl && consumer.binding === (acsBinding ?? 'post');

async function load(page: SamlPage): Promise<{ signOn: SignOn; application: SamlApplication }> {
  const signOn = await findSignOn(page);
  if (!signOn) throw new AppError('request_expired', 400);
  const application = await page.saml.findPartnerById(page.scope, signOn.applicationId);
  // changed meanwhile: what was checked then is checked now
  const isRegistered = application?.entity.consumers.some((one) => isSameAddress(one, signOn) && open(page, application, one));
  if (!application?.enabled || application.saml.entityId !== signOn.entityId || !isRegistered) throw new AppError('request_expired', 400);
  return { signOn, application };
}

async function goOn(page: SamlPage, application: SamlApplication, signOn: SignOn): Promise<void> {
  const { services, session, context } = page;
  const { forceAuthn, isPassive, requestedAuthnContext, subject } = signOn.request;
  const { applicationId } = application;
  const demands = { provenAfter: forceAuthn ? signOn.receivedAt : undefined, secondFactor: needsSecondFactor(requestedAuthnContext) };
  if ((await nextStepOf(page, { demands, applicationId })).step !== 'done') {
    if (isPassive) return sendRefusal(page, application, signOn, 'NoPassive');
    if (!chooseAuthnContext(requestedAuthnContext, ['pwd', 'mfa'])) return sendRefusal(page, application, signOn, 'NoAuthnContext');
    const path = `/saml/request/${page.params.request ?? (await keepSignOn(page, signOn))}`;
    const destination = { protocol: 'saml', path, ...(signOn.inResponseTo === undefined ? {} : { isAwaited: true as const }) } as const;
    // the name that the service provider asks about, when it is one that a person could type
    const hint = subject && subject.value.length <= 254 ? { login_hint: subject.value } : undefined;
    return sendToSignIn(page, { destination, applicationId, demands }, hint);
  }
  const facts = await services.findAccess(context.contextId, session!.userId, application.applicationId);
  const verdict = decide(facts);
  if (verdict.allowed) return sendAssertion(page, application, signOn, facts.profile!);
  // the page that says so has an address of its own, to which "back to the application" is posted
  if (!isPassive && (!page.params.request || isLedInside(page.ctx.res)))
    return redirectTo(page, `/saml/request/${page.params.request ?? (await keepSignOn(page, signOn))}`);
  const supportCode = await recordNoAccess(page, application, verdict);
  await watch(page, application, { direction: 'sent', name: 'refusal', reason: verdict.reason, content: () => supportCode });
  if (isPassive) return sendRefusal(page, application, signOn, 'RequestDenied');
  renderNoAccess(page, application, supportCode, signOn.inResponseTo === undefined);
}

/** "Back to the application", which gets a status of the protocol: the person may not sign in, or does not want to. */
export async function submitRefusal(page: SamlPage): Promise<void> {
  const { signOn, application } = await load(page);
  await sendRefusal(page, application, signOn, page.form.get('decision') === 'cancel' ? 'AuthnFailed' : 'RequestDenied');
}

/** A sign-in that begins here, without a request (profiles §4.1.5): at the Launchpad or a link of our own. */
export async function launch(page: SamlPage): Promise<void> {
  if (page.ctx.method === 'HEAD') return answerHead(page);
  const application = await page.saml.findPartnerById(page.scope, page.params.application!);
  if (!application?.enabled) throw notFound();
  if (application.saml.refuseLaunch) return refuse(page, new SamlFault('launch'), application);
  const relayState = page.query('RelayState') || application.saml.defaultRelayState;
  if (relayState !== undefined && !mayCarry(application, relayState))
    return refuse(page, new SamlFault('relay-state', relayState), application);
  const consumer = open(page, application, application.entity.defaultConsumer);
  if (!consumer) return refuse(page, new SamlFault('acs', application.entity.defaultConsumer.url), application);
  await goOn(page, application, {
    applicationId: application.applicationId,
    entityId: application.saml.entityId,
    ...addressOf(consumer),
    relayState,
    receivedAt: page.services.clock.now().getTime(),
    request: { forceAuthn: false, isPassive: false },
  });
}

/** A launch can be linked to from anywhere: what it carries may name a page of the application, and nobody else's (many service providers follow it as an address). */
function mayCarry({ saml, entity }: SamlApplication, relayState: string): boolean {
  if (relayState === saml.defaultRelayState || isAllowedRelayState(saml.relayStates, relayState)) return true;
  if (Buffer.byteLength(relayState) > 4096 || /[\p{Cc}\p{Z}\\]/u.test(relayState)) return false;
  const origins = entity.consumers.map(({ url }) => new URL(url).origin);
  // as a browser would take it on a page of the application
  return URL.canParse(relayState, origins[0]) && isPageOf(origins, new URL(relayState, origins[0]), relayState);
}

/** Also for a partner that takes only the path of it: no scheme but the web's, written in full, and no path that is an address of its own. */
const isPageOf = (origins: string[], url: URL, relayState: string): boolean =>
  origins.includes(url.origin) &&
  !url.pathname.startsWith('//') &&
  (/^https?:\/\//i.test(relayState) || !/^[a-z][a-z0-9+.-]*:/i.test(relayState));

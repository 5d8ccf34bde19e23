import { describeSetup, isOpenUntil } from '../../domain/applications/applications/index.ts';
import { type Exchange, recordExchange } from '../../domain/applications/traces/index.ts';
import { recordCertificateUse } from '../../domain/company/saml-certificates/index.ts';
import { countRefusal } from '../../domain/records/refusals/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import {
  type Incoming,
  type Message,
  type MessageName,
  type Rule,
  readMessage,
  readPost,
  readRedirect,
  readSoap,
  redactMessage,
  SamlFault,
  SoapFault,
  showEscapes,
  VersionFault,
} from '../../platform/saml/index.ts';
import { newSupportCode, type PageContext, renderPage } from '../request/index.ts';
import { type Claimed, describeClaim, findClaim, traceClaim } from './claims.ts';
import type { SamlApplication, SamlPage } from './saml-context.ts';

export type Received = {
  message: Message;
  application: SamlApplication;
  relayState?: string;
  /** Of another version: to be told so, and nothing else. */
  isOtherVersion?: true;
};

/** A message that was refused, as the audit has it under the same code. `applicationId`: whose it is, if its issuer is known; nothing else of it is believed. */
export type Refusal = { rule: Rule; detail: string; supportCode: string; applicationId?: ApplicationId };

type AnswerRefusal = (page: SamlPage, refusal: Refusal, incoming?: Incoming) => Promise<void> | void;

/**
 * Passes what the browser brought through the gate. A refusal is a page of ours, since nobody is known yet to whom it could be sent; the audit has the rule.
 * @param destinations our addresses at which this message may arrive
 * @param soap the envelope, where a program of the partner's asks
 */
export async function receive(
  page: SamlPage,
  destinations: string[],
  answerRefusal: AnswerRefusal = showRefusal,
  soap?: Buffer,
): Promise<Received | undefined> {
  const { ctx, scope, services } = page;
  let application: SamlApplication | undefined;
  let incoming: Incoming | undefined;
  try {
    incoming = soap ? readEnvelope(soap) : await readBinding(page);
    const message = await readMessage(incoming, {
      destinations,
      now: services.clock.now(),
      findPartner: async (issuer, name) => {
        application = await page.saml.findPartner(scope, issuer);
        return application?.enabled
          ? {
              certificates: application.saml.signingCertificates,
              requiresSignature: mustBeSigned(name, application),
              ...leniencyOf(application.saml, services.clock.now()),
            }
          : undefined;
      },
    });
    if (message.signedBy)
      await recordCertificateUse(scope, {
        applicationId: application!.applicationId,
        owner: 'theirs',
        fingerprint: message.signedBy.fingerprint,
      });
    await trace(page, application!, incoming, {
      name: message.name,
      isProven: message.signedBy !== undefined || page.session !== undefined,
    });
    return { message, application: application!, relayState: incoming.relayState };
  } catch (error) {
    if (!(error instanceof SamlFault)) throw error;
    if (application && incoming)
      await trace(page, application, incoming, { name: incoming.direction, reason: error.rule, isProven: page.session !== undefined });
    if (error instanceof VersionFault && error.refused.name === 'AuthnRequest')
      return { message: error.refused, application: application!, relayState: incoming!.relayState, isOtherVersion: true };
    ctx.remove('set-cookie');
    const claimed = application ? undefined : await findClaim(page, soap);
    traceClaim(page, claimed, error);
    await answerRefusal(page, await recordRefusal(page, error, application, claimed), incoming);
    return undefined;
  }
}

const bindingNames = { redirect: 'HTTP-Redirect', post: 'HTTP-POST', soap: 'SOAP' };

const trace = (
  page: PageContext,
  application: SamlApplication,
  { xml, binding, relayState }: Incoming,
  { name, reason, isProven }: { name: string; reason?: string; isProven: boolean },
): Promise<void> =>
  watch(page, application, {
    direction: 'received',
    name,
    reason,
    unprovenFrom: isProven ? undefined : (page.scope.actor.ip ?? ''),
    content: () => `${bindingNames[binding]}${relayState === undefined ? '' : `, RelayState ${relayState}`}\n\n${redactMessage(xml)}`,
  });

async function readBinding({ ctx, form }: PageContext): Promise<Incoming> {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return readRedirect(ctx.originalUrl.slice(ctx.originalUrl.indexOf('?') + 1)); // the octets as they came: the signature is over them
  const fields = new URLSearchParams();
  for (const name of ['SAMLRequest', 'SAMLResponse', 'SAMLart', 'RelayState'])
    for (const value of form.all(name)) fields.append(name, value);
  return readPost(fields);
}

function readEnvelope(soap: Buffer): Incoming {
  try {
    return { direction: 'SAMLRequest', binding: 'soap', xml: readSoap(soap) };
  } catch (error) {
    if (error instanceof SoapFault) throw new SamlFault('message-type', error.message);
    throw error;
  }
}

/** A logout that anybody could have written would sign people out (profiles §4.4.3.1); who has given no key cannot be answered in kind either. */
const mustBeSigned = (name: MessageName, { saml }: SamlApplication): boolean => name !== 'AuthnRequest' || saml.requireSignedRequests;

/** What the administrator has allowed this partner beside what all are allowed. */
export const leniencyOf = (saml: SamlApplication['saml'], now: Date) => ({
  ignoresSignature: saml.ignoreSignatures,
  exceptions: {
    rsaPss: saml.acceptRsaPss,
    inclusiveC14n: isOpenUntil(saml.acceptInclusiveC14nUntil, now),
    sha1: isOpenUntil(saml.acceptSha1Until, now),
  },
});

/** A message that passed the gate and asks for what is not to be had. */
export async function refuse(
  page: SamlPage,
  fault: SamlFault,
  application: SamlApplication | undefined,
  answerRefusal: AnswerRefusal = showRefusal,
): Promise<void> {
  if (application) await watch(page, application, { direction: 'sent', name: 'refusal', reason: fault.rule, content: () => fault.detail });
  await answerRefusal(page, await recordRefusal(page, fault, application));
}

/** Writes to the application's trace, if there is one. A trace that cannot be written changes no answer. */
export async function watch(
  { scope, services }: Pick<PageContext, 'scope' | 'services'>,
  application: SamlApplication,
  exchange: Omit<Exchange, 'protocol'>,
): Promise<void> {
  await recordExchange(scope, application, { protocol: 'saml', ...exchange }).catch((error) =>
    services.log.error({ err: error }, 'a trace could not be written'),
  );
}

export async function recordRefusal(
  { scope, services }: Pick<PageContext, 'scope' | 'services'>,
  fault: SamlFault,
  application: SamlApplication | undefined,
  claimed?: Claimed,
): Promise<Refusal> {
  const supportCode = newSupportCode();
  const isDisabled = application?.enabled === false;
  const counted = await countRefusal(scope, {
    type: 'saml-message.refused',
    applicationId: application?.applicationId,
    reason: isDisabled ? 'application-disabled' : fault.rule,
    foldBy: claimed?.nearest,
    supportCode,
    details: {
      application: application?.name,
      detail: fault.rule === 'issuer' ? showEscapes(fault.detail) : fault.detail,
      ...describeClaim(claimed),
      facts: application && describeSetup(application),
    },
  }).catch((cause) => services.log.error({ err: cause, supportCode }, 'a refused message could not be recorded'));
  return {
    rule: fault.rule,
    detail: fault.detail,
    supportCode: counted?.supportCode ?? supportCode,
    applicationId: application?.applicationId,
  };
}

/** What a partner did wrong: a page with a support code, and the rule for the administrator. */
export function showRefusal(page: PageContext, { rule, supportCode }: Refusal): void {
  const { services, t } = page;
  // unknown and switched off look alike (law 2); the audit knows the difference
  renderPage(
    page,
    'errors/error',
    {
      title: t('error_titles.application_request'),
      // what the administrator of the application can see themselves
      message: t(rule === 'binding' ? 'saml.other_binding' : 'errors.application_request'),
      technical: `SAML: ${rule}`,
      supportCode,
      now: services.clock.now(),
    },
    { status: 400 },
  );
}

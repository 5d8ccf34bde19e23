import type { Attempt } from '../../domain/job.ts';
import { recordAlone } from '../../domain/records/audit/index.ts';
import type { Scope } from '../../domain/scope.ts';
import { enqueueServiceProviderNotice, isNotified, noteTold, type ServiceProviderNotice } from '../../domain/sign-in/sessions/index.ts';
import { findLogoutOfSession } from '../../domain/sign-in/single-logout/index.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { count } from '../../platform/metrics/index.ts';
import {
  longestSoap,
  newXmlId,
  readLogoutResponse,
  readMessage,
  readSoap,
  redactMessage,
  SamlFault,
  soapHeaders,
  writeLogoutRequest,
  writeSoap,
} from '../../platform/saml/index.ts';
import type { Services } from '../request/index.ts';
import { leniencyOf, recordRefusal, watch } from './receive.ts';
import type { SamlApplication, SamlContext } from './saml-context.ts';
import type { SamlDirectory } from './saml-directory.ts';

type Call = { scope: Scope; services: Services; saml: SamlContext };
type About = Pick<ServiceProviderNotice, 'sessionId' | 'sessionIndex' | 'nameId'>;

/** A browser has ten minutes for its round; then applications that have not confirmed are notified by SOAP. */
const browserSeconds = 601;

/** Tells one service provider by SOAP that a session has ended (bindings §3.2, profiles §4.4.3.3), unless a browser has or is about to. @throws Error to be tried again */
export function createSoapLogout(services: Services, directory: SamlDirectory) {
  return async (scope: Scope, notice: ServiceProviderNotice, { isLast }: Attempt): Promise<void> => {
    const { sessionId, applicationId } = notice;
    const company = await services.contexts.byId(scope.contextId);
    if (!company || (await isNotified(scope, sessionId, applicationId, 'saml'))) return;
    const saml = directory.contextOf({ context: company });
    const application = await saml.findPartnerById(scope, applicationId);
    if (!application?.enabled || !application.saml.soapLogoutUrl) return;
    const logout = await findLogoutOfSession(scope, services.artifacts, sessionId);
    const step = logout?.steps.find((one) => one.applicationId === applicationId && one.sessionId === sessionId);
    if (step?.state === 'waiting' || step?.state === 'asked')
      return enqueueServiceProviderNotice(scope, notice, addSeconds(services.clock.now(), browserSeconds));
    try {
      if (!(await ask({ scope, services, saml }, application, application.saml.soapLogoutUrl, notice)))
        await recordSilence(scope, application);
    } catch (error) {
      if (isLast) await recordSilence(scope, application);
      throw error;
    }
  };
}

const recordSilence = (scope: Scope, { applicationId, name }: SamlApplication): Promise<void> =>
  recordAlone(scope, { type: 'single-logout.incomplete', outcome: 'failure', applicationId, details: { applications: [name] } });

/** For a browser on its way round, of an application that has no page for it. What does not work now is tried again by the job. */
export async function confirmsBySoap(call: Call, application: SamlApplication, about: About): Promise<boolean> {
  const url = application.saml.soapLogoutUrl;
  if (!url) return false;
  try {
    return await ask(call, application, url, about);
  } catch (error) {
    call.services.log.warn({ err: error, application: application.applicationId }, 'a logout by SOAP did not work');
    return false;
  }
}

async function ask(...asked: Parameters<typeof askOnce>): Promise<boolean> {
  let isConfirmed = false;
  try {
    isConfirmed = await askOnce(...asked);
    return isConfirmed;
  } finally {
    count('portaria_logout_notices_total', { protocol: 'saml', outcome: isConfirmed ? 'done' : 'failed' });
  }
}

async function askOnce(
  call: Call,
  application: SamlApplication,
  url: string,
  { sessionId, nameId, sessionIndex }: About,
): Promise<boolean> {
  const { scope, services, saml } = call;
  const id = newXmlId();
  const signer = await saml.signer(scope, application.saml.signatureAlgorithm);
  const now = services.clock.now();
  const xml = await writeLogoutRequest({ id, issuer: saml.entityId, destination: url, nameId, sessionIndex, now }, signer);
  await watch(call, application, { direction: 'sent', name: 'LogoutRequest', content: () => `SOAP\n\n${redactMessage(xml)}` });
  const answer = await post(services, url, writeSoap(xml));
  const isConfirmed = await takeAnswer(call, application, answer, id);
  if (isConfirmed) await noteTold(scope, sessionId, application, 'saml');
  return isConfirmed;
}

async function post({ outbound }: Services, url: string, body: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const take = (chunk: Buffer) => void chunks.push(chunk); // the octets as they came: the signature is over them
  const { status } = await outbound(url, { method: 'POST', headers: soapHeaders, body, maxBytes: longestSoap, take });
  if (status !== 200) throw new Error(`${new URL(url).host} answered a logout by SOAP with ${status}`);
  return Buffer.concat(chunks);
}

async function takeAnswer(call: Call, application: SamlApplication, answer: Buffer, requestId: string): Promise<boolean> {
  const { scope, services, saml } = call;
  const { entityId, signingCertificates: certificates } = application.saml;
  const now = services.clock.now();
  const note = (reason?: string) =>
    watch(call, application, {
      direction: 'received',
      name: reason ? 'SAMLResponse' : 'LogoutResponse',
      reason,
      content: () => `SOAP\n\n${redactMessage(answer)}`,
    });
  try {
    const message = await readMessage(
      { direction: 'SAMLResponse', binding: 'soap', xml: readSoap(answer) },
      {
        destinations: [saml.sloUrl],
        now,
        findPartner: async (issuer) =>
          issuer === entityId
            ? { certificates, requiresSignature: true, exceptions: leniencyOf(application.saml, now).exceptions }
            : undefined,
      },
    );
    const { inResponseTo, isSuccess } = readLogoutResponse(message);
    if (inResponseTo !== requestId) throw new SamlFault('replay', 'nobody asked for this answer');
    await note();
    return isSuccess;
  } catch (error) {
    if (error instanceof SamlFault) {
      await note(error.rule);
      await recordRefusal({ scope, services }, error, application);
    }
    throw error;
  }
}

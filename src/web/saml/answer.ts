import type { Profile } from '../../domain/applications/access/index.ts';
import { describeSetup } from '../../domain/applications/applications/index.ts';
import { describeConditions, describePerson, type NameIdFault } from '../../domain/applications/assertions/index.ts';
import { recordCertificateUse } from '../../domain/company/saml-certificates/index.ts';
import { countRefusal } from '../../domain/records/refusals/index.ts';
import { recordParticipant } from '../../domain/sign-in/sessions/index.ts';
import { Cache } from '../../platform/cache/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { count } from '../../platform/metrics/index.ts';
import {
  buildErrorResponse,
  buildResponse,
  type NameId,
  type ResponseTree,
  type Status,
  showEscapes,
  writeTree,
} from '../../platform/saml/index.ts';
import { newSupportCode, type PageContext, redirectTo } from '../request/index.ts';
import { chooseAuthnContext } from './authn-context.ts';
import { answerOnce, type SignOn } from './pending.ts';
import type { SamlApplication, SamlPage } from './saml-context.ts';
import { sendByArtifact, sendByPost } from './send.ts';

/** Tells the service provider who signed in (profiles §4.1.4.2). */
export async function sendAssertion(page: SamlPage, application: SamlApplication, signOn: SignOn, person: Profile): Promise<void> {
  const { scope, services } = page;
  const session = page.session!;
  const { saml, applicationId } = application;
  const { nameIdPolicy, requestedAuthnContext, subject } = signOn.request;
  const issuer = page.saml.entityId;
  const description = await describePerson(scope, application, person, issuer, nameIdPolicy);
  if (description.outcome === 'unavailable') return sendRefusal(page, application, signOn, 'InvalidNameIDPolicy', description);
  if (subject && !isSame(subject, description.nameId)) return sendRefusal(page, application, signOn, 'UnknownPrincipal');
  const authnContextClass = chooseAuthnContext(requestedAuthnContext, session.amr);
  if (!authnContextClass) return sendRefusal(page, application, signOn, 'NoAuthnContext');
  // the back button, or the same request twice: no second assertion, and the person is led into the application
  if (!(await answerOnce(page, signOn)))
    return redirectTo(page, services.pathOf({ page: 'application-start', application: applicationId }));

  // opaque, and the same for this session and application: Single Logout finds the session by it
  const sessionIndex = `_${services.keyRing.fingerprint(`${session.sessionId} ${applicationId}`, 'saml-session-index')[0]}`;
  const signer = await page.saml.signer(scope, saml.signatureAlgorithm);
  const now = services.clock.now();
  const response = await buildResponse(
    {
      issuer,
      ...describeConditions(saml, now, session.expiresAt),
      recipient: signOn.acsUrl,
      inResponseTo: signOn.inResponseTo,
      nameId: description.nameId,
      attributes: description.attributes,
      authenticatedAt: session.authenticatedAt,
      authnContextClass,
      sessionIndex,
      now,
    },
    {
      signer,
      signAssertion: saml.signAssertion,
      signResponse: saml.signResponse,
      encryption: saml.encryptAssertion
        ? { certificate: saml.encryptionCertificate!, cipher: saml.encryptionAlgorithm, oaepHash: saml.oaepSha256 ? 'sha256' : 'sha1' }
        : undefined,
    },
  );
  // before the response is sent: a sign-out a moment later has to find every participant
  await join(page, application, sessionIndex, description.nameId);
  await recordCertificateUse(scope, { applicationId, owner: 'ours', fingerprint: signer.fingerprint });
  await sendAnswer(page, application, signOn, response);
}

/** What the sessions were told last, for a minute: a person who opens an application again joins it with the same words, here or in another process. */
const joined = new Cache<string>({ name: 'saml_joined_sessions', max: 50_000, ttlMs: 60_000 });

async function join(
  { scope, session }: PageContext,
  { applicationId }: SamlApplication,
  sessionIndex: string,
  nameId: NameId,
): Promise<void> {
  const name = `${nameId.format} ${nameId.value}`;
  if (joined.get(sessionIndex) === name) return;
  await recordParticipant(scope, session!.sessionId, { applicationId, protocol: 'saml', protocolSession: sessionIndex, nameIds: [nameId] });
  joined.set(sessionIndex, name);
}

const isSame = (subject: { format?: string; value: string }, nameId: NameId): boolean =>
  subject.value === nameId.value &&
  (subject.format === undefined || subject.format.endsWith(':unspecified') || subject.format === nameId.format);

/** Refuses in the protocol's words (core §3.2.2.2), to a registered address. What begins here has nobody who waits for an answer. */
export async function sendRefusal(
  page: SamlPage,
  application: SamlApplication,
  signOn: SignOn,
  status: Status,
  why?: { fault: NameIdFault; format: string },
): Promise<void> {
  const { scope, services } = page;
  const reason = why ? `saml:${status}:${why.fault}` : `saml:${status}`;
  const { supportCode } = await countRefusal(scope, {
    type: 'authorization.failed',
    applicationId: application.applicationId,
    reason,
    // nobody else shows the person a page
    supportCode: signOn.inResponseTo === undefined ? newSupportCode() : undefined,
    details: { application: application.name, detail: why && showEscapes(why.format), facts: describeSetup(application) },
    // with a code of its own, beside those that went to the application
    foldBy: signOn.inResponseTo === undefined ? 'launch' : undefined,
  });
  if (signOn.inResponseTo === undefined)
    throw new AppError('saml_name_missing', 409, { params: { application: application.name }, supportCode });
  const signer = await page.saml.signer(scope, application.saml.signatureAlgorithm);
  const response = await buildErrorResponse(
    { issuer: page.saml.entityId, destination: signOn.acsUrl, inResponseTo: signOn.inResponseTo, status, now: services.clock.now() },
    signer,
  );
  await sendAnswer(page, application, signOn, response, reason);
}

/** @param reason why it is a refusal */
async function sendAnswer(
  page: SamlPage,
  application: SamlApplication,
  { acsUrl, acsBinding, relayState }: SignOn,
  response: ResponseTree,
  reason?: string,
): Promise<void> {
  count('portaria_saml_answers_total', { outcome: reason ? 'refusal' : 'assertion' });
  if (acsBinding === 'artifact') return sendByArtifact(page, application, acsUrl, { response, relayState, reason });
  await sendByPost(page, application, acsUrl, { direction: 'SAMLResponse', xml: writeTree(response), relayState, reason });
}

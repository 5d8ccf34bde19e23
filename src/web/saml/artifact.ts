import { decide } from '../../domain/applications/access/index.ts';
import { takeResponse } from '../../domain/applications/response-artifacts/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { AppError } from '../../platform/errors/index.ts';
import { readBody } from '../../platform/http/index.ts';
import {
  handleOf,
  type Incoming,
  idOfRequest,
  longestSoap,
  type ResponseTree,
  readArtifactResolve,
  redactMessage,
  SamlFault,
  type Status,
  soapHeaders,
  writeArtifactResponse,
  writeSoap,
  writeSoapFault,
} from '../../platform/saml/index.ts';
import { type Refusal, receive, recordRefusal, watch } from './receive.ts';
import type { SamlApplication, SamlPage } from './saml-context.ts';

/** The gate says of what is somewhat too large whose it claims to be. */
const largestBytes = longestSoap * 2;

type Answer = { inResponseTo?: string; status: Status; message?: string };

/** The ArtifactResolutionService (core §3.5, bindings §3.6): a service provider's program fetches, by SOAP, what an artifact stands for. */
export async function resolveArtifact(page: SamlPage): Promise<void> {
  const { ctx, scope, saml, services } = page;
  ctx.remove('set-cookie');
  const soap = await readBody(ctx.req, largestBytes).catch((error) => {
    if (error instanceof AppError && error.code === 'body_too_large') return undefined;
    throw error;
  });
  if (!soap) return answerRefusal(page, await recordRefusal(page, new SamlFault('size', `more than ${largestBytes} bytes`), undefined));
  const received = await receive(page, [saml.artifactUrl], answerRefusal, soap);
  if (!received) return;
  const { message, application } = received;
  const handle = application.saml.artifactBinding ? handleOf(readArtifactResolve(message), saml.entityId) : undefined;
  const { applicationId: id, name } = application;
  const as = { ...scope, actor: { ...scope.actor, kind: 'application', id, name } as const };
  const mayEnter = async (userId: UserId) => decide(await services.findAccess(scope.contextId, userId, id)).allowed;
  const response = handle === undefined ? undefined : await takeResponse(as, application, handle, mayEnter);
  // for an unknown artifact the response says no more than that (core §3.5.3)
  if (!response) await recordRefusal(page, new SamlFault('artifact'), application);
  await send(page, application, { inResponseTo: message.id, status: 'Success' }, response);
}

/** What the gate refused gets an error of the protocol, with the rule; without a message, a SOAP fault. */
async function answerRefusal(page: SamlPage, { rule, supportCode, applicationId }: Refusal, incoming?: Incoming): Promise<void> {
  const said = `SAML: ${rule} (${supportCode})`;
  if (!incoming) return sendFault(page, said);
  const application = applicationId && (await page.saml.findPartnerById(page.scope, applicationId));
  const status = rule === 'version' ? 'VersionMismatch' : 'RequestDenied';
  await send(page, application || undefined, { inResponseTo: idOfRequest(incoming.xml), status, message: said });
}

async function send(page: SamlPage, application: SamlApplication | undefined, answer: Answer, response?: ResponseTree): Promise<void> {
  const { ctx, scope, services, saml } = page;
  const signer = await saml.signer(scope, application?.saml.signatureAlgorithm ?? 'rsa-sha256');
  const xml = await writeArtifactResponse({ ...answer, issuer: saml.entityId, now: services.clock.now() }, signer, response);
  if (application)
    await watch(page, application, {
      direction: 'sent',
      name: 'ArtifactResponse',
      reason: response || answer.status !== 'Success' ? undefined : 'artifact',
      content: () => `SOAP\n\n${redactMessage(xml)}`,
    });
  ctx.status = 200;
  ctx.set('content-type', soapHeaders['content-type']);
  ctx.body = writeSoap(xml);
}

/** SOAP 1.1 §6.2 */
function sendFault({ ctx }: SamlPage, text: string): void {
  ctx.status = 500;
  ctx.set('content-type', soapHeaders['content-type']);
  ctx.body = writeSoapFault(text);
}

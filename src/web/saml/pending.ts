import type { ApplicationId } from '../../domain/scope.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { randomToken } from '../../platform/crypto/index.ts';
import type { AuthnRequest } from '../../platform/saml/index.ts';
import type { PageContext } from '../request/index.ts';

/** A sign-in that a service provider asked for, or that begins here (`inResponseTo` is missing then). Only what passed the gate is in it. */
export type SignOn = {
  applicationId: ApplicationId;
  entityId: string;
  acsUrl: string;
  /** Left out, the answer goes there by POST. */
  acsBinding?: 'artifact';
  inResponseTo?: string;
  relayState?: string;
  receivedAt: number;
  request: Pick<AuthnRequest, 'forceAuthn' | 'isPassive' | 'nameIdPolicy' | 'requestedAuthnContext' | 'subject'>;
};

const kind = 'SamlRequest';
const lifetimeSeconds = 3600;

export async function keepSignOn({ scope, services }: PageContext, signOn: SignOn): Promise<string> {
  const id = randomToken();
  const expiresAt = addSeconds(services.clock.now(), lifetimeSeconds);
  await services.artifacts.save({ contextId: scope.contextId, kind, id, payload: signOn, index: {}, expiresAt });
  return id;
}

export async function findSignOn({ scope, services, params }: PageContext): Promise<SignOn | undefined> {
  const id = params.request ?? '';
  const found = id.length === 43 ? await services.artifacts.find(scope.contextId, kind, id) : undefined;
  return found?.payload as SignOn | undefined;
}

/** @returns false when this request got its answer before: one request, one assertion, across processes (profiles §4.1.4.5) */
export async function answerOnce({ scope, services }: PageContext, { entityId, inResponseTo }: SignOn): Promise<boolean> {
  if (inResponseTo === undefined) return true;
  const expiresAt = addSeconds(services.clock.now(), lifetimeSeconds * 2);
  return services.artifacts.insertOnce(scope.contextId, 'SamlAnswered', `${entityId} ${inResponseTo}`, {}, expiresAt);
}

import { recordSecretUse } from '../../domain/applications/applications/index.ts';
import type { Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { createAdapter } from './adapter/index.ts';
import type { OidcCaches } from './caches.ts';
import { configurationOf } from './configuration.ts';
import { currentOp, type SharedProvider } from './context-provider.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { changeLibrary, followCompany, providerWith, stateReader } from './library/index.ts';
import { lifetimes } from './lifetimes.ts';
import { limitClientSecrets } from './limit-secrets.ts';
import { limitUserCodes } from './limit-user-codes.ts';
import { surround } from './middlewares/index.ts';
import { followedSession } from './own-session.ts';
import { hasAnswer } from './refresh-answers.ts';
import { responseModes } from './response-modes.ts';

/** A placeholder: everything that asks for the issuer gets the company's. */
const noIssuer = 'https://of-no-company.invalid';

/** Builds the one provider of the library that serves all companies: it keeps nothing of any of them. */
export function createProvider(services: Services, caches: OidcCaches): SharedProvider {
  const { adapter, stateOf } = stateReader(createAdapter);
  const provider = new (providerWith(responseModes))(noIssuer, configurationOf(services, adapter));
  provider.proxy = true; // the endpoint writes the forwarded headers itself, from the configured address
  const tools = followCompany(provider, stateOf(provider), () => currentOp().state, createInteractionPolicy(true));
  const sendLogoutToken = changeLibrary(provider, {
    keyRing: services.keyRing,
    clock: services.clock,
    takesPatterns: () => currentOp().context.environment === 'approval',
    kept: {
      clients: caches.clients,
      keyOf: (clientId) => currentOp().keyOf(clientId),
      isOwn: (client) => client.context_id === currentOp().context.contextId,
    },
    sessionSeconds: lifetimes.Session,
    noteSecretUse: (clientId, fingerprint) => {
      const key = currentOp().keyOf(`${clientId} ${fingerprint}`);
      if (!caches.secretUses.has(key)) void noteSecretUse(clientId, fingerprint);
      caches.secretUses.set(key, true);
    },
    findOwn: (ctx) => followedSession(currentOp(), ctx),
    mayRepeat: (used) => hasAnswer(currentOp(), used),
    limitUserCodes,
    limitSecrets: limitClientSecrets,
  });
  surround(provider, services);
  return { services, caches, provider, tools, handle: provider.callback(), sendLogoutToken };
}

/** That it cannot be noted changes no answer. */
async function noteSecretUse(clientId: string, fingerprint: string): Promise<void> {
  const op = currentOp();
  try {
    const client = (await op.provider.Client.find(clientId))!;
    await recordSecretUse(op.scope(), applicationIdOf(client), fingerprint);
  } catch (error) {
    op.services.log.error({ err: error }, 'the use of a client secret could not be noted');
  }
}

import { LRUCache } from 'lru-cache';
import { loadApis } from '../../domain/applications/apis/index.ts';
import { listMappedClaims, recordSecretUse } from '../../domain/applications/applications/index.ts';
import { brandingSettings } from '../../domain/company/branding/index.ts';
import { listCustomFields } from '../../domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../domain/company/new-accounts/index.ts';
import { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import type { ResolvedContext, Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { configurationOf } from './configuration.ts';
import { ContextProvider, scopeIn } from './context-provider.ts';
import { changeLibrary, providerWith } from './library/index.ts';
import { lifetimes } from './lifetimes.ts';
import { limitClientSecrets } from './limit-secrets.ts';
import { limitUserCodes } from './limit-user-codes.ts';
import { surround } from './middlewares/index.ts';
import { followedSession } from './own-session.ts';
import { hasAnswer } from './refresh-answers.ts';
import { responseModesOf } from './response-modes.ts';

/** Builds the provider of one context: about 1 ms; kept until the context, its keys or an application changes. */
export async function createProvider(services: Services, context: ResolvedContext): Promise<ContextProvider> {
  const scope = scopeIn(services, context);
  const { links } = await services.findSettings(context.contextId, brandingSettings);
  const { selfRegistration: mayRegister } = await services.findSettings(context.contextId, newAccountsSettings);
  // an hour is fine enough to see whether a secret is still needed, and spares a write at every request
  const noted = new LRUCache<string, true>({ max: 1000, ttl: 3600 * 1000 });
  const loaded = {
    keys: await loadSigningKeys(scope),
    mappedClaims: await listMappedClaims(scope),
    customFields: await listCustomFields(scope),
    mayRegister,
    links,
  };
  const apis = await loadApis(scope);
  return new ContextProvider(services, context, apis, (op) => {
    const provider = new (providerWith(responseModesOf(op)))(context.url, configurationOf(op, loaded));
    provider.proxy = true; // the endpoint writes the forwarded headers itself, from the configured address
    const sendLogoutToken = changeLibrary(provider, {
      keyRing: services.keyRing,
      clock: services.clock,
      takesPatterns: context.environment === 'approval',
      sessionSeconds: lifetimes.Session,
      noteSecretUse: (clientId, fingerprint) => {
        const key = `${clientId} ${fingerprint}`;
        if (!noted.has(key)) void noteSecretUse(op, clientId, fingerprint);
        noted.set(key, true, { noUpdateTTL: true });
      },
      findOwn: (ctx) => followedSession(op, ctx),
      mayRepeat: (used) => hasAnswer(op, used),
      limitUserCodes: limitUserCodes(op),
      limitSecrets: limitClientSecrets(op),
    });
    surround(op, provider);
    return { provider, sendLogoutToken };
  });
}

/** That it cannot be noted changes no answer. */
async function noteSecretUse(op: ContextProvider, clientId: string, fingerprint: string): Promise<void> {
  try {
    const client = (await op.provider.Client.find(clientId))!;
    await recordSecretUse(op.scope(), applicationIdOf(client), fingerprint);
  } catch (error) {
    op.services.log.error({ err: error }, 'the use of a client secret could not be noted');
  }
}

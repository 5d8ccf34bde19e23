import { loadApis } from '../../domain/applications/apis/index.ts';
import { listMappedClaims } from '../../domain/applications/applications/index.ts';
import { loadSigningKeys } from '../../domain/company/signing-keys/index.ts';
import type { ResolvedContext, Services } from '../request/index.ts';
import { configurationOf, lifetimes } from './configuration.ts';
import { ContextProvider, scopeIn } from './context-provider.ts';
import { changeLibrary, providerWith } from './library/index.ts';
import { surround } from './middlewares/index.ts';
import { followedSession } from './own-session.ts';
import { responseModesOf } from './response-modes.ts';

/** Builds the provider of one context: about 1 ms; kept until the context, its keys or an application changes. */
export async function createProvider(services: Services, context: ResolvedContext): Promise<ContextProvider> {
  const scope = scopeIn(services, context);
  const keys = await loadSigningKeys(scope);
  const mappedClaims = await listMappedClaims(scope);
  const apis = await loadApis(scope);
  return new ContextProvider(services, context, apis, (op) => {
    const provider = new (providerWith(responseModesOf(op)))(context.url, configurationOf(op, { keys, mappedClaims }));
    provider.proxy = true; // the endpoint writes the forwarded headers itself, from the configured address
    const sendLogoutToken = changeLibrary(provider, {
      keyRing: services.keyRing,
      clock: services.clock,
      sessionSeconds: lifetimes.Session,
      findOwn: (ctx) => followedSession(op, ctx),
    });
    surround(op, provider);
    return { provider, sendLogoutToken };
  });
}

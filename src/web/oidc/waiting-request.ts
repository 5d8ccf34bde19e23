import type { ResolvedContext } from '../request/index.ts';
import type { ProviderDirectory } from './provider-directory.ts';

const ofRequest = /^\/oidc\/(?:interaction|authorize)\/([\w-]{20,64})$/;

/**
 * The cookies by which a browser that waits for the answer to an authorization request is known at this path: the library gives them to each path alone, so a browser
 * that is led there inside of another request has not sent them. @returns undefined for other paths
 */
export async function cookiesOfWaiting(providers: ProviderDirectory, context: ResolvedContext, path: string): Promise<string | undefined> {
  const uid = ofRequest.exec(path)?.[1];
  if (!uid) return undefined;
  const { names, keys } = (await providers.get(context)).state.cookies;
  return [names.interaction, names.resume].map((name) => `${name}=${uid}; ${name}.sig=${keys.sign(`${name}=${uid}`)}`).join('; ');
}

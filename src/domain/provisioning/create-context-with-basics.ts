import type { KeyRing } from '../../platform/crypto/index.ts';
import { startChain } from '../audit/index.ts';
import { type Context, createContext } from '../contexts/index.ts';
import { createEveryone } from '../groups/index.ts';
import { createSamlCertificates } from '../saml-certificates/index.ts';
import type { Scope } from '../scope.ts';
import { createSigningKeys } from '../signing-keys/index.ts';

/** A company that works: with its keys and its group Everyone. @param scope of a transaction */
export async function createContextWithBasics(
  scope: Omit<Scope, 'contextId'>,
  input: Parameters<typeof createContext>[1],
  keyRing: KeyRing,
): Promise<Context> {
  const context = await createContext(scope, input);
  const inside: Scope = { ...scope, contextId: context.contextId };
  await startChain(inside, keyRing);
  await createEveryone(inside);
  await createSigningKeys(inside, keyRing);
  await createSamlCertificates(inside, context.name, keyRing);
  return context;
}

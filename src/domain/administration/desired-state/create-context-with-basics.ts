import type { KeyRing } from '../../../platform/crypto/index.ts';
import { type Context, createContext } from '../../company/contexts/index.ts';
import { createSamlCertificates } from '../../company/saml-certificates/index.ts';
import { createSigningKeys } from '../../company/signing-keys/index.ts';
import { createEveryone } from '../../people/groups/index.ts';
import { startChain } from '../../records/audit/index.ts';
import type { Scope } from '../../scope.ts';

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

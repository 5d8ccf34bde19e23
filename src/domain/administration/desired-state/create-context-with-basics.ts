import { type Context, createContext } from '../../company/contexts/index.ts';
import { createSamlCertificates } from '../../company/saml-certificates/index.ts';
import { createSigningKeys } from '../../company/signing-keys/index.ts';
import { createEveryone } from '../../people/groups/index.ts';
import { startChain } from '../../records/audit/index.ts';
import { inTransaction, type ServerScope, type Transaction } from '../../scope.ts';

type Input = Parameters<typeof createContext>[1];

/** A company that works: with its keys, its chain of audit and its group Everyone. */
export const createContextWithBasics = (scope: ServerScope, input: Input): Promise<Context> =>
  inTransaction(scope, async (outside) => {
    const context = await createWithoutKeys(outside, input);
    const inside: Transaction = { ...outside, contextId: context.contextId };
    await createSigningKeys(inside);
    await createSamlCertificates(inside, context.name);
    return context;
  });

/** One in which a file is only tried: making keys is slow. */
export const createWithoutKeys = (scope: ServerScope, input: Input): Promise<Context> =>
  inTransaction(scope, async (outside) => {
    const context = await createContext(outside, input);
    const inside: Transaction = { ...outside, contextId: context.contextId };
    await startChain(inside);
    await createEveryone(inside);
    return context;
  });

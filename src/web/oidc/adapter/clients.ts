import type { AdapterPayload } from 'oidc-provider';
import { findApplicationByClientId } from '../../../domain/applications/applications/index.ts';
import type { ContextProvider } from '../context-provider.ts';
import { clientMetadata } from './client-metadata.ts';

/** An application as the library's client. What the library makes of it is kept (library/client-find.ts), and this is not. */
export async function findClient(op: ContextProvider, clientId: string): Promise<AdapterPayload | undefined> {
  if (clientId.length > 200 || clientId.includes('\0')) return undefined;
  const application = await findApplicationByClientId(op.scope(), clientId);
  return application?.enabled ? clientMetadata(op.context.contextId, application) : undefined;
}

import type { KoaContextWithOIDC } from 'oidc-provider';
import { recordAlone } from '../../../domain/records/audit/index.ts';
import { applicationIdOf } from '../account.ts';
import type { ContextProvider } from '../context-provider.ts';

/** Somebody presented a code or refresh token a second time. That it cannot be recorded changes no answer. */
export async function recordReuse(op: ContextProvider, { oidc: { client, params } }: KoaContextWithOIDC): Promise<void> {
  await recordAlone(op.scope(), {
    type: 'token.reuse-detected',
    outcome: 'failure',
    applicationId: client && applicationIdOf(client),
    reason: String(params?.grant_type ?? ''),
    details: { application: client?.clientName },
  }).catch((error) => op.services.log.error({ err: error }, 'the reuse of a token could not be recorded'));
}

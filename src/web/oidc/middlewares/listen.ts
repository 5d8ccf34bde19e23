import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { logStray } from '../../../platform/http/index.ts';
import type { Log } from '../../../platform/log/index.ts';
import { currentOp } from '../context-provider.ts';
import { requestStore } from '../request-store.ts';
import { noteFailure } from './answer-failure.ts';
import { recordReuse } from './record-reuse.ts';
import { noteFault } from './trace.ts';

const refusals = [
  'authorization.error',
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'pushed_authorization_request.error',
  'end_session.error',
  'device_authorization.error',
];

type LibraryError = { error?: string; error_description?: string; error_detail?: string; message: string };

/** What the library tells only to its events: why it refused, that something was used twice, and that it failed. */
export function listen(provider: Provider, log: Log): void {
  const note = (ctx: KoaContextWithOIDC, { error, error_description, error_detail, message }: LibraryError) =>
    noteFault(ctx, { error: error ?? message, description: error_description, detail: error_detail });
  for (const event of refusals) provider.on(event as 'grant.error', note);
  provider.on('grant.error', (ctx, { error_detail }) => {
    if (/already (consumed|used)|used before/.test(error_detail ?? ''))
      void recordReuse(currentOp(), ctx, { access: requestStore.getStore()?.access });
  });
  (provider as EventEmitter).on('error', logStray(log));
  provider.on('server_error', (ctx, error) => {
    noteFailure(ctx, error);
    const { services, context } = currentOp();
    services.log.error({ err: error, context: context.code }, 'an OpenID Connect request failed');
  });
}

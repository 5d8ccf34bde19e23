import type { KoaContextWithOIDC } from 'oidc-provider';
import { fullName } from '../../../domain/people/users/index.ts';
import { recordAlone } from '../../../domain/records/audit/index.ts';
import { anonymousActor, clientOf } from '../../request/index.ts';
import { applicationIdOf } from '../account.ts';
import { type ContextProvider, scopeIn } from '../context-provider.ts';
import type { ReadAccess } from '../request-store.ts';

/** `access`: whose token it is. `isTolerated`: it was answered again, as the application's overlap allows. */
type Reuse = { access?: ReadAccess; isTolerated?: boolean };

/** Somebody presented a code or refresh token a second time: whose it is, of which application, and from where it came. That it cannot be recorded changes no answer. */
export async function recordReuse(op: ContextProvider, ctx: KoaContextWithOIDC, reuse: Reuse): Promise<void> {
  await record(op, ctx, reuse).catch((error) => op.services.log.error({ err: error }, 'the reuse of a token could not be recorded'));
}

async function record({ services, context }: ContextProvider, ctx: KoaContextWithOIDC, { access, isTolerated }: Reuse): Promise<void> {
  const { client, params } = ctx.oidc;
  const profile = (await access?.facts)?.profile;
  await recordAlone(scopeIn(services, context, anonymousActor(clientOf(services, ctx.req))), {
    type: 'token.reuse-detected',
    outcome: isTolerated ? 'success' : 'failure',
    subject: profile && { kind: 'user', id: profile.userId, name: fullName(profile) },
    applicationId: client && applicationIdOf(client),
    reason: isTolerated ? 'refresh_overlap' : String(params?.grant_type ?? ''),
    details: { application: client?.clientName },
  });
}

import { getApplication } from '../../domain/applications/applications/index.ts';
import type { Scope, SessionId } from '../../domain/scope.ts';
import { type NoticeTo, noteNothingToTell, noteTold } from '../../domain/sign-in/sessions/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Services } from '../request/index.ts';
import type { ProviderDirectory } from './provider-directory.ts';

/** Tells one relying party that a session has ended (OpenID Connect Back-Channel Logout 1.0). @throws Error when it could not be reached: the job tries again */
export function createBackChannelLogout(services: Services, providers: ProviderDirectory) {
  return async (scope: Scope, sessionId: SessionId, { applicationId, protocolSession, userId }: NoticeTo): Promise<void> => {
    const context = await services.contexts.byId(scope.contextId);
    const application = await getApplication(scope, applicationId).catch((error) => {
      if (error instanceof AppError && error.status === 404) return undefined;
      throw error;
    });
    if (!context || !application?.enabled || !application.oidc?.backchannel_logout_uri)
      return noteNothingToTell(scope, sessionId, applicationId, 'oidc');
    const op = await providers.get(context);
    await op.sendLogoutToken(application.oidc.client_id, userId, protocolSession);
    await noteTold(scope, sessionId, application);
  };
}

import { recordEvent } from '../../records/audit/index.ts';
import { type ApplicationId, type SessionId, useCase } from '../../scope.ts';
import { markNotified } from './store.ts';

/** A relying party was told that the session ended, by back-channel or SOAP. */
export const noteTold = useCase(
  async (
    scope,
    sessionId: SessionId,
    application: { applicationId: ApplicationId; name: string },
    protocol: 'oidc' | 'saml' = 'oidc',
  ): Promise<void> => {
    const { applicationId, name } = application;
    await markNotified(scope, sessionId, applicationId, protocol);
    await recordEvent(scope, {
      type: 'application.notified-of-sign-out',
      subject: { kind: 'application', id: applicationId, name },
      applicationId,
      details: { session: sessionId },
    });
  },
);

/** There is nothing to tell it, or it has confirmed. */
export const noteNothingToTell = useCase(markNotified);

import { AppError, notFound } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { useCase } from '../../scope.ts';
import { type Application, editApplication, lockApplication } from '../applications/index.ts';
import { differences, digestOf, factsToApply } from './difference.ts';
import { findPartnerMetadata, savePartnerMetadata } from './store.ts';

/**
 * What was found becomes the application's settings.
 * @param seen the digest of the proposal that the administrator looked at: another one that came meanwhile is not taken for it
 * @throws AppError not_found, changed_meanwhile, invalid_input
 */
export const acceptMetadata = useCase(async (scope, applicationId: string, seen: string): Promise<Application> => {
  const application = await lockApplication(scope, applicationId);
  const metadata = await findPartnerMetadata(scope, application.applicationId, application.saml);
  if (!metadata?.proposed) throw notFound();
  if (digestOf(metadata.proposed) !== seen) throw new AppError('changed_meanwhile', 409);
  const { oidc: _, saml, ...general } = application;
  const edited = await editApplication(scope, applicationId, { ...general, saml: { ...saml, ...factsToApply(metadata.proposed) } });
  await savePartnerMetadata(scope, application.applicationId, { url: metadata.url });
  return edited;
});

/** It stays as it is, and the same finding is not shown again. @throws AppError not_found, changed_meanwhile */
export const ignoreMetadata = useCase(async (scope, applicationId: string, seen: string): Promise<void> => {
  const application = await lockApplication(scope, applicationId);
  const metadata = await findPartnerMetadata(scope, application.applicationId, application.saml);
  if (!metadata?.proposed) throw notFound();
  if (digestOf(metadata.proposed) !== seen) throw new AppError('changed_meanwhile', 409);
  await savePartnerMetadata(scope, application.applicationId, { url: metadata.url, ignored: metadata.proposed });
  await recordEvent(scope, {
    type: 'application.metadata-ignored',
    subject: { kind: 'application', id: application.applicationId, name: application.name },
    applicationId: application.applicationId,
    details: { differences: differences(application.saml!, metadata.proposed) },
  });
});

import type { KeyRing } from '../../../platform/crypto/index.ts';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import type { Scope } from '../../scope.ts';
import { type Application, editApplication, getApplication } from '../applications/index.ts';
import { digestOf, factsToApply } from './difference.ts';
import { findPartnerMetadata, savePartnerMetadata } from './store.ts';

/**
 * What was found becomes the application's settings.
 * @param scope of a transaction; @param seen the digest of the proposal that the administrator looked at: another one that came meanwhile is not taken for it
 * @throws AppError not_found, changed_meanwhile, invalid_input
 */
export async function acceptMetadata(scope: Scope, applicationId: string, seen: string, keyRing: KeyRing): Promise<Application> {
  const application = await getApplication(scope, applicationId, { lock: true });
  const metadata = await findPartnerMetadata(scope, application.applicationId, application.saml);
  if (!metadata?.proposed) throw notFound();
  if (digestOf(metadata.proposed) !== seen) throw new AppError('changed_meanwhile', 409);
  const { oidc: _, saml, ...general } = application;
  const edited = await editApplication(
    scope,
    applicationId,
    { ...general, saml: { ...saml, ...factsToApply(metadata.proposed) } },
    keyRing,
  );
  await savePartnerMetadata(scope, application.applicationId, { url: metadata.url });
  return edited;
}

/** It stays as it is, and the same finding is not shown again. @param scope of a transaction @throws AppError not_found, changed_meanwhile */
export async function ignoreMetadata(scope: Scope, applicationId: string, seen: string): Promise<void> {
  const application = await getApplication(scope, applicationId, { lock: true });
  const metadata = await findPartnerMetadata(scope, application.applicationId, application.saml);
  if (!metadata?.proposed) throw notFound();
  if (digestOf(metadata.proposed) !== seen) throw new AppError('changed_meanwhile', 409);
  await savePartnerMetadata(scope, application.applicationId, { url: metadata.url, ignored: metadata.proposed });
}

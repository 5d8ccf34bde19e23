import type { KeyRing } from '../../platform/crypto/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { type Application, editApplication, getApplication } from '../applications/index.ts';
import type { Scope } from '../scope.ts';
import { findPartnerMetadata, savePartnerMetadata } from './store.ts';

/** What was found becomes the application's settings. @param scope of a transaction @throws AppError not_found, invalid_input */
export async function acceptMetadata(scope: Scope, applicationId: string, keyRing: KeyRing): Promise<Application> {
  const application = await getApplication(scope, applicationId, { lock: true });
  const metadata = await findPartnerMetadata(scope, application.applicationId);
  if (!metadata?.proposed || !application.saml) throw notFound();
  const { oidc: _, saml, ...general } = application;
  const edited = await editApplication(scope, applicationId, { ...general, saml: { ...saml, ...metadata.proposed } }, keyRing);
  await savePartnerMetadata(scope, application.applicationId, {});
  return edited;
}

/** It stays as it is, and the same finding is not shown again. @param scope of a transaction @throws AppError not_found */
export async function ignoreMetadata(scope: Scope, applicationId: string): Promise<void> {
  const application = await getApplication(scope, applicationId, { lock: true });
  const metadata = await findPartnerMetadata(scope, application.applicationId);
  if (!metadata?.proposed) throw notFound();
  await savePartnerMetadata(scope, application.applicationId, { ignored: metadata.proposed });
}

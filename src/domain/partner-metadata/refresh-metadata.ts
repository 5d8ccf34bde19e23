import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../platform/errors/index.ts';
import { getApplication, parseSamlSettings, settingsFromMetadata } from '../applications/index.ts';
import { recordEvent } from '../audit/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { differences, factsToApply, type MetadataFacts } from './difference.ts';
import { findPartnerMetadata, savePartnerMetadata } from './store.ts';

/** @returns the body. @throws Error with a reason that an administrator may read */
export type FetchMetadata = (url: string) => Promise<string>;

/**
 * Reads a partner's metadata again. Nothing takes effect by itself: keys and addresses decide whom we believe and where answers go, and whoever takes over the partner's
 * web site would take over the sign-ins.
 */
export async function refreshMetadata(scope: Scope, applicationId: string, fetchMetadata: FetchMetadata): Promise<void> {
  const application = await getApplication(scope, applicationId);
  const { saml } = application;
  if (!saml?.metadataUrl) return;
  const known = await findPartnerMetadata(scope, application.applicationId);
  let found: MetadataFacts;
  try {
    found = factsOf(await fetchMetadata(saml.metadataUrl), scope.clock.now(), saml.entityId);
    parseSamlSettings({ ...saml, ...factsToApply(found) }, scope.clock.now()); // what could not be accepted is not proposed
  } catch (error) {
    const fault =
      error instanceof AppError
        ? String(error.params?.fault ?? `${error.code}: ${Object.keys(error.fields ?? {}).join(', ')}`)
        : (error as Error).message;
    return savePartnerMetadata(scope, application.applicationId, { ...known, fault: fault.slice(0, 500) });
  }
  const isNew = differences(saml, found).length > 0 && !isDeepStrictEqual(found, known?.ignored);
  await inTransaction(scope, async (inside) => {
    await savePartnerMetadata(inside, application.applicationId, { ignored: known?.ignored, proposed: isNew ? found : undefined });
    if (isNew && !isDeepStrictEqual(found, known?.proposed))
      await recordEvent(inside, {
        type: 'application.metadata-changed',
        subject: { kind: 'application', id: application.applicationId, name: application.name },
        applicationId: application.applicationId,
        details: { differences: differences(saml, found) },
      });
  });
}

/** @throws AppError invalid_input when it is not usable, or another's */
function factsOf(xml: string, now: Date, entityId: string): MetadataFacts {
  const found = settingsFromMetadata(xml, now);
  if (found.entityId !== entityId) throw new Error(`entityID ${found.entityId}`);
  const { assertionConsumerServices, singleLogoutServices, signingCertificates, encryptionCertificate } = found;
  // as it comes back from the store: without what is undefined
  return JSON.parse(
    JSON.stringify({ entityId, assertionConsumerServices, singleLogoutServices, signingCertificates, encryptionCertificate }),
  );
}

import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { getApplication, lockApplication, parseSamlSettings, type SamlSettings, settingsFromMetadata } from '../applications/index.ts';
import { differences, factsToApply, type MetadataFacts } from './difference.ts';
import { findPartnerMetadata, savePartnerMetadata } from './store.ts';

/** @returns the body. @throws Error with a reason that an administrator may read */
export type FetchMetadata = (url: string) => Promise<string>;

/**
 * Reads a partner's metadata again. Nothing takes effect by itself: keys and addresses decide whom we believe and where answers go, and whoever takes over the partner's
 * web site would take over the sign-ins.
 */
export async function refreshMetadata(scope: Scope, applicationId: string, fetchMetadata: FetchMetadata): Promise<void> {
  const { saml } = await getApplication(scope, applicationId);
  if (!saml?.metadataUrl) return;
  const { metadataUrl: url } = saml;
  const finding = await read(scope, saml, fetchMetadata);
  await inTransaction(scope, async (inside) => {
    // reading takes seconds: whoever edited the application or decided meanwhile comes first
    const { applicationId: id, name, saml: current } = await lockApplication(inside, applicationId);
    if (current?.metadataUrl !== url || current.entityId !== saml.entityId) return;
    const known = await findPartnerMetadata(inside, id, current);
    if ('fault' in finding) return savePartnerMetadata(inside, id, { ...known, url, fault: finding.fault });
    const isNew = differences(current, finding).length > 0 && !isDeepStrictEqual(finding, known?.ignored);
    await savePartnerMetadata(inside, id, { url, ignored: known?.ignored, proposed: isNew ? finding : undefined });
    if (isNew && !isDeepStrictEqual(finding, known?.proposed))
      await recordEvent(inside, {
        type: 'application.metadata-changed',
        subject: { kind: 'application', id, name },
        applicationId: id,
        details: { differences: differences(current, finding) },
      });
  });
}

async function read(scope: Scope, saml: SamlSettings, fetchMetadata: FetchMetadata): Promise<MetadataFacts | { fault: string }> {
  try {
    const found = factsOf(await fetchMetadata(saml.metadataUrl!), scope.clock.now(), saml.entityId);
    parseSamlSettings({ ...saml, ...factsToApply(found) }, scope.clock.now()); // what could not be accepted is not proposed
    return found;
  } catch (error) {
    const fault =
      error instanceof AppError
        ? String(error.params?.fault ?? `${error.code}: ${Object.keys(error.fields ?? {}).join(', ')}`)
        : (error as Error).message;
    return { fault: fault.slice(0, 500) };
  }
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

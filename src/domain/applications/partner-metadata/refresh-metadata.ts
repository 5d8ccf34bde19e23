import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import type { LeftOut } from '../../../platform/saml/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { allowedBy, getApplication, isNotable, lockApplication, parseSamlSettings, type SamlSettings } from '../applications/index.ts';
import { differences, factsToApply, type MetadataFacts } from './difference.ts';
import { type FetchMetadata, fetchPartner } from './fetch-partner.ts';
import { findPartnerMetadata, savePartnerMetadata } from './store.ts';

type Finding = { facts: MetadataFacts; leftOut: LeftOut[] };
/** `fault` is the key of a sentence, `faultDetail` what it speaks of. */
type Fault = { fault: string; faultDetail: string };

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
    if ('fault' in finding) return savePartnerMetadata(inside, id, { ...known, ...finding, url });
    const { facts, leftOut } = finding;
    const isNew = differences(current, facts).length > 0 && !isDeepStrictEqual(facts, known?.ignored);
    await savePartnerMetadata(inside, id, { url, leftOut, ignored: known?.ignored, proposed: isNew ? facts : undefined });
    if (isNew && !isDeepStrictEqual(facts, known?.proposed))
      await recordEvent(inside, {
        type: 'application.metadata-changed',
        subject: { kind: 'application', id, name },
        applicationId: id,
        details: { differences: differences(current, facts) },
      });
  });
}

async function read(scope: Scope, saml: SamlSettings, fetchMetadata: FetchMetadata): Promise<Finding | Fault> {
  try {
    const reading = await fetchPartner(saml.metadataUrl!, saml.entityId, scope.clock.now(), fetchMetadata, allowedBy(saml, scope));
    if ('choose' in reading) throw new Error('the entity ID is known');
    const { entityId, assertionConsumerServices, singleLogoutServices, signingCertificates, encryptionCertificate } = reading.settings;
    const read = { entityId, assertionConsumerServices, singleLogoutServices, signingCertificates, encryptionCertificate };
    const facts: MetadataFacts = JSON.parse(JSON.stringify(read)); // as it comes back from the store: without what is undefined
    parseSamlSettings({ ...saml, ...factsToApply(facts) }, scope.clock.now(), scope.isHttpHost); // what could not be accepted is not proposed
    return { facts, leftOut: reading.leftOut.filter(isNotable) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { fault: Object.values(error.fields ?? {})[0] ?? error.publicMessage, faultDetail: String(error.params.detail ?? '') };
  }
}

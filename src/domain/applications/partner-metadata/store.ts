import { jsonText } from '../../../platform/database/index.ts';
import type { LeftOut } from '../../../platform/saml/index.ts';
import type { Row } from '../../rows.ts';
import type { ApplicationId, ContextId, Scope, Transaction } from '../../scope.ts';
import type { SamlSettings } from '../applications/index.ts';
import type { MetadataFacts } from './difference.ts';

/** `proposed`: found and not decided on; `ignored`: what an administrator does not want to be asked about again. `fault`: why the last reading failed, the key of a sentence about `faultDetail`. `leftOut`: what of it is not used. */
export type PartnerMetadata = {
  checkedAt: Date;
  /** Where it was read. */
  url?: string;
  fault?: string;
  faultDetail?: string;
  leftOut?: LeftOut[];
  proposed?: MetadataFacts;
  ignored?: MetadataFacts;
};

type MetadataRow =
  | Row<'partner_metadata', { proposed: MetadataFacts | null; ignored: MetadataFacts | null; left_out: LeftOut[] | null }>
  | undefined;

/** @param saml the settings in force: what was found at another address, or about another partner, is not theirs */
export async function findPartnerMetadata(
  { db, contextId }: Scope,
  applicationId: ApplicationId,
  saml: Pick<SamlSettings, 'metadataUrl' | 'entityId'> | undefined,
): Promise<PartnerMetadata | undefined> {
  if (!saml?.metadataUrl) return undefined;
  const row = await db('partner_metadata')
    .where({ context_id: contextId, application_id: applicationId, url: saml.metadataUrl })
    .first<MetadataRow>();
  return (
    row && {
      checkedAt: row.checked_at,
      fault: row.fault ?? undefined,
      faultDetail: row.fault_detail ?? undefined,
      leftOut: row.left_out ?? undefined,
      url: row.url ?? undefined,
      proposed: row.proposed?.entityId === saml.entityId ? row.proposed : undefined,
      ignored: row.ignored ?? undefined,
    }
  );
}

export async function savePartnerMetadata(
  { db, contextId, clock }: Transaction,
  applicationId: ApplicationId,
  metadata: Omit<PartnerMetadata, 'checkedAt'>,
): Promise<void> {
  const text = (facts: MetadataFacts | undefined) => (facts ? jsonText(facts) : null);
  await db('partner_metadata')
    .insert({
      context_id: contextId,
      application_id: applicationId,
      checked_at: clock.now(),
      fault: metadata.fault ?? null,
      fault_detail: metadata.faultDetail ?? null,
      left_out: metadata.leftOut ? jsonText(metadata.leftOut) : null,
      url: metadata.url ?? null,
      proposed: text(metadata.proposed),
      ignored: text(metadata.ignored),
    })
    .onConflict(['context_id', 'application_id'])
    .merge();
}

/** Every application, of all contexts, whose metadata has an address. */
export async function listRefreshable(db: Scope['db']): Promise<{ contextId: ContextId; applicationId: ApplicationId }[]> {
  return db('applications')
    .where('enabled', true)
    .whereRaw("saml ->> 'metadataUrl' IS NOT NULL")
    .select('context_id AS contextId', 'application_id AS applicationId');
}

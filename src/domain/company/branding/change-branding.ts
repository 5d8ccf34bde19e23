import { invalidInput } from '../../../platform/errors/index.ts';
import { makeSmallPicture, type SmallPicture } from '../../../platform/images/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope, type Transaction, useCase } from '../../scope.ts';
import { changeSettings, loadSettings } from '../context-settings/index.ts';
import { type Branding, type BrandingInput, brandingSettings } from './branding.ts';

/** Twice the room on the sign-in page. */
const box = { width: 480, height: 160 };

/** @param file a PNG, JPEG or WebP of at most 1 MB; undefined removes the logo. @throws AppError invalid_input */
export async function changeCompanyLogo(scope: Scope, file: Buffer | undefined): Promise<void> {
  const logo = file && (await makeSmallPicture(file, box));
  if (file && !logo) throw invalidInput({ logo: 'fields.logo' });
  await inTransaction(scope, async (inside) => {
    const { value, version } = await loadSettings(inside, brandingSettings);
    await changeSettings(inside, brandingSettings, { ...value, logo: logo?.etag ?? '' }, version);
    if (logo) {
      const { content, contentType, etag } = logo;
      const row = { context_id: scope.contextId, content_type: contentType, content, etag };
      await inside.db('context_logos').insert(row).onConflict('context_id').merge();
    } else await inside.db('context_logos').where('context_id', scope.contextId).delete();
    await recordEvent(inside, { type: 'context.logo-changed', details: { bytes: logo?.content.length ?? 0 } });
  });
}

/** The picture of a logo whose settings are gone (context-settings). */
export async function removeUnusedLogo(scope: Transaction): Promise<void> {
  const { logo } = (await loadSettings(scope, brandingSettings)).value;
  if (logo === '') await scope.db('context_logos').where('context_id', scope.contextId).delete();
}

/** Colour, words and links; the logo stays. @param version the one the editor saw @throws AppError invalid_input by path, changed_meanwhile */
export const changeBranding = useCase(async (scope, input: BrandingInput, version: number): Promise<Branding> => {
  const { logo } = (await loadSettings(scope, brandingSettings)).value;
  return changeSettings(scope, brandingSettings, { ...input, logo }, version);
});

export async function findCompanyLogo({ db, contextId }: Scope): Promise<SmallPicture | undefined> {
  const row = await db('context_logos').where('context_id', contextId).first('content_type', 'content', 'etag');
  return row && { contentType: row.content_type as SmallPicture['contentType'], content: row.content, etag: row.etag };
}

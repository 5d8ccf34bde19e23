import { createHash } from 'node:crypto';
import { invalidInput } from '../../platform/errors/index.ts';
import { fitImage } from '../../platform/images/index.ts';
import { recordEvent } from '../audit/index.ts';
import { changeSettings, loadSettings } from '../context-settings/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { brandingSettings } from './branding.ts';

const largest = 1_048_576;
/** Twice the room on the sign-in page. */
const box = { width: 480, height: 160 };

/** @param file a PNG, JPEG or WebP of at most 1 MB; undefined removes the logo. @throws AppError invalid_input */
export async function changeCompanyLogo(scope: Scope, file: Buffer | undefined): Promise<void> {
  const content = file && (file.length <= largest ? await fitImage(file, box) : undefined);
  if (file && !content) throw invalidInput({ logo: 'fields.logo' });
  await inTransaction(scope, async (inside) => {
    const { value, version } = await loadSettings(inside, brandingSettings);
    const etag = content ? createHash('sha256').update(content).digest('base64url').slice(0, 22) : '';
    await changeSettings(inside, brandingSettings, { ...value, logo: etag }, version);
    const row = { context_id: scope.contextId, content_type: 'image/png', content, etag };
    if (content) await inside.db('context_logos').insert(row).onConflict('context_id').merge();
    else await inside.db('context_logos').where('context_id', scope.contextId).delete();
    await recordEvent(inside, { type: 'context.logo-changed', details: { bytes: content?.length ?? 0 } });
  });
}

export async function findCompanyLogo({
  db,
  contextId,
}: Scope): Promise<{ contentType: string; content: Buffer; etag: string } | undefined> {
  const row = await db('context_logos').where('context_id', contextId).first('content_type', 'content', 'etag');
  return row && { contentType: row.content_type, content: row.content, etag: row.etag };
}

import { createHash } from 'node:crypto';
import { invalidInput } from '../../platform/errors/index.ts';
import { fitImage } from '../../platform/images/index.ts';
import { recordEvent } from '../audit/index.ts';
import { inTransaction, isId, type Scope } from '../scope.ts';
import { getApplication } from './store.ts';

export type Logo = { contentType: string; content: Buffer; etag: string };

const largest = 1_048_576;
/** Twice what a tile of the Launchpad shows. */
const box = { width: 192, height: 192 };

/** @param file a PNG, JPEG or WebP of at most 1 MB; undefined removes the logo. @throws AppError invalid_input, not_found */
export async function changeLogo(scope: Scope, applicationId: string, file: Buffer | undefined): Promise<void> {
  const content = file && (file.length <= largest ? await fitImage(file, box) : undefined);
  if (file && !content) throw invalidInput({ logo: 'fields.logo' });
  await inTransaction(scope, async (inside) => {
    const application = await getApplication(inside, applicationId, { lock: true });
    const where = { context_id: scope.contextId, application_id: application.applicationId };
    if (content) {
      const etag = createHash('sha256').update(content).digest('base64url').slice(0, 22);
      await inside
        .db('application_logos')
        .insert({ ...where, content_type: 'image/png', content, etag })
        .onConflict(['context_id', 'application_id'])
        .merge();
    } else {
      await inside.db('application_logos').where(where).delete();
    }
    await recordEvent(inside, {
      type: 'application.logo-changed',
      subject: { kind: 'application', id: applicationId, name: application.name },
      applicationId: application.applicationId,
      details: { bytes: content?.length ?? 0 },
    });
  });
}

export async function findLogo({ db, contextId }: Scope, applicationId: string): Promise<Logo | undefined> {
  if (!isId(applicationId)) return undefined;
  const row = await db('application_logos').where({ context_id: contextId, application_id: applicationId }).first();
  return row && { contentType: row.content_type, content: row.content, etag: row.etag };
}

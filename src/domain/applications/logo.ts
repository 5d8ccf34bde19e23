import { createHash } from 'node:crypto';
import { invalidInput } from '../../platform/errors/index.ts';
import { recordEvent } from '../audit/index.ts';
import { isId, type Scope } from '../scope.ts';
import { getApplication } from './store.ts';

export type Logo = { contentType: 'image/png' | 'image/jpeg' | 'image/webp'; content: Buffer; etag: string };

const largest = 1_048_576;

/** By the file's own first bytes: what the browser says of a file is not believed, and SVG (which can hold scripts) is no logo. */
export function imageType(content: Buffer): Logo['contentType'] | undefined {
  if (content.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png';
  if (content.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg';
  if (content.subarray(0, 4).toString('latin1') === 'RIFF' && content.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
  return undefined;
}

/** @param content undefined removes the logo. @throws AppError invalid_input, not_found */
export async function changeLogo(scope: Scope, applicationId: string, content: Buffer | undefined): Promise<void> {
  const application = await getApplication(scope, applicationId, { lock: true });
  const where = { context_id: scope.contextId, application_id: application.applicationId };
  if (content) {
    const contentType = imageType(content);
    if (!contentType || content.length > largest) throw invalidInput({ logo: 'fields.logo' });
    const etag = createHash('sha256').update(content).digest('base64url').slice(0, 22);
    await scope
      .db('application_logos')
      .insert({ ...where, content_type: contentType, content, etag })
      .onConflict(['context_id', 'application_id'])
      .merge();
  } else {
    await scope.db('application_logos').where(where).delete();
  }
  await recordEvent(scope, {
    type: 'application.logo-changed',
    subject: { kind: 'application', id: applicationId, name: application.name },
    applicationId: application.applicationId,
    details: { bytes: content?.length ?? 0 },
  });
}

export async function findLogo({ db, contextId }: Scope, applicationId: string): Promise<Logo | undefined> {
  if (!isId(applicationId)) return undefined;
  const row = await db('application_logos').where({ context_id: contextId, application_id: applicationId }).first();
  return row && { contentType: row.content_type, content: row.content, etag: row.etag };
}

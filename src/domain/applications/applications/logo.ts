import { invalidInput } from '../../../platform/errors/index.ts';
import { makeSmallPicture, type SmallPicture } from '../../../platform/images/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type ApplicationId, inTransaction, isId, type Scope } from '../../scope.ts';
import { lockApplication } from './store.ts';

/** Twice what a tile of the Launchpad shows. */
const box = { width: 192, height: 192 };

/** @param file a PNG, JPEG or WebP of at most 1 MB; undefined removes the logo. @throws AppError invalid_input, not_found */
export async function changeLogo(scope: Scope, applicationId: string, file: Buffer | undefined): Promise<void> {
  const logo = file && (await readLogo(file));
  await inTransaction(scope, async (inside) => {
    const application = await lockApplication(inside, applicationId);
    const where = { context_id: scope.contextId, application_id: application.applicationId };
    if (logo) {
      const { content, contentType, etag } = logo;
      await inside
        .db('application_logos')
        .insert({ ...where, content_type: contentType, content, etag })
        .onConflict(['context_id', 'application_id'])
        .merge();
    } else {
      await inside.db('application_logos').where(where).delete();
    }
    await recordEvent(inside, {
      type: 'application.logo-changed',
      subject: { kind: 'application', id: applicationId, name: application.name },
      applicationId: application.applicationId,
      details: { bytes: logo?.content.length ?? 0 },
    });
  });
}

/** @throws AppError invalid_input where it is no picture that can be one */
export async function readLogo(file: Buffer): Promise<SmallPicture> {
  const logo = await makeSmallPicture(file, box);
  if (!logo) throw invalidInput({ logo: 'fields.logo' });
  return logo;
}

/** Of every application that has one. */
export async function listLogos({ db, contextId }: Scope): Promise<Map<ApplicationId, SmallPicture>> {
  const rows = await db('application_logos').where({ context_id: contextId });
  return new Map(rows.map((row) => [row.application_id, { content: row.content, contentType: row.content_type, etag: row.etag }]));
}

export async function findLogo({ db, contextId }: Scope, applicationId: string): Promise<SmallPicture | undefined> {
  if (!isId(applicationId)) return undefined;
  const row = await db('application_logos').where({ context_id: contextId, application_id: applicationId }).first();
  return row && { contentType: row.content_type, content: row.content, etag: row.etag };
}

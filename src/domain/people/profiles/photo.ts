import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { imageType, makeSmallPicture, mostPixels, readPicture, type SmallPicture } from '../../../platform/images/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, isId, type Scope, type UserId, useCase } from '../../scope.ts';
import { fullName, lockUser } from '../users/index.ts';
import { profileSettings } from './settings.ts';

/** Twice what the profile shows. */
const box = { width: 192, height: 192 };

/** Whose photo is being decoded: one at a time, so that nobody keeps others waiting. */
const underWay = new Set<UserId>();

/** What a phone's camera writes. */
const mostBytes = 20 * 1_048_576;

/** @param file a PNG, JPEG or WebP of at most 20 MB; nothing of it is kept but what it shows. @throws AppError photos_off, invalid_input, pictures_busy */
export async function changeOwnPhoto(scope: Scope, userId: UserId, file: Buffer): Promise<void> {
  const mayChange = async (now: Scope) => (await loadSettings(now, profileSettings)).value.photos;
  if (!(await mayChange(scope))) throw new AppError('photos_off', 403);
  if (underWay.has(userId)) throw new AppError('pictures_busy', 503);
  underWay.add(userId);
  const photo = await makeSmallPicture(file, box, mostBytes).finally(() => underWay.delete(userId));
  if (!photo) throw invalidInput({ photo: `fields.${brokenRule(file)}` });
  const { content, contentType, etag } = photo;
  await inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, userId);
    if (!(await mayChange(inside))) throw new AppError('photos_off', 403);
    const row = { context_id: scope.contextId, user_id: user.userId, content_type: contentType, content, etag };
    await inside.db('user_photos').insert(row).onConflict(['context_id', 'user_id']).merge();
    const subject = { kind: 'user', id: user.userId, name: fullName(user) } as const;
    await recordEvent(inside, { type: 'user.photo-changed', subject, details: { bytes: content.length } });
  });
}

function brokenRule(file: Buffer): string {
  if (file.length > mostBytes) return 'photo_size';
  if (!imageType(file)) return 'photo_type';
  const picture = readPicture(file);
  return picture && picture.width * picture.height > mostPixels[picture.type] ? 'photo_pixels' : 'photo_unreadable';
}

/** By the person, whatever the company allows by now, or by an administrator. */
export const removePhoto = useCase(async (scope, userId: string): Promise<void> => {
  const user = await lockUser(scope, userId);
  const removed = await scope.db('user_photos').where({ context_id: scope.contextId, user_id: user.userId }).delete();
  if (removed === 0) return;
  const subject = { kind: 'user', id: user.userId, name: fullName(user) } as const;
  await recordEvent(scope, { type: 'user.photo-changed', subject, details: { bytes: 0 } });
});

export async function findPhoto({ db, contextId }: Scope, userId: string): Promise<SmallPicture | undefined> {
  if (!isId(userId)) return undefined;
  const row = await db('user_photos').where({ context_id: contextId, user_id: userId }).first('content_type', 'content', 'etag');
  return row && { contentType: row.content_type as SmallPicture['contentType'], content: row.content, etag: row.etag };
}

/** In one statement for a whole list. @returns by person what changes with their photo; nothing of who has none */
export async function listPhotos({ db, contextId }: Scope, people: { userId: UserId }[]): Promise<Map<UserId, string>> {
  const ids = people.map(({ userId }) => userId);
  const rows =
    ids.length > 0 ? await db('user_photos').where('context_id', contextId).whereIn('user_id', ids).select('user_id', 'etag') : [];
  return new Map(rows.map((row) => [row.user_id, row.etag]));
}

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { byKey, run } from '../../../platform/database/index.ts';
import type { Row } from '../../rows.ts';
import { type Actor, isId, type Scope } from '../../scope.ts';

/** What an event says of the person who acted, and of the person it is about. `actor`: of somebody who did not sign in and tried to be this person. */
export type ActorData = Pick<Actor, 'name' | 'ip' | 'userAgent' | 'requestId'>;
export type SubjectData = { name: string; details: Record<string, unknown>; actor?: ActorData };

// a key that Node has taken in once: bytes would cost three times what they decrypt, each time
export type PersonKeys = Map<string, KeyObject>;
type KeyRow = Pick<Row<'audit_keys'>, 'user_id' | 'key'>;

const knownKeys = `SELECT k.user_id, k.key FROM unnest($2::uuid[]) AS v (user_id)
  JOIN ${byKey('audit_keys', 'k', { context_id: '$1', user_id: 'v.user_id' })} ON true`;

const newKeys = `INSERT INTO audit_keys (context_id, user_id, key) SELECT u.context_id, u.user_id, v.key FROM unnest($1::uuid[], $2::bytea[]) AS v (user_id, key)
  JOIN users u ON u.context_id = $3 AND u.user_id = v.user_id ORDER BY u.user_id FOR KEY SHARE OF u SKIP LOCKED
  ON CONFLICT (context_id, user_id) DO NOTHING RETURNING user_id, key`;

/** Of those who exist and are not being deleted at this moment; one that has none yet gets it. They go with the account, and with them all that was written under them. */
export async function ensurePersonKeys(scope: Scope, userIds: (string | undefined)[]): Promise<PersonKeys> {
  const ids = [...new Set(userIds.filter(isId))].sort();
  const keys = await findPersonKeys(scope, ids);
  const missing = ids.filter((id) => !keys.has(id));
  if (missing.length === 0) return keys;
  const made = missing.map(() => randomBytes(32));
  const { rows } = await run<KeyRow>(scope.db, 'new audit keys', newKeys, [missing, made, scope.contextId]);
  for (const { user_id, key } of rows) keys.set(user_id, createSecretKey(key));
  // another process was quicker, or there is nobody
  return missing.every((id) => keys.has(id)) ? keys : findPersonKeys(scope, ids);
}

export async function findPersonKeys({ db, contextId }: Scope, userIds: string[]): Promise<PersonKeys> {
  if (userIds.length === 0) return new Map();
  const { rows } = await run<KeyRow>(db, 'audit keys', knownKeys, [contextId, userIds]);
  return new Map(rows.map(({ user_id, key }) => [user_id, createSecretKey(key)]));
}

/** Of these people, those who have an account. */
export const findLiving = async ({ db, contextId }: Scope, userIds: string[]): Promise<Set<string>> =>
  new Set<string>(await db('users').where('context_id', contextId).whereIn('user_id', userIds).pluck('user_id'));

type Part = 'actor' | 'subject';
const bound = (eventId: string, part: Part): Buffer => Buffer.from(`${eventId} ${part}`);

/** AES-256-GCM; bound to its event and place, so that it cannot be moved. */
export function sealData(key: KeyObject, eventId: string, part: Part, data: ActorData | SubjectData): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound(eventId, part));
  return Buffer.concat([iv, cipher.update(JSON.stringify(data)), cipher.final(), cipher.getAuthTag()]);
}

/** @returns undefined when it was tampered with: the chain says where */
export function openData<T extends ActorData | SubjectData>(key: KeyObject, eventId: string, part: Part, sealed: Buffer): T | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(bound(eventId, part));
    decipher.setAuthTag(sealed.subarray(-16));
    return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString());
  } catch {
    return undefined;
  }
}

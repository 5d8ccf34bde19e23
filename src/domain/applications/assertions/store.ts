import { newXmlId } from '../../../platform/saml/index.ts';
import type { ApplicationId, Scope, UserId } from '../../scope.ts';

const names = ({ db, contextId }: Scope, applicationId: ApplicationId, userId: UserId) =>
  db('persistent_name_ids').where({ context_id: contextId, application_id: applicationId, user_id: userId });

export async function findPersistentNameId(scope: Scope, applicationId: ApplicationId, userId: UserId): Promise<string | undefined> {
  return (await names(scope, applicationId, userId).first())?.name_id;
}

/** By what opaque names applications know somebody. */
export const listPersistentNameIds = (
  { db, contextId }: Scope,
  userId: UserId,
): Promise<{ applicationId: ApplicationId; name: string; nameId: string; createdAt: Date }[]> =>
  db('persistent_name_ids AS p')
    .join('applications AS a', (on) => on.on('a.context_id', 'p.context_id').andOn('a.application_id', 'p.application_id'))
    .where({ 'p.context_id': contextId, user_id: userId })
    .orderBy('a.name_key')
    .select('a.application_id AS applicationId', 'a.name', 'name_id AS nameId', 'p.created_at AS createdAt');

/** An opaque name that this application alone knows the person by, for ever (core §8.3.7). */
export async function makePersistentNameId(scope: Scope, applicationId: ApplicationId, userId: UserId): Promise<string> {
  await scope
    .db('persistent_name_ids')
    .insert({
      context_id: scope.contextId,
      application_id: applicationId,
      user_id: userId,
      name_id: newXmlId(),
      created_at: scope.clock.now(),
    })
    .onConflict(['context_id', 'application_id', 'user_id'])
    .ignore();
  return (await findPersistentNameId(scope, applicationId, userId))!;
}

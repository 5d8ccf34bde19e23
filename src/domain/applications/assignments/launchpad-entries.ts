import { notFound } from '../../../platform/errors/index.ts';
import { type ApplicationId, isId, type Scope, type UserId } from '../../scope.ts';
import { getApplication } from '../applications/index.ts';

// A person's own arrangement of the Launchpad; it gives no access, so it is not audited.

const upsert = ({ db, contextId, clock }: Scope, userId: UserId, applicationId: ApplicationId, isFavourite: boolean) =>
  db('launchpad_entries')
    .insert({ context_id: contextId, user_id: userId, application_id: applicationId, is_favourite: isFavourite, added_at: clock.now() })
    .onConflict(['context_id', 'user_id', 'application_id']);

/** What somebody put there or marked, the newest first. */
export const listLaunchpadEntries = (
  { db, contextId }: Scope,
  userId: UserId,
): Promise<{ applicationId: ApplicationId; name: string; isFavourite: boolean; addedAt: Date }[]> =>
  db('launchpad_entries AS e')
    .join('applications AS a', (on) => on.on('a.context_id', 'e.context_id').andOn('a.application_id', 'e.application_id'))
    .where({ 'e.context_id': contextId, user_id: userId })
    .orderBy('added_at', 'desc')
    .select('a.application_id AS applicationId', 'a.name', 'is_favourite AS isFavourite', 'added_at AS addedAt');

/** @throws AppError not_found when the application is not navigable: a person cannot assign themselves */
export async function addToLaunchpad(scope: Scope, userId: UserId, applicationId: string): Promise<void> {
  const application = await getApplication(scope, applicationId);
  if (!application.navigable || !application.enabled) throw notFound();
  await upsert(scope, userId, application.applicationId, false).ignore();
}

export async function setFavourite(scope: Scope, userId: UserId, applicationId: string, isFavourite: boolean): Promise<void> {
  const application = await getApplication(scope, applicationId);
  await upsert(scope, userId, application.applicationId, isFavourite).merge(['is_favourite']);
}

export async function removeFromLaunchpad({ db, contextId }: Scope, userId: UserId, applicationId: string): Promise<void> {
  if (!isId(applicationId)) throw notFound();
  await db('launchpad_entries').where({ context_id: contextId, user_id: userId, application_id: applicationId }).delete();
}

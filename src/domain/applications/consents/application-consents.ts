import { notFound } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { revokeGrantsOfUserAtClient } from '../../records/protocol-artifacts/index.ts';
import { type ApplicationId, inTransaction, type Scope, type Transaction, type UserId } from '../../scope.ts';
import { getApplication } from '../applications/index.ts';

const own = ({ db, contextId }: Scope, userId: UserId) => db('application_consents').where({ context_id: contextId, user_id: userId });

/** Whether the person agreed to all of these scopes. */
export async function hasConsent(scope: Scope, userId: UserId, applicationId: ApplicationId, scopes: string[]): Promise<boolean> {
  const row = await own(scope, userId).where('application_id', applicationId).first('scopes');
  return row !== undefined && scopes.every((one) => row.scopes.includes(one));
}

/** Adds to what the person agreed to before. */
export const giveConsent = (scope: Scope, userId: UserId, applicationId: ApplicationId, scopes: string[]): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const { name } = await getApplication(inside, applicationId);
    await inside.db.raw(
      `INSERT INTO application_consents (context_id, user_id, application_id, scopes, given_at) VALUES (:contextId, :userId, :applicationId, :scopes, :now)
       ON CONFLICT (context_id, user_id, application_id) DO UPDATE
       SET given_at = excluded.given_at, scopes = ARRAY(SELECT DISTINCT unnest(application_consents.scopes || excluded.scopes))`,
      { contextId: scope.contextId, userId, applicationId, scopes, now: scope.clock.now() } as never,
    );
    await recordEvent(inside, {
      type: 'consent.given',
      subject: { kind: 'application', id: applicationId, name },
      applicationId,
      details: { scopes },
    });
  });

/** The application may do nothing more in the person's name, and asks again at the next sign-in. @throws AppError not_found */
export const withdrawConsent = (scope: Scope, userId: UserId, applicationId: string): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const application = await getApplication(inside, applicationId);
    if ((await own(inside, userId).where('application_id', application.applicationId).delete()) === 0) throw notFound();
    const clientId = application.oidc?.client_id;
    if (clientId) await revokeGrantsOfUserAtClient(inside, userId, clientId);
    await recordEvent(inside, {
      type: 'consent.withdrawn',
      subject: { kind: 'application', id: application.applicationId, name: application.name },
      applicationId: application.applicationId,
    });
  });

/** What is not there to be agreed to any more, such as scopes of an API that is gone: should it come again, everybody is asked again. */
export async function forgetConsents({ db, contextId }: Transaction, scopes: string[]): Promise<void> {
  if (scopes.length === 0) return;
  await db.raw(
    'UPDATE application_consents SET scopes = ARRAY(SELECT s FROM unnest(scopes) AS s WHERE NOT s = ANY(:scopes)) WHERE context_id = :contextId AND scopes && :scopes',
    { contextId, scopes } as never,
  );
}

export async function listConsents(
  scope: Scope,
  userId: UserId,
): Promise<{ applicationId: ApplicationId; scopes: string[]; givenAt: Date }[]> {
  const rows = await own(scope, userId).select('application_id', 'scopes', 'given_at');
  return rows.map((row) => ({ applicationId: row.application_id, scopes: row.scopes, givenAt: row.given_at }));
}

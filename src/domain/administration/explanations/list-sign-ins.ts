import { listApplicationsByIds } from '../../applications/applications/index.ts';
import { type AuditEvent, type AuditEventType, listEvents } from '../../records/audit/index.ts';
import type { ApplicationId, Scope, UserId } from '../../scope.ts';

/** One that went well or was refused. `application` is missing for the Launchpad and the console. */
export type SignIn = Pick<AuditEvent, 'id' | 'at' | 'outcome' | 'reason' | 'supportCode'> & {
  person?: { userId: string; name: string };
  application?: { applicationId: string; name: string };
};

const types: AuditEventType[] = ['sign-in.succeeded', 'sign-in.failed', 'access.refused'];
const most = 20;

/** The last ones of a person, or at an application, the newest first. */
export async function listSignIns(scope: Scope, of: { userId: UserId } | { applicationId: ApplicationId }): Promise<SignIn[]> {
  const whose = 'userId' in of ? { subjectId: of.userId } : { applicationId: of.applicationId };
  const { items } = await listEvents(scope, { ...whose, types }, most);
  const ids = [...new Set(items.flatMap(({ applicationId }) => applicationId ?? []))];
  const names = new Map(
    (ids.length > 0 ? await listApplicationsByIds(scope, ids) : []).map((one) => [one.applicationId as string, one.name]),
  );
  return items.map(({ id, at, outcome, reason, supportCode, subjectId, subjectName, applicationId, erased }) => {
    const name = applicationId && names.get(applicationId);
    return {
      id,
      at,
      outcome,
      reason,
      supportCode,
      ...(subjectId && !erased.subject && { person: { userId: subjectId, name: subjectName ?? '' } }),
      ...(applicationId && name !== undefined && { application: { applicationId, name } }),
    };
  });
}

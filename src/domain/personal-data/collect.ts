import { listApplicationsOfUser } from '../assignments/index.ts';
import { type AuditEvent, listEvents, recordEvent } from '../audit/index.ts';
import { listConsents } from '../consents/index.ts';
import { listSecondFactors } from '../credentials/second-factors/index.ts';
import { listCustomFields } from '../custom-fields/index.ts';
import { listGroupsOfUser } from '../groups/index.ts';
import { type ApplicationId, inTransaction, type Scope, type UserId } from '../scope.ts';
import { listApplicationUses, listSessionsOfUser } from '../sessions/index.ts';
import { fullName, getUser } from '../users/index.ts';

/** As JSON; times are ISO 8601, in UTC. */
export type PersonalData = Record<string, unknown>;

/** What the company keeps of the person, with the history of what was done by and to them. That it was asked for is audited. */
export const collectPersonalData = (scope: Scope, userId: UserId): Promise<PersonalData> =>
  inTransaction(scope, async (inside) => {
    const user = await getUser(inside, userId);
    const subject = { kind: 'user', id: user.userId, name: fullName(user) } as const;
    await recordEvent(inside, { type: 'user.data-exported', subject });
    const { customValues, userId: id, version: _, ...person } = user;
    const applications = await listApplicationsOfUser(inside, userId);
    const names = new Map(applications.map(({ applicationId, name }) => [applicationId as ApplicationId, name]));
    const uses = await listApplicationUses(inside, userId);
    const fields = await listCustomFields(inside);
    return {
      generatedAt: scope.clock.now(),
      person: { id, ...person },
      customFields: Object.fromEntries(fields.map(({ label, fieldId }) => [label, customValues[fieldId] ?? null])),
      groups: (await listGroupsOfUser(inside, userId)).map(({ name }) => name),
      applications: applications.map(({ applicationId, name }) => ({ name, lastUsedAt: uses.get(applicationId as ApplicationId) ?? null })),
      consents: (await listConsents(inside, userId)).map(({ applicationId, ...one }) => ({
        application: names.get(applicationId) ?? applicationId,
        ...one,
      })),
      secondFactors: (await listSecondFactors(inside, userId)).map(({ kind, name, createdAt, lastUsedAt }) => ({
        kind,
        name,
        createdAt,
        lastUsedAt: lastUsedAt ?? null,
      })),
      sessions: (await listSessionsOfUser(inside, userId)).map(({ sessionId: _id, ...one }) => one),
      history: await collectHistory(inside, userId),
    };
  });

/** What was done to the person, and what they did; newest first. */
async function collectHistory(scope: Scope, userId: UserId): Promise<object[]> {
  const events = new Map<string, AuditEvent>();
  for (const filter of [{ subjectId: userId }, { actorId: userId }]) {
    let cursor: string | undefined;
    do {
      const page = await listEvents(scope, { ...filter, cursor }, 1000);
      for (const event of page.items) events.set(event.id, event);
      cursor = page.cursor;
    } while (cursor);
  }
  return [...events.values()]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .map(({ at, type, outcome, actor, subjectKind, subjectName, reason, details }) => ({
      at,
      type,
      outcome,
      // who else did it is said by name; from where, of the person's own deeds alone
      by: actor.id === userId ? { name: actor.name, ip: actor.ip, userAgent: actor.userAgent } : { name: actor.name },
      subject: subjectName ? { kind: subjectKind, name: subjectName } : undefined,
      reason,
      details,
    }));
}

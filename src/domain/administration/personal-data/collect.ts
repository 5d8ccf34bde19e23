import { listGrantsOfUser } from '../../applications/apis/index.ts';
import { getApplication } from '../../applications/applications/index.ts';
import { listPairwiseSubjects, listPersistentNameIds } from '../../applications/assertions/index.ts';
import { listAssignments, listLaunchpadEntries } from '../../applications/assignments/index.ts';
import { listAcceptancesOf, listConsents } from '../../applications/consents/index.ts';
import { listCustomFields } from '../../company/custom-fields/index.ts';
import { getDirectory } from '../../people/directories/index.ts';
import { findEntryOfUser } from '../../people/directory-entries/index.ts';
import { listGroupsOfUser } from '../../people/groups/index.ts';
import { findPlan } from '../../people/planned-deactivations/index.ts';
import { findPhoto } from '../../people/profiles/index.ts';
import { listViewsOf } from '../../people/saved-views/index.ts';
import { fullName, getUser } from '../../people/users/index.ts';
import { listBrowsers } from '../../records/attempts/index.ts';
import { type AuditEvent, listEvents, listLastSignIns, recordEvent } from '../../records/audit/index.ts';
import { type Scope, type UserId, useCase } from '../../scope.ts';
import { listSecondFactors } from '../../sign-in/credentials/second-factors/index.ts';
import { listApplicationUses, listSessionsOfUser } from '../../sign-in/sessions/index.ts';

/** As JSON; times are ISO 8601, in UTC. */
export type PersonalData = Record<string, unknown>;

/** What the company keeps of the person, with the history of what was done by and to them. That it was asked for is audited. */
export const collectPersonalData = useCase(async (scope, userId: UserId): Promise<PersonalData> => {
  const user = await getUser(scope, userId);
  const subject = { kind: 'user', id: user.userId, name: fullName(user) } as const;
  await recordEvent(scope, { type: 'user.data-exported', subject });
  const { customValues, userId: id, version: _, ...person } = user;
  const applications = await listAssignments(scope, userId);
  const launchpad = await listLaunchpadEntries(scope, userId);
  const persistentNames = await listPersistentNameIds(scope, userId);
  const names = new Map([...applications, ...launchpad, ...persistentNames].map(({ applicationId, name }) => [applicationId, name]));
  const uses = await listApplicationUses(scope, userId);
  const consents = [];
  for (const { applicationId, ...one } of await listConsents(scope, userId))
    consents.push({ application: names.get(applicationId) ?? (await getApplication(scope, applicationId)).name, ...one });
  const fields = await listCustomFields(scope);
  return {
    generatedAt: scope.clock.now(),
    person: { id, ...person },
    photo: await describePhoto(scope, user.userId),
    lastSignInAt: (await listLastSignIns(scope, [userId])).get(userId) ?? null,
    customFields: Object.fromEntries(fields.map(({ label, fieldId }) => [label, customValues[fieldId] ?? null])),
    plannedDeactivation: (await findPlan(scope, userId)) ?? null,
    directory: await describeEntry(scope, user.userId),
    groups: (await listGroupsOfUser(scope, userId)).map(({ name }) => name),
    applications: applications.map(({ applicationId, name, enabled, isDirect, groups: by }) => ({
      name,
      enabled,
      isDirect,
      byGroups: by.map((group) => group.name),
      lastUsedAt: uses.get(applicationId) ?? null,
    })),
    launchpad: launchpad.map(({ applicationId, ...one }) => ({ ...one, lastUsedAt: uses.get(applicationId) ?? null })),
    knownToApplicationsAs: [...persistentNames, ...(await listPairwiseSubjects(scope, userId))].map(({ applicationId: _, ...one }) => one),
    consents,
    grantedAtApis: await listGrantsOfUser(scope, userId),
    acceptedTerms: await listAcceptancesOf(scope, userId),
    secondFactors: (await listSecondFactors(scope, userId)).map(({ kind, name, createdAt, lastUsedAt }) => ({
      kind,
      name,
      createdAt,
      lastUsedAt: lastUsedAt ?? null,
    })),
    browsers: (await listBrowsers(scope, userId, '')).map(({ id: _id, isHere: _here, ...one }) => one),
    sessions: (await listSessionsOfUser(scope, userId)).map(({ sessionId: _id, ...one }) => one),
    savedViews: await listViewsOf(scope, userId),
    ...(await collectHistory(scope, userId)),
  };
});

/** As a data: address, which every browser shows. */
async function describePhoto(scope: Scope, userId: UserId): Promise<string | null> {
  const photo = await findPhoto(scope, userId);
  return photo ? `data:${photo.contentType};base64,${photo.content.toString('base64')}` : null;
}

/** What an imported directory says of the person. */
async function describeEntry(scope: Scope, userId: UserId): Promise<object | null> {
  const entry = await findEntryOfUser(scope, userId);
  if (!entry) return null;
  const { entryId: id, dn, attributes, isEnabled, isGone, lastChange = null } = entry;
  return { name: (await getDirectory(scope, entry.directoryId)).name, id, dn, attributes, isEnabled, isGone, lastChange };
}

/** Of more the newest are given: a stranger's failed attempts stand in it, too. */
const most = 20_000;

/** What was done to the person, and what they did; newest first. */
async function collectHistory(scope: Scope, userId: UserId): Promise<{ historyIsWhole: boolean; history: object[] }> {
  const events = new Map<string, AuditEvent>();
  let isWhole = true;
  for (const filter of [{ subjectId: userId }, { actorId: userId }]) {
    let cursor: string | undefined;
    for (let read = 0; read < most; read += 1000) {
      const page = await listEvents(scope, { ...filter, cursor }, 1000);
      for (const event of page.items) events.set(event.id, event);
      cursor = page.cursor;
      if (!cursor) break;
    }
    if (cursor) isWhole = false;
  }
  const newest = [...events.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { historyIsWhole: isWhole && newest.length <= most, history: newest.slice(0, most).map((event) => present(event, userId)) };
}

function present({ at, type, outcome, actor, subjectKind, subjectName, subjectId, reason, details }: AuditEvent, userId: UserId): object {
  // who else did it is said by name; from where, of the person's own actions alone
  const by = actor.id === userId ? { name: actor.name, ip: actor.ip, userAgent: actor.userAgent } : { name: actor.name };
  const isAbout = subjectId === userId || subjectKind === 'session' || subjectKind === undefined;
  // what the person did to others is theirs; who the others are is the others'
  return isAbout ? { at, type, outcome, by, subject: subjectName, reason, details } : { at, type, outcome, by, subject: subjectKind };
}

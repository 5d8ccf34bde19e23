import { listDirectOfPeople } from '../../applications/assignments/index.ts';
import { listGroupIdsOfUsers } from '../../people/groups/index.ts';
import { listRememberedBrowsers, type RememberedBrowser } from '../../records/attempts/index.ts';
import { type AuditEvent, listApplicationsOf, listNewestOf } from '../../records/audit/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { listStandings } from '../../sign-in/authentication/index.ts';
import { listUsesOfPeople } from '../../sign-in/sessions/index.ts';
import type { Arrived, Person } from './judge.ts';

/** Two sign-ins on every working day. */
const mostSignIns = 40;

export type Gathered = { person: Person; arrivals: Arrived[] };

/** What has to be known of a sign-in: nothing, where only the ways to applications change; its hour, where hours are looked at. */
export type Wanted = { from: Date; signIns: boolean; hours: boolean };

/** Those of these people who came since then, how they stand today, and how they came; in the order in which they are named. */
export async function gatherPeople(scope: Scope, userIds: UserId[], wanted: Wanted): Promise<Gathered[]> {
  const signIns = await (wanted.signIns ? gatherSignIns : gatherApplications)(scope, userIds, wanted);
  const uses = groupBy(await listUsesOfPeople(scope, userIds, wanted.from), ({ userId }) => userId);
  const came = userIds.filter((userId) => signIns.has(userId) || uses.has(userId));
  if (came.length === 0) return [];
  const standings = new Map((await listStandings(scope, came)).map((standing) => [standing.user.userId, standing]));
  const groups = await listGroupIdsOfUsers(scope, came);
  const direct = await listDirectOfPeople(scope, came);
  return came.flatMap((userId) => {
    const standing = standings.get(userId);
    if (!standing) return []; // deleted meanwhile
    const person = { standing, groupIds: groups.get(userId)!, direct: direct.get(userId)! as Set<string> };
    const arrivals = signIns.get(userId) ?? [];
    return [{ person, arrivals: [...arrivals, ...opened(arrivals, uses.get(userId) ?? [])] }];
  });
}

const type = 'sign-in.succeeded';

async function gatherSignIns(scope: Scope, userIds: UserId[], { from, hours }: Wanted): Promise<Map<string, Arrived[]>> {
  const events = groupBy(await listNewestOf(scope, { type, subjectIds: userIds, from, most: mostSignIns }), ({ subjectId }) => subjectId);
  const remembered = groupBy(await listRememberedBrowsers(scope, userIds), ({ userId }) => userId);
  const described = [...events].map(([userId, some]): [string, Arrived[]] => {
    const own = remembered.get(userId) ?? [];
    return [
      userId,
      withoutRepetition(
        some.map((event) => describeSignIn(event, own)),
        hours,
      ),
    ];
  });
  return new Map(described);
}

async function gatherApplications(scope: Scope, userIds: UserId[], { from }: Wanted): Promise<Map<string, Arrived[]>> {
  const rows = await listApplicationsOf(scope, { type, subjectIds: userIds, from });
  const at = scope.clock.now();
  const byPerson = groupBy(rows, ({ subjectId }) => subjectId);
  return new Map(
    [...byPerson].map(([userId, some]) => [userId, some.map((one) => ({ applicationId: one.applicationId ?? undefined, at }))]),
  );
}

function describeSignIn({ at, applicationId, actor, details }: AuditEvent, remembered: RememberedBrowser[]): Arrived {
  const { amr = ['pwd'], networkPassword = false } = details as { amr?: string[]; networkPassword?: boolean };
  const browser = remembered.find(({ userAgent }) => userAgent === (actor.userAgent ?? '').slice(0, 400));
  return { applicationId, at, signIn: { ip: actor.ip ?? '', amr, isOfNetwork: networkPassword, remembered: browser } };
}

/** An application that was opened in a session of before, from the Launchpad or on its own: as who signed in last. */
function opened(signIns: Arrived[], uses: { applicationId: string; lastUsedAt: Date }[]): Arrived[] {
  const known = new Set(signIns.map(({ applicationId }) => applicationId));
  return uses
    .filter(({ applicationId }) => !known.has(applicationId))
    .map(({ applicationId, lastUsedAt }) => ({ applicationId, at: lastUsedAt, signIn: signIns[0]?.signIn }));
}

/** From the same place in the same way nothing else is decided; at another time only where hours are looked at. */
function withoutRepetition(arrivals: Arrived[], usesHours: boolean): Arrived[] {
  const seen = new Map<string, Arrived>();
  for (const one of arrivals) {
    const key = JSON.stringify([one.applicationId, one.signIn, usesHours && one.at]);
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

function groupBy<T>(items: T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item) ?? '';
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

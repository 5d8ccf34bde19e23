import { dayIn } from '../../../platform/clock/index.ts';
import { type Application, listApplicationsByIds } from '../../applications/applications/index.ts';
import { type Agent, type Directory, listAgentsOf, listDirectories } from '../../people/directories/index.ts';
import { countUsers, type Status } from '../../people/users/index.ts';
import { type AuditEvent, listDailyCounts, listEvents } from '../../records/audit/index.ts';
import { type CountedRefusal, listHeldBack, listRefusals } from '../../records/refusals/index.ts';
import type { Scope } from '../../scope.ts';
import { countSignInsAway } from '../../sign-in/sessions/index.ts';
import { findFailures, findReadingPauses, type ReadingPause, type Run } from '../directory-runs/index.ts';
import { shareProtected } from './share-protected.ts';

export type Overview = {
  /** Oldest first, today last; days of the company. */
  days: { day: string; signIns: number; failures: number }[];
  people: Record<Status, number>;
  administrators: number;
  /** Of the activated people those who have a second factor, from 0 to 1. */
  protectedShare?: number;
  /** What somebody changed, the newest first. */
  changes: AuditEvent[];
  /** What applications were refused within a day, of each the last; one without an application names none that there is. */
  refused: (CountedRefusal & { application?: Application })[];
  /** Addresses that sent more than they may within a day, the latest first. */
  heldBack: CountedRefusal[];
  /** Sign-ins within a day for which a verifier stood in, as the directory did not answer. */
  signInsAway: number;
  /** Which cannot be reached, import nothing until somebody answers, or could not be imported from when it was last tried. */
  directories: { directory: Directory; pause?: ReadingPause; failure?: Run }[];
  /** Those that enrolled within a week and were not revoked, the newest first: each gets passwords, and its token may be stolen. */
  newAgents: { directory: Directory; agent: Agent }[];
};

const shownDays = 30;
const newForDays = 7;
const shownChanges = 5;
const dayMs = 86_400_000;

async function troubledDirectories(scope: Scope): Promise<Overview['directories']> {
  const directories = await listDirectories(scope);
  const ids = directories.map(({ directoryId }) => directoryId);
  const [pauses, failures] = [await findReadingPauses(scope, directories), await findFailures(scope, ids)];
  return directories
    .map((directory) => ({ directory, pause: pauses.get(directory.directoryId), failure: failures.get(directory.directoryId) }))
    .filter(({ directory, pause, failure }) => pause || failure || directory.unavailableReason);
}

async function listNewAgents(scope: Scope, since: Date): Promise<Overview['newAgents']> {
  const directories = await listDirectories(scope);
  const agents = await listAgentsOf(
    scope,
    directories.map(({ directoryId }) => directoryId),
  );
  return directories
    .flatMap((directory) => (agents.get(directory.directoryId) ?? []).map((agent) => ({ directory, agent })))
    .filter(({ agent }) => agent.enrolledAt > since)
    .sort((a, b) => b.agent.enrolledAt.getTime() - a.agent.enrolledAt.getTime());
}

export async function overviewOf(scope: Scope, timeZone: string): Promise<Overview> {
  const now = scope.clock.now().getTime();
  // days of the calendar: one of 23 or 25 hours is neither left out nor shown twice
  const today = Date.parse(dayIn(timeZone, new Date(now)));
  const days = Array.from({ length: shownDays }, (_, i) => new Date(today - (shownDays - 1 - i) * dayMs).toISOString().slice(0, 10));
  const counts = await listDailyCounts(scope, ['sign-in.succeeded', 'sign-in.failed'], days[0]!);
  const of = (day: string, type: string) => counts.filter((one) => one.day === day && one.type === type).reduce((sum, { n }) => sum + n, 0);
  const number = async (filter: { role?: string; status?: Status }) => (await countUsers(scope, filter)).n;
  const refusals = await listRefusals(scope, new Date(now - dayMs));
  const applications = await listApplicationsByIds(scope, [...new Set(refusals.flatMap(({ applicationId }) => applicationId ?? []))]);
  const activated = await number({ status: 'activated' });
  return {
    days: days.map((day) => ({ day, signIns: of(day, 'sign-in.succeeded'), failures: of(day, 'sign-in.failed') })),
    people: {
      activated,
      invited: await number({ status: 'invited' }),
      blocked: await number({ status: 'blocked' }),
      deactivated: await number({ status: 'deactivated' }),
    },
    administrators: await number({ role: 'administrator' }),
    protectedShare: await shareProtected(scope, activated),
    changes: (await listEvents(scope, { kind: 'changes' }, shownChanges)).items,
    refused: refusals
      .map((one) => ({ ...one, application: applications.find(({ applicationId }) => applicationId === one.applicationId) }))
      .filter(({ applicationId, application }) => !applicationId || application),
    heldBack: await listHeldBack(scope, new Date(now - dayMs)),
    signInsAway: await countSignInsAway(scope, new Date(now - dayMs)),
    directories: await troubledDirectories(scope),
    newAgents: await listNewAgents(scope, new Date(now - newForDays * dayMs)),
  };
}

import { countUsers, listIdsByStatus } from '../../people/users/index.ts';
import { endOperation, noteProgress, type Operation, type OperationKind } from '../../records/operations/index.ts';
import { inTransaction, type Page, type Scope, type UserId } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import type { PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import type { Change } from './change.ts';
import { compare, type Finding } from './compare.ts';
import { gatherPeople, type Wanted } from './gather-people.ts';
import type { Setting } from './judge.ts';
import { insertFindings, insertNumbers, type Numbers } from './store.ts';
import { changeWorld, loadWorld } from './world.ts';

/** What was tried, and from where: the page that made it leads back. `choice`: what was ticked and typed for a promotion. */
export type Tried = {
  kind: 'policy' | 'group' | 'application' | 'promotion';
  id?: string;
  name?: string;
  version?: number;
  choice?: object;
};

export type SimulationInput = { change: Change; tried: Tried; usableFactors: FactorKind[] };

/** So many people at a time are in memory. */
const step = 1000;
export const simulatedDays = 30;

/** Only who may sign in today can be kept out by a change. */
const whom = { status: 'activated' } as const;

/**
 * Everybody who came in the last 30 days, as they came and as they stand today, before the change and after it. It reads, and writes nothing but what it found.
 * A run that begins again after a process fell has findings of its own.
 */
export async function runSimulation(scope: Scope, operation: Operation): Promise<void> {
  const { operationId } = operation;
  const { change, usableFactors } = operation.input as SimulationInput;
  const now = scope.clock.now();
  const before = await loadWorld(scope);
  const worlds = { before, after: changeWorld(before, change) };
  const setting: Setting = { now, usableFactors };
  const numbers: Numbers = { people: 0, refused: 0, asked: 0, reasons: { refused: {}, asked: {} } };
  const from = new Date(now.getTime() - simulatedDays * 86_400_000);
  const hours = hasHours(worlds.before.rules) || hasHours(worlds.after.rules);
  await noteProgress(scope, operationId, { done: 0, total: (await countUsers(scope, whom)).n });
  let [done, position] = [0, 1];
  let cursor: string | undefined;
  do {
    const page: Page<UserId> = await listIdsByStatus(scope, whom.status, cursor, step);
    const found = await findWorse(page.items);
    for (const { findings } of found) count(numbers, findings);
    const rows = found.flatMap(({ userId, findings }) => findings.map((finding) => ({ ...finding, userId })));
    const first = position;
    await inTransaction(scope, (inside) => insertFindings(inside, operation, first, rows));
    position += rows.length;
    done += page.items.length;
    await noteProgress(scope, operationId, { done });
    cursor = page.cursor;
  } while (cursor);
  await inTransaction(scope, async (inside) => {
    await insertNumbers(inside, operation, numbers);
    await noteProgress(inside, operationId, { total: done });
    await endOperation(inside, operation);
  });

  /** Of those of these people who came. Where only the ways to applications change, the sign-ins of those alone are read whom it concerns. */
  async function findWorse(userIds: UserId[]): Promise<{ userId: UserId; findings: Finding[] }[]> {
    const find = async (of: UserId[], wanted: Wanted) =>
      (await gatherPeople(scope, of, wanted)).map(({ person, arrivals }) => ({
        userId: person.standing.user.userId,
        findings: compare(worlds, person, arrivals, setting),
      }));
    if (changesSignIns(change)) return find(userIds, { from, hours, signIns: true });
    const first = await find(userIds, { from, hours, signIns: false });
    const concerned = first.filter(({ findings }) => findings.length > 0).map(({ userId }) => userId);
    const exact = new Map((await find(concerned, { from, hours, signIns: true })).map((one) => [one.userId, one.findings]));
    return first.map(({ userId }) => ({ userId, findings: exact.get(userId) ?? [] }));
  }
}

/** The rules, or who is in the groups that rules are for: otherwise a sign-in is the same before and after. */
const changesSignIns = ({ rules, termsEdition, directoryRules, groups = [] }: Change): boolean =>
  [rules, termsEdition, directoryRules].some((one) => one !== undefined) || groups.length > 0;

const hasHours = ({ base, overrides }: PolicyRules): boolean => [base, ...overrides].some(({ hours }) => hours !== undefined);

/** A person counts once, with the worst. */
function count(numbers: Numbers, findings: Finding[]): void {
  numbers.people++;
  const effect = findings.some((one) => one.effect === 'refused') ? 'refused' : findings.length > 0 ? 'asked' : undefined;
  if (!effect) return;
  numbers[effect]++;
  const codes = new Set(findings.filter((one) => one.effect === effect).flatMap(({ reasons }) => reasons.map(({ code }) => code)));
  for (const code of codes) numbers.reasons[effect][code] = (numbers.reasons[effect][code] ?? 0) + 1;
}

export const simulation: OperationKind = { kind: 'simulate', run: runSimulation };

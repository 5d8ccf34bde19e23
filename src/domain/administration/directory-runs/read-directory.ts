import { newId } from '../../../platform/crypto/index.ts';
import type { ReadAnswer } from '../../../smartsync-protocol/index.ts';
import { attributesOf, type Directory, filtersOf, getDirectory } from '../../people/directories/index.ts';
import type { Ask, Unanswered } from '../../people/directory-requests/index.ts';
import { type DirectoryRequestId, inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { failRun } from './finish-run.ts';
import type { Run } from './run.ts';
import { forgetStaged, lockRun, runs, updateRun } from './store.ts';

/** What the application hands to runs. */
export type DirectoryTools = { askDirectory: Ask };

/** Besides what the mapping names: what entries are called, and by what members are found. */
const nameAttributes = ['cn', 'displayName', 'uid', 'sAMAccountName', 'userPrincipalName', 'mail'];
const groupAttributes = ['cn', 'ou', 'description', 'displayName', 'sAMAccountName', 'mail'];

const minute = 60_000;
/** Reading all of a large directory takes minutes. An agent that cannot go on from a cursor reads all of it, too. */
const patienceMs = { whole: 60 * minute, changes: 15 * minute };

/** So long after the first, second, third try. */
const pausesSeconds = [5, 15, 40];
/** So many whole readings at once, of all companies: each holds one of the queue's workers. */
const mostWhole = 2;

type Next = Date | 'superseded' | undefined;

/** What passes by itself. Anything else an administrator has to mend. */
const passing = new Set(['no-agent', 'late', 'directory-away', 'unavailable', 'failed', 'incomplete']);

function requestFor({ kind, settings }: Directory, cursor: string | undefined) {
  const { customFields, ...names } = attributesOf(kind, settings);
  const userAttributes = [...new Set([...Object.values(names), ...Object.values(customFields), ...nameAttributes])];
  return { kind: 'read' as const, body: { cursor, ...filtersOf(kind, settings), userAttributes, groupAttributes } };
}

/**
 * Asks an agent to read, whose batches are staged (stageEntries), from the beginning each time: a process that fell has left nothing to go on from.
 * @returns when to come again, where it is not this run's turn or it is to be tried again; `superseded` when another process began it again
 */
export async function readDirectory(scope: Scope, run: Run, { askDirectory }: DirectoryTools): Promise<Next> {
  const directory = await getDirectory(scope, run.directoryId);
  const requestId = newId(scope.clock.now().getTime()) as DirectoryRequestId;
  const isTurn = await inTransaction(scope, (inside) => beginTry(inside, run, requestId));
  if (isTurn !== true) return isTurn;
  const cursor = run.isWhole ? undefined : directory.readCursor;
  const timeoutMs = run.isWhole ? patienceMs.whole : patienceMs.changes;
  const answer = await askDirectory(scope, run.directoryId, requestFor(directory, cursor), { timeoutMs, requestId });
  return inTransaction(scope, (inside) => takeAnswer(inside, run, requestId, answer));
}

/** @returns true when it begins */
async function beginTry(scope: Transaction, { runId }: Run, requestId: DirectoryRequestId): Promise<true | Date | undefined> {
  const run = await lockRun(scope, runId);
  if (!run || (run.state !== 'waiting' && run.state !== 'reading')) return undefined;
  if (run.isWhole && run.state === 'waiting' && (await countWhole(scope)) >= mostWhole) return secondsFromNow(scope, 5);
  await forgetStaged(scope, runId);
  await updateRun(scope, runId, { state: 'reading', directoryRequestId: requestId, done: 0 });
  return true;
}

const secondsFromNow = ({ clock }: Scope, seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000);

async function countWhole({ db }: Scope): Promise<number> {
  const [row] = await db('directory_runs').where({ finished_at: null, state: 'reading', is_whole: true }).count({ n: '*' });
  return Number(row?.n);
}

async function takeAnswer(
  scope: Transaction,
  { runId }: Run,
  requestId: DirectoryRequestId,
  answer: ReadAnswer | Unanswered,
): Promise<Next> {
  const run = await lockRun(scope, runId);
  const [row] = await runs(scope).where('run_id', runId).select('directory_request_id', 'tries');
  // another try has begun since: what it reads counts
  if (run?.state !== 'reading' || row?.directory_request_id !== requestId) return 'superseded';
  if (answer.outcome === 'accepted' && run.done >= answer.people + answer.groups) {
    await updateRun(scope, runId, {
      state: 'planning',
      isWhole: answer.isWhole,
      way: answer.way,
      cursorAfter: answer.cursor,
      readAt: scope.clock.now(),
      fault: null,
      faultDetail: null,
    });
    return undefined;
  }
  const fault = answer.outcome === 'accepted' ? 'incomplete' : answer.reason;
  const detail = answer.outcome === 'refused' ? answer.detail : undefined;
  if (fault === 'cursor-unknown' && !run.isWhole) {
    await updateRun(scope, runId, { state: 'waiting', isWhole: true });
    return scope.clock.now();
  }
  const pause = passing.has(fault) ? pausesSeconds[row.tries] : undefined;
  if (pause === undefined) {
    await failRun(scope, run, fault, detail);
    return undefined;
  }
  await forgetStaged(scope, runId);
  await updateRun(scope, runId, { state: 'waiting', tries: row.tries + 1, fault, faultDetail: detail ?? null });
  return secondsFromNow(scope, pause);
}

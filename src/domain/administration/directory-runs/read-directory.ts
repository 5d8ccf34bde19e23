import { newId } from '../../../platform/crypto/index.ts';
import type { ReadAnswer } from '../../../smartsync-protocol/index.ts';
import { attributesOf, type Directory, filtersOf, getDirectory } from '../../people/directories/index.ts';
import type { Ask, Unanswered } from '../../people/directory-requests/index.ts';
import { type DirectoryRequestId, inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { failRun } from './finish-run.ts';
import { ReadingTurns } from './reading-turns.ts';
import type { Run } from './run.ts';
import { forgetStaged, lockRun, runs, updateRun } from './store.ts';

/** What the application hands to runs. */
export type DirectoryTools = {
  askDirectory: Ask;
  /** A reading of which no batch came for so long is ended. @default 60000 */
  silenceMs?: number;
  /** @default those of this process */
  turns?: ReadingTurns;
};

/** Besides what the mapping names: what entries are called, and by what members are found. */
const nameAttributes = ['cn', 'displayName', 'uid', 'sAMAccountName', 'userPrincipalName', 'mail'];
const groupAttributes = ['cn', 'ou', 'description', 'displayName', 'sAMAccountName', 'mail'];

const minute = 60_000;
/** Reading all of a large directory takes minutes. An agent that cannot go on from a cursor reads all of it, too. */
const patienceMs = { whole: 60 * minute, changes: 15 * minute };

/** So long after the first, second, third try. */
const pausesSeconds = [5, 15, 40];
const turnsHere = new ReadingTurns();

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
export async function readDirectory(scope: Scope, run: Run, tools: DirectoryTools): Promise<Next> {
  const { turns = turnsHere } = tools;
  const directory = await getDirectory(scope, run.directoryId);
  const cursor = run.isWhole ? undefined : directory.readCursor;
  const turn = { contextId: scope.contextId, directoryId: run.directoryId, isWhole: cursor === undefined };
  if (!turns.take(turn)) return secondsFromNow(scope, 2);
  let isAnswered = true;
  try {
    const requestId = newId(scope.clock.now().getTime()) as DirectoryRequestId;
    if (!(await inTransaction(scope, (inside) => beginTry(inside, run, requestId)))) return undefined;
    const answer = await askFor(scope, { ...run, requestId }, requestFor(directory, cursor), tools);
    isAnswered = answer.outcome !== 'unavailable' || answer.reason !== 'late';
    return await inTransaction(scope, (inside) => takeAnswer(inside, run, requestId, answer));
  } finally {
    turns.give(turn, isAnswered);
  }
}

/** Waits for the answer as long as batches come. They may come to another process: the store tells. */
async function askFor(
  scope: Scope,
  { runId, directoryId, isWhole, requestId }: Run & { requestId: DirectoryRequestId },
  request: ReturnType<typeof requestFor>,
  { askDirectory, silenceMs = minute }: DirectoryTools,
): Promise<ReadAnswer | Unanswered> {
  const silence = new AbortController();
  let heard = { batches: 0, at: performance.now() };
  const look = async () => {
    const [row] = await runs(scope).where('run_id', runId).select('batches');
    if (row && row.batches !== heard.batches) heard = { batches: row.batches, at: performance.now() };
    else if (performance.now() - heard.at > silenceMs) silence.abort();
  };
  const timer = setInterval(() => void look().catch(() => {}), silenceMs / 12).unref();
  const timeoutMs = isWhole ? patienceMs.whole : patienceMs.changes;
  try {
    const signal = scope.stop ? AbortSignal.any([silence.signal, scope.stop]) : silence.signal;
    const answer = await askDirectory(scope, directoryId, request, { timeoutMs, requestId, signal });
    // what was read until then is no answer: it is read again from the beginning
    scope.stop?.throwIfAborted();
    return answer;
  } finally {
    clearInterval(timer);
  }
}

/** @returns whether it begins */
async function beginTry(scope: Transaction, { runId }: Run, requestId: DirectoryRequestId): Promise<boolean> {
  const run = await lockRun(scope, runId);
  if (!run || (run.state !== 'waiting' && run.state !== 'reading')) return false;
  await forgetStaged(scope, runId);
  await updateRun(scope, runId, { state: 'reading', directoryRequestId: requestId, done: 0, batches: 0 });
  return true;
}

const secondsFromNow = ({ clock }: Scope, seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000);

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

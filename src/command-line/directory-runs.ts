import { setTimeout as sleep } from 'node:timers/promises';
import {
  approveRun,
  declineRun,
  getRun,
  hasImported,
  isUndoable,
  listRuns,
  type Run,
  startRun,
  undoRun,
} from '../domain/administration/directory-runs/index.ts';
import type { Directory } from '../domain/people/directories/index.ts';
import type { RunId, Scope } from '../domain/scope.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Invocation, type Output } from './command.ts';
import { withDirectory } from './within-directory.ts';

export const describeRun = ({ runId, purpose, state, isWhole, counts, stopReason, fault, faultDetail, startedAt, finishedAt }: Run) => ({
  run: runId,
  purpose,
  state,
  isWhole,
  counts,
  stopReason: stopReason ?? null,
  fault: fault ?? null,
  faultDetail: faultDetail ?? null,
  startedAt,
  finishedAt: finishedAt ?? null,
});

/** The work is a server's. @returns when it is over, or waits for an answer */
async function follow(scope: Scope, runId: RunId, note: Invocation['note']): Promise<Output> {
  const ends = ['done', 'failed', 'declined', 'stopped'];
  for (let looked = 0; ; looked++) {
    const run = await getRun(scope, runId);
    if (ends.includes(run.state)) {
      const { people, groups, members, unusable } = run.counts;
      const numbers = ({ added, changed, leaving, returning }: typeof people) => `+${added} ~${changed} -${leaving} back ${returning}`;
      const why =
        run.state === 'stopped' ? ` (${run.stopReason}): look at it in the console, then "directory approve" or "directory decline"` : '';
      const fault = run.fault ? ` (${[run.fault, run.faultDetail].filter(Boolean).join(': ')})` : '';
      return {
        text: `${run.state}${why}${fault}\npeople ${numbers(people)}\ngroups ${numbers(groups)}\nmembers +${members.added} -${members.removed}\nunusable ${unusable}`,
        data: describeRun(run),
        exitCode: run.state === 'done' ? exitCodes.ok : run.state === 'failed' ? exitCodes.failed : exitCodes.problems,
      };
    }
    if (looked === 60) note('It waits for a server with a connected SmartSync.');
    await sleep(250);
  }
}

/** A server does the work: it goes on when nobody follows it any longer. */
const runWrites = { inSteps: true, look: 'The run may go on: "portaria directory list CONTEXT" shows the last one.' } as const;

const runExits = { failed: 'the run failed', problems: 'it stopped to ask, or was declined' };

const run: Command = {
  words: 'directory run',
  writes: runWrites,
  exits: runExits,
  summary: 'Reads a directory now and does what has changed; a server has to be running',
  usage: 'directory run CONTEXT NAME [--whole]',
  examples: ['directory run acme Headquarters --whole'],
  options: { whole: { type: 'boolean' } },
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory: { directoryId } }) =>
      follow(scope, await startRun(scope, directoryId, { purpose: 'sync', isWhole: invocation.options.whole === true }), invocation.note),
    ),
};

const preview: Command = {
  words: 'directory preview',
  writes: runWrites,
  exits: runExits,
  summary: 'Reads a directory and says what a run would do; nothing is done',
  usage: 'directory preview CONTEXT NAME',
  examples: ['directory preview acme Headquarters --json'],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory: { directoryId } }) =>
      follow(scope, await startRun(scope, directoryId, { purpose: 'preview', isWhole: true }), invocation.note),
    ),
};

const noSuchRun = ({ name }: Directory) => new AppError('no_such_run', 422, { params: { name } });

/** The latest run of this kind. @throws AppError no_such_run */
async function latest(scope: Scope, directory: Directory, isIt: (run: Run) => boolean): Promise<Run> {
  for (let cursor: string | undefined; ; ) {
    const page = await listRuns(scope, directory.directoryId, { cursor });
    const found = page.items.find(isIt);
    if (found) return found;
    if (!page.cursor) throw noSuchRun(directory);
    cursor = page.cursor;
  }
}

const answer = (word: 'approve' | 'decline', summary: string, work: typeof approveRun): Command => ({
  words: `directory ${word}`,
  writes: runWrites,
  ...(word === 'approve' ? { exits: runExits } : {}),
  summary,
  usage: `directory ${word} CONTEXT NAME`,
  examples: [`directory ${word} acme Headquarters`],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory }) => {
      const { runId } = await latest(scope, directory, ({ state }) => state === 'stopped');
      await work(scope, runId);
      return word === 'approve'
        ? follow(scope, runId, invocation.note)
        : { text: 'declined', data: describeRun(await getRun(scope, runId)) };
    }),
});

const undo: Command = {
  words: 'directory undo',
  writes: runWrites,
  exits: runExits,
  summary: 'Brings back what the last run changed, except what has changed since',
  usage: 'directory undo CONTEXT NAME',
  examples: ['directory undo acme Headquarters'],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory }) => {
      const run = await latest(scope, directory, hasImported);
      // the one before it is another matter: the console shows what it did
      if (!isUndoable(run)) throw noSuchRun(directory);
      return follow(scope, await undoRun(scope, run.runId), invocation.note);
    }),
};

export const runCommands: Command[] = [
  preview,
  run,
  answer('approve', 'Lets a run go on that stopped to ask', approveRun),
  answer('decline', 'Ends a run that stopped to ask; nothing of it is done', declineRun),
  undo,
];

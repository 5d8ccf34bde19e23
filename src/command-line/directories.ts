import { setTimeout as sleep } from 'node:timers/promises';
import {
  acceptEntries,
  type ChosenEntries,
  type EntryChanges,
  putBackEntries,
  rejectEntries,
} from '../domain/administration/directory-acceptance/index.ts';
import { approveRun, declineRun, getRun, listRuns, type Run, startRun, undoRun } from '../domain/administration/directory-runs/index.ts';
import { findContextByCode } from '../domain/company/contexts/index.ts';
import {
  addDirectory,
  type Directory,
  findDirectoryByName,
  listAgents,
  listDirectories,
  makeToken,
  stateOf,
} from '../domain/people/directories/index.ts';
import { countEntries, type EntryState, listEntries } from '../domain/people/directory-entries/index.ts';
import type { RunId, Scope } from '../domain/scope.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Invocation, type Output, UsageError, withStore } from './command.ts';

type Inside = { scope: Scope; code: string; name: string };
type Found = Inside & { directory: Directory };

/** Opens the store for one company. @throws UsageError, AppError unknown_context */
const within = (
  { args: [code, name = '', ...rest], config, note }: Invocation,
  needsName: boolean,
  work: (inside: Inside) => Promise<Output>,
) => {
  if (!code || (needsName && !name) || rest.length > 0)
    throw new UsageError(`Give a context${needsName ? ' and the name of a directory' : ''}.`);
  return withStore({ config, note }, async ({ scope }) => {
    const context = await findContextByCode(scope.db, code);
    if (!context) throw new AppError('unknown_context', 422, { params: { code } });
    return work({ scope: { ...scope, contextId: context.contextId }, code, name });
  });
};

/** @throws AppError unknown_directory */
const withDirectory = (invocation: Invocation, work: (found: Found) => Promise<Output>) =>
  within(invocation, true, async (inside) => {
    const directory = await findDirectoryByName(inside.scope, inside.name);
    if (!directory) throw new AppError('unknown_directory', 422, { params: { name: inside.name } });
    return work({ ...inside, directory });
  });

const add: Command = {
  words: 'directory add',
  summary: 'Links a directory to a company, by a name, and prints the token for SmartSync',
  usage: 'directory add CONTEXT NAME',
  examples: ['directory add acme Headquarters', 'directory add acme Headquarters --json'],
  run: (invocation) =>
    within(invocation, true, async ({ scope, name }) => {
      const { directory, token } = await addDirectory(scope, { name });
      return { text: `Token for SmartSync, shown only now: ${token}`, data: { directory: directory.name, token } };
    }),
};

const token: Command = {
  words: 'directory token',
  summary: 'Replaces the token of a directory; SmartSync that is connected stays so',
  usage: 'directory token CONTEXT NAME',
  examples: ['directory token acme Headquarters'],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory }) => {
      const made = await makeToken(scope, directory.directoryId);
      return { text: `Token for SmartSync, shown only now: ${made}`, data: { directory: directory.name, token: made } };
    }),
};

const list: Command = {
  words: 'directory list',
  summary: 'Lists the directories of a company; of one, who waits there',
  usage: 'directory list CONTEXT [NAME] [--state pending|accepted|rejected]',
  examples: ['directory list acme', 'directory list acme Headquarters --state rejected --json'],
  options: { state: { type: 'string' } },
  run: (invocation) => (invocation.args.length === 1 ? listAll(invocation) : listOne(invocation)),
};

const listAll = (invocation: Invocation) =>
  within(invocation, false, async ({ scope }) => {
    const data = [];
    for (const directory of await listDirectories(scope)) {
      const agents = await listAgents(scope, directory.directoryId);
      const [run] = (await listRuns(scope, directory.directoryId)).items;
      data.push({
        directory: directory.name,
        kind: directory.kind ?? null,
        state: stateOf(directory),
        unavailableSince: directory.unavailableSince ?? null,
        unavailableReason: directory.unavailableReason ?? null,
        agents: agents.map(({ name, software, lastSeenAt }) => ({ name, software, lastSeenAt: lastSeenAt ?? null })),
        entries: await countEntries(scope, directory.directoryId),
        lastRun: run ? describeRun(run) : null,
      });
    }
    const lines = data.map(({ directory, kind, state, agents }) => `${directory}  ${kind ?? '-'}  ${state}  SmartSync: ${agents.length}`);
    return { text: lines.join('\n') || 'no directories', data };
  });

const states: EntryState[] = ['pending', 'accepted', 'rejected'];

const listOne = (invocation: Invocation) =>
  withDirectory(invocation, async ({ scope, directory: { directoryId } }) => {
    const state = (invocation.options.state ?? 'pending') as EntryState;
    if (!states.includes(state)) throw new UsageError(`--state is one of ${states.join(', ')}.`);
    const data = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listEntries(scope, { directoryId, state, cursor }, 1000);
      for (const { kind, name, login, dn, reason } of page.items)
        data.push({ kind, name, login: login ?? null, dn, reason: reason ?? null });
      cursor = page.cursor;
      if (!cursor) break;
    }
    const lines = data.map(({ kind, name, login, reason }) => `${kind}  ${login ?? '-'}  ${name}${reason ? `  (${reason})` : ''}`);
    return { text: lines.join('\n') || 'nobody', data };
  });

const describeRun = ({ runId, purpose, state, isWhole, counts, stopReason, fault, faultDetail, startedAt, finishedAt }: Run) => ({
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

const run: Command = {
  words: 'directory run',
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
  summary: 'Reads a directory and says what a run would do; nothing is done',
  usage: 'directory preview CONTEXT NAME',
  examples: ['directory preview acme Headquarters --json'],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory: { directoryId } }) =>
      follow(scope, await startRun(scope, directoryId, { purpose: 'preview', isWhole: true }), invocation.note),
    ),
};

/** The latest run in this state. @throws AppError no_such_run */
async function latest(scope: Scope, { directoryId, name }: Directory, isIt: (run: Run) => boolean): Promise<RunId> {
  for (let cursor: string | undefined; ; ) {
    const page = await listRuns(scope, directoryId, { cursor });
    const found = page.items.find(isIt);
    if (found) return found.runId;
    if (!page.cursor) throw new AppError('no_such_run', 422, { params: { name } });
    cursor = page.cursor;
  }
}

const answer = (word: 'approve' | 'decline', summary: string, work: typeof approveRun): Command => ({
  words: `directory ${word}`,
  summary,
  usage: `directory ${word} CONTEXT NAME`,
  examples: [`directory ${word} acme Headquarters`],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory }) => {
      const runId = await latest(scope, directory, ({ state }) => state === 'stopped');
      await work(scope, runId);
      return word === 'approve'
        ? follow(scope, runId, invocation.note)
        : { text: 'declined', data: describeRun(await getRun(scope, runId)) };
    }),
});

const undo: Command = {
  words: 'directory undo',
  summary: 'Brings back what the last run changed, except what has changed since',
  usage: 'directory undo CONTEXT NAME',
  examples: ['directory undo acme Headquarters'],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory }) => {
      const runId = await latest(
        scope,
        directory,
        ({ purpose, state, undoneByRunId }) => purpose === 'sync' && state === 'done' && !undoneByRunId,
      );
      return follow(scope, await undoRun(scope, runId), invocation.note);
    }),
};

const change = (
  words: 'accept' | 'reject' | 'put-back',
  summary: string,
  from: EntryState,
  work: (scope: Scope, directoryId: string, chosen: ChosenEntries) => Promise<EntryChanges>,
): Command => ({
  words: `directory ${words}`,
  summary,
  usage: `directory ${words} CONTEXT NAME (--all | --person LOGIN)`,
  examples: [`directory ${words} acme Headquarters --all`, `directory ${words} acme Headquarters --person ana@acme.example`],
  options: { all: { type: 'boolean' }, person: { type: 'string' } },
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory: { directoryId } }) => {
      const { all, person } = invocation.options;
      if ((all === true) === (typeof person === 'string')) throw new UsageError('Give --all, or --person with an e-mail or user name.');
      const chosen: ChosenEntries =
        all === true ? { all: true } : { entryIds: [await findWaiting(scope, directoryId, from, String(person))] };
      const { done, refused } = await work(scope, directoryId, chosen);
      const rest = refused.map(({ reason, n }) => `\n${n} stay: ${reason}`).join('');
      return {
        text: `${done} done${rest}`,
        data: { done, refused },
        exitCode: done === 0 && refused.length > 0 ? exitCodes.problems : exitCodes.ok,
      };
    }),
});

/** @throws AppError unknown_person */
async function findWaiting(scope: Scope, directoryId: string, state: EntryState, login: string): Promise<string> {
  const same = (text?: string) => text?.toLowerCase() === login.toLowerCase();
  for (let cursor: string | undefined; ; ) {
    const page = await listEntries(scope, { directoryId, state, kind: 'person', search: login, cursor });
    const found = page.items.find((entry) => same(entry.login) || same(entry.dn) || same(entry.name));
    if (found) return found.entryId;
    if (!page.cursor) throw new AppError('unknown_person', 422, { params: { login } });
    cursor = page.cursor;
  }
}

export const directoryCommands: Command[] = [
  add,
  list,
  token,
  preview,
  run,
  answer('approve', 'Lets a run go on that stopped to ask', approveRun),
  answer('decline', 'Ends a run that stopped to ask; nothing of it is done', declineRun),
  change('accept', 'Accepts people and groups who wait', 'pending', acceptEntries),
  change('reject', 'Rejects people and groups who wait', 'pending', rejectEntries),
  change('put-back', 'Lets rejected people and groups wait again', 'rejected', putBackEntries),
  undo,
];

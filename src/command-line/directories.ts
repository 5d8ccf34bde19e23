import {
  acceptEntries,
  type ChosenEntries,
  type EntryChanges,
  putBackEntries,
  rejectEntries,
} from '../domain/administration/directory-acceptance/index.ts';
import { findFailure, listRuns } from '../domain/administration/directory-runs/index.ts';
import {
  addDirectory,
  type Directory,
  getDirectory,
  isConnected,
  listAgents,
  listDirectories,
  makeToken,
  stateOf,
} from '../domain/people/directories/index.ts';
import { countEntries, type EntryState, listEntries } from '../domain/people/directory-entries/index.ts';
import type { Scope } from '../domain/scope.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Invocation, UsageError } from './command.ts';
import { describeRun, runCommands } from './directory-runs.ts';
import { withDirectory, within } from './within-directory.ts';

const describeToken = ({ name, tokenUntil }: Directory, token: string) => ({
  text: `Token for SmartSync, shown only now: ${token}\nIt connects SmartSync until ${tokenUntil!.toISOString()}.`,
  data: { directory: name, token, expires: tokenUntil! },
});

const add: Command = {
  words: 'directory add',
  writes: { look: '"portaria directory list CONTEXT" shows it; "portaria directory token" makes another token.' },
  summary: 'Links a directory to a company, by a name, and prints the token for SmartSync',
  usage: 'directory add CONTEXT NAME',
  examples: ['directory add acme Headquarters', 'directory add acme Headquarters --json'],
  run: (invocation) =>
    within(invocation, true, async ({ scope, name }) => {
      const { directory, token } = await addDirectory(scope, { name });
      return describeToken(directory, token);
    }),
};

const token: Command = {
  words: 'directory token',
  writes: { look: 'Make another token before you use one.' },
  summary: 'Replaces the token of a directory; SmartSync that is connected stays so',
  usage: 'directory token CONTEXT NAME',
  examples: ['directory token acme Headquarters'],
  run: (invocation) =>
    withDirectory(invocation, async ({ scope, directory }) => {
      const made = await makeToken(scope, directory.directoryId);
      return describeToken(await getDirectory(scope, directory.directoryId), made);
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
      const failure = await findFailure(scope, directory.directoryId);
      const [run] = (await listRuns(scope, directory.directoryId)).items;
      data.push({
        directory: directory.name,
        kind: directory.kind ?? null,
        state: stateOf(directory),
        unavailableSince: directory.unavailableSince ?? null,
        unavailableReason: directory.unavailableReason ?? null,
        tokenExpires: (directory.hasToken && directory.tokenUntil) || null,
        agents: agents.map((agent) => ({
          name: agent.name,
          software: agent.software,
          connected: isConnected(agent, scope.clock.now()),
          lastSeenAt: agent.lastSeenAt ?? null,
        })),
        entries: await countEntries(scope, directory.directoryId),
        failure: failure ? describeRun(failure) : null,
        lastRun: run ? describeRun(run) : null,
      });
    }
    const lines = data.map(({ directory, kind, state, agents, failure }) =>
      [
        directory,
        kind ?? '-',
        state,
        `SmartSync: ${connectedOf(agents)}`,
        ...(failure ? [`last import failed: ${failure.fault}`] : []),
      ].join('  '),
    );
    return { text: lines.join('\n') || 'no directories', data };
  });

const connectedOf = (agents: { connected: boolean }[]): string =>
  `${agents.filter(({ connected }) => connected).length} of ${agents.length} connected`;

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

const change = (
  words: 'accept' | 'reject' | 'put-back',
  summary: string,
  from: EntryState,
  work: (scope: Scope, directoryId: string, chosen: ChosenEntries) => Promise<EntryChanges>,
): Command => ({
  words: `directory ${words}`,
  writes: { inSteps: true, look: '"portaria directory list CONTEXT NAME" shows who still waits.' },
  exits: { problems: 'all of them stay as they are' },
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
  change('accept', 'Accepts people and groups who wait', 'pending', acceptEntries),
  change('reject', 'Rejects people and groups who wait', 'pending', rejectEntries),
  change('put-back', 'Lets rejected people and groups wait again', 'rejected', putBackEntries),
  ...runCommands,
];

import { createInterface } from 'node:readline/promises';
import { type ApplyOptions, type ApplyResult, applyState, findFaults } from '../domain/administration/desired-state/index.ts';
import { type Command, type Output, type Tools, UsageError, withStore } from './command.ts';
import { type ConfigurationFile, withConfigurationFile } from './configuration-file.ts';
import { describeChanges, describeLines, describePlan } from './describe-changes.ts';

export const applyCommand: Command = {
  words: 'apply',
  writes: { look: '"portaria apply FILE --plan" shows what still differs.' },
  summary: 'Brings companies, people, groups and applications to what a YAML or JSON file says; all of it or nothing',
  usage: 'apply FILE [--plan | --dry-run] [--prune] [--accept-lockout]      (FILE may be - for standard input)',
  examples: ['apply acme.yaml --plan', 'apply acme.yaml', 'apply acme.yaml --prune', 'apply - --json < acme.json'],
  options: {
    'dry-run': { type: 'boolean' },
    plan: { type: 'boolean' },
    prune: { type: 'boolean' },
    'accept-lockout': { type: 'boolean' },
    // as it was called before promote told the two apart
    'accept-warnings': { type: 'boolean' },
  },
  async run({ args: [file, ...rest], options, config, note }) {
    if (!file || rest.length > 0) throw new UsageError('Give one file.');
    const [plan, prune] = [options.plan === true, options.prune === true];
    if (plan && options['dry-run'] === true)
      throw new UsageError(
        'Give --plan or --dry-run, not both. Neither changes anything: --plan prints what would differ, --dry-run what would be done.',
      );
    const how = { acceptLockout: options['accept-lockout'] === true || options['accept-warnings'] === true, baseUrl: config.baseUrl };
    const dryRun = plan || options['dry-run'] === true;
    const work = ({ state, unresolved, asWritten }: ConfigurationFile) => {
      const bring = async ({ scope }: Tools): Promise<Output> => {
        const apply = (more: ApplyOptions) => applyState(scope, state, { unresolved, ...how, ...more });
        if (dryRun || !prune) {
          const result = await apply({ dryRun, plan, prune });
          return output(dryRun ? asWritten(result) : result, { dryRun, plan });
        }
        const seen = await showRemovals(apply, options.json !== true, note);
        if (!seen) return { text: 'Nothing was changed.', data: { dryRun, changes: [] } };
        return output(await apply({ prune: seen }), { dryRun, plan });
      };
      return withStore({ config, note }, bring, { mayMake: !dryRun });
    };
    // of a file that is not whole nobody can say what it no longer has
    const findMore = async ({ state, unresolved }: ConfigurationFile) => {
      let isOpen = false;
      const look = ({ scope }: Tools) => {
        isOpen = true;
        return findFaults(scope, state, { unresolved, ...how });
      };
      return withStore({ config, note }, look).catch((error) => {
        if (isOpen) throw error;
        // without a store nothing else can be checked; what is known is reported all the same
        return [];
      });
    };
    return withConfigurationFile(file, config.dataDir, work, findMore);
  },
};

/** At a terminal it asks; a script gets the list of removals. @returns what was shown, or undefined if somebody said no */
async function showRemovals(
  apply: (options: ApplyOptions) => ReturnType<typeof applyState>,
  mayAsk: boolean,
  note: (line: string) => void,
): Promise<string[] | undefined> {
  const tried = await apply({ dryRun: true, prune: true });
  const { changes, pruned = [] } = tried;
  if (pruned.length === 0) return [];
  const removed = changes.filter(({ action }) => action === 'removed');
  note(['Removes what the file no longer has:', ...describeLines(removed, tried)].join('\n'));
  if (!mayAsk || !process.stdin.isTTY || !process.stderr.isTTY) return pruned;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Go on? [y/N] ').finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim()) ? pruned : undefined;
}

function output({ changedSecrets: _, ...result }: ApplyResult, { dryRun, plan }: { dryRun: boolean; plan: boolean }): Output {
  return {
    text: plan ? describePlan(result) : describeChanges(result, dryRun),
    data: { dryRun, ...result, generatedPasswords: dryRun ? [] : result.generatedPasswords },
  };
}

import { stringify } from 'yaml';
import { configurationSchemaPath, describeConfiguration, fileOf } from '../domain/administration/configuration/index.ts';
import { findContextByCode } from '../domain/company/contexts/index.ts';
import { loadPolicy, trialAt } from '../domain/sign-in/sign-in-policy/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const exportCommand: Command = {
  words: 'export',
  summary: 'Prints the configuration of a company as a file for apply, without people, keys and secrets',
  usage: 'export CONTEXT [--json] > FILE',
  examples: ['export acme > acme.yaml', 'export acme --json > acme.json'],
  async run({ args: [code, ...rest], config, note }) {
    if (!code || rest.length > 0) throw new UsageError('Give one code.');
    return withStore({ config, note }, async ({ scope }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      const inside = { ...scope, contextId: context.contextId };
      const file = fileOf(await describeConfiguration(inside, { confirmed: true }));
      if (trialAt(await loadPolicy(inside), scope.clock.now())) note(onTrial);
      const schema = `${config.baseUrl}${configurationSchemaPath}`;
      return { text: `# yaml-language-server: $schema=${schema}\n${toYaml(file)}`, data: { $schema: schema, ...file }, isFile: true };
    });
  },
};

const onTrial =
  'A change to the sign-in policy is on trial in the console: the file has the rules before it, which come back if nobody confirms the change.';

/** One line is one line, however long: so that two exports differ where the company does. */
const toYaml = (file: object): string => stringify(file, { aliasDuplicateObjects: false, lineWidth: 0 }).replace(/\n$/, '');

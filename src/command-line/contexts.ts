import { createContextWithBasics } from '../domain/administration/desired-state/index.ts';
import { contextAddress, findContextByCode, listContexts } from '../domain/company/contexts/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const contextCreate: Command = {
  words: 'context create',
  summary: 'Creates a company (context) with its keys and its group Everyone',
  usage: 'context create CODE --name NAME [--environment production|approval] [--paired-with CODE] [--address URL] [--time-zone NAME]',
  examples: [
    'context create acme --name "Acme S.A."',
    'context create acme-approval --name "Acme (approval)" --environment approval --paired-with acme',
    'context create acme --name Acme --address https://login.acme.example',
  ],
  options: {
    name: { type: 'string' },
    environment: { type: 'string' },
    'paired-with': { type: 'string' },
    address: { type: 'string' },
    'time-zone': { type: 'string' },
  },
  async run({ args: [code, ...rest], options, config, note }) {
    if (!code || rest.length > 0) throw new UsageError('Give one code.');
    if (typeof options.name !== 'string') throw new UsageError('Give a name with --name.');
    const environment = options.environment ?? 'production';
    if (environment !== 'production' && environment !== 'approval') throw new UsageError('--environment is production or approval.');
    const name = options.name;
    const timeZone = typeof options['time-zone'] === 'string' ? options['time-zone'] : undefined;
    const address = typeof options.address === 'string' ? originOf(options.address) : undefined;
    return withStore({ config, note }, async ({ scope }) => {
      const partner = typeof options['paired-with'] === 'string' ? await findContextByCode(scope.db, options['paired-with']) : undefined;
      if (options['paired-with'] && !partner)
        throw new AppError('unknown_context', 422, { params: { code: String(options['paired-with']) } });
      if (partner && (environment !== 'approval' || partner.environment !== 'production')) throw new AppError('pairing', 422);
      const context = await createContextWithBasics(scope, {
        code,
        name,
        environment,
        pairedContextId: partner?.contextId,
        address,
        timeZone,
      });
      const url = contextAddress(context, config.baseUrl);
      return { text: `Created ${context.code} at ${url}`, data: { code: context.code, contextId: context.contextId, url } };
    });
  },
};

export const contextList: Command = {
  words: 'context list',
  summary: 'Lists the companies (contexts)',
  usage: 'context list',
  examples: ['context list', 'context list --json'],
  run: ({ config, note }) =>
    withStore({ config, note }, async ({ scope }) => {
      const contexts = (await listContexts(scope.db)).map((context) => ({
        code: context.code,
        name: context.name,
        environment: context.environment,
        url: contextAddress(context, config.baseUrl),
      }));
      return {
        text:
          contexts.map(({ code, name, environment, url }) => `${code.padEnd(20)} ${environment.padEnd(11)} ${url}  ${name}`).join('\n') ||
          'There are no contexts yet.',
        data: { contexts },
      };
    }),
};

function originOf(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol) || new URL(value).pathname !== '/')
    throw new UsageError('--address is an origin such as https://login.acme.example.');
  return new URL(value).origin;
}

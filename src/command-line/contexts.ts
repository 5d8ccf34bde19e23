import { createContextWithBasics } from '../domain/administration/desired-state/index.ts';
import { createApproval, createWithApproval } from '../domain/administration/environments/index.ts';
import { type Context, contextAddress, findContextByCode, listContexts, originPattern } from '../domain/company/contexts/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { isLocale, locales } from '../platform/i18n/index.ts';
import { type Command, type Options, type Output, type Tools, UsageError, withStore } from './command.ts';
import { describeBeginning } from './describe-beginning.ts';
import { wordsIn } from './own-words.ts';

export const contextCreate: Command = {
  words: 'context create',
  writes: { look: '"portaria context list" shows it.' },
  summary: 'Creates a company (context) with its keys and its group Everyone',
  usage:
    'context create CODE --name NAME [--with-approval [--approval-address URL] [--language en|es|pt-BR]] [--environment production|approval] [--paired-with CODE] [--address URL] [--time-zone NAME]',
  examples: [
    'context create acme --name "Acme S.A." --with-approval',
    'context create acme --name "Acme S.A."',
    'context create acme-approval --name "Acme (approval)" --environment approval --paired-with acme',
    'context create acme --name Acme --address https://login.acme.example',
  ],
  options: {
    name: { type: 'string' },
    environment: { type: 'string' },
    'paired-with': { type: 'string' },
    'with-approval': { type: 'boolean' },
    'approval-address': { type: 'string' },
    language: { type: 'string' },
    address: { type: 'string' },
    'time-zone': { type: 'string' },
  },
  async run({ args: [code, ...rest], options, config, note }) {
    if (!code || rest.length > 0) throw new UsageError('Give one code.');
    if (typeof options.name !== 'string') throw new UsageError('Give a name with --name.');
    const environment = options.environment ?? 'production';
    if (environment !== 'production' && environment !== 'approval') throw new UsageError('--environment is production or approval.');
    const withApproval = options['with-approval'] === true;
    if (withApproval && (options['paired-with'] !== undefined || environment === 'approval'))
      throw new UsageError('--with-approval makes both: give neither --paired-with nor --environment approval.');
    if (options['approval-address'] !== undefined && !withApproval) throw new UsageError('--approval-address goes with --with-approval.');
    const { language = 'en' } = options;
    if (!isLocale(language)) throw new UsageError(`--language is one of ${locales.join(', ')}.`);
    if (options.language !== undefined && !withApproval)
      throw new UsageError('--language goes with --with-approval: approval is named in it.');
    const given = {
      code,
      name: options.name,
      timeZone: textOf(options['time-zone']),
      address: originOf(options.address, '--address'),
    };
    const approvalAddress = originOf(options['approval-address'], '--approval-address');
    const described = (context: Context) => ({
      code: context.code,
      contextId: context.contextId,
      url: contextAddress(context, config.baseUrl),
    });
    const create = async ({ scope }: Tools): Promise<Output> => {
      if (withApproval) {
        const pair = await createWithApproval(scope, given, {
          address: approvalAddress,
          called: wordsIn(language)('environments.approval_of'),
        });
        const [production, approval] = [described(pair.production), described(pair.approval)];
        return {
          text: [
            `Created ${production.code} at ${production.url}`,
            `Created ${approval.code} at ${approval.url}`,
            ...describeBeginning(pair.production, pair, config.baseUrl),
          ].join('\n'),
          data: { ...production, approval },
        };
      }
      const partnerCode = textOf(options['paired-with']);
      const partner = partnerCode === undefined ? undefined : await findContextByCode(scope.db, partnerCode);
      if (partnerCode !== undefined && !partner) throw new AppError('unknown_context', 422, { params: { code: partnerCode } });
      const wanted = { ...given, pairedContextId: partner?.contextId };
      const made = environment === 'approval' ? createApproval(scope, wanted) : createContextWithBasics(scope, { ...wanted, environment });
      const created = await made;
      const context = described(created);
      const beginning = describeBeginning(
        partner ? undefined : created,
        partner && { production: partner, approval: created },
        config.baseUrl,
      );
      return { text: [`Created ${context.code} at ${context.url}`, ...beginning].join('\n'), data: context };
    };
    return withStore({ config, note }, create, { mayMake: true });
  },
};

export const contextList: Command = {
  words: 'context list',
  summary: 'Lists the companies (contexts)',
  usage: 'context list',
  examples: ['context list', 'context list --json'],
  run: ({ config, note }) =>
    withStore({ config, note }, async ({ scope }) => {
      const all = await listContexts(scope.db);
      const codes = new Map(all.map(({ contextId, code }) => [contextId, code]));
      const contexts = all.map((context) => ({
        code: context.code,
        name: context.name,
        environment: context.environment,
        url: contextAddress(context, config.baseUrl),
        pairedWith: context.pairedContextId && codes.get(context.pairedContextId),
      }));
      return {
        text:
          contexts.map(({ code, name, environment, url }) => `${code.padEnd(20)} ${environment.padEnd(11)} ${url}  ${name}`).join('\n') ||
          'There are no contexts yet.',
        data: { contexts },
      };
    }),
};

type Option = Options[string];

const textOf = (value: Option): string | undefined => (typeof value === 'string' ? value : undefined);

function originOf(value: Option, option: string): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (!originPattern.test(value) || !URL.canParse(value))
    throw new UsageError(`${option} is an origin such as https://login.acme.example, without a path, query, # or user name.`);
  return new URL(value).origin;
}

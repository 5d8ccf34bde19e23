import { isIP } from 'node:net';
import {
  type Choices,
  findAskedApplications,
  findAskedPeople,
  mostChoices,
  type Question,
  viewExplanation,
} from '../domain/administration/explanations/index.ts';
import { createAccessFinder } from '../domain/applications/access/index.ts';
import type { Application } from '../domain/applications/applications/index.ts';
import { type Context, contextAddress, findContextByCode } from '../domain/company/contexts/index.ts';
import { fullName, identifier, type User } from '../domain/people/users/index.ts';
import { instantAt, systemClock } from '../platform/clock/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, UsageError, withStore } from './command.ts';
import { describeExplanation } from './describe-explanation.ts';

export const explainCommand: Command = {
  words: 'explain',
  exits: { data: 'there is no such person or application; the answer says so' },
  summary: 'Says why a person gets into an application or the Launchpad, or does not, step by step',
  usage: 'explain CONTEXT PERSON [APPLICATION] [--from IP] [--known-browser] [--at TIME]',
  examples: [
    'explain acme ana@acme.example payroll',
    'explain acme ana@acme.example',
    'explain acme "ana so" pay',
    'explain acme jsilva payroll --from 203.0.113.7 --known-browser',
    'explain acme jsilva payroll --at 2027-01-31T22:00 --json',
  ],
  options: { from: { type: 'string' }, 'known-browser': { type: 'boolean' }, at: { type: 'string' } },
  async run({ args: [code, person, name, ...rest], options, config, note }) {
    if (!code || !person || rest.length > 0)
      throw new UsageError('Give a context, a person and, unless it is about the Launchpad, an application.');
    const ip = typeof options.from === 'string' ? options.from : '127.0.0.1';
    if (isIP(ip) === 0) throw new UsageError('--from is an IP address.');
    return withStore({ config, note }, async ({ scope, store }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      const inside = { ...scope, contextId: context.contextId };
      const user = onlyOf(await findAskedPeople(inside, person), person, nameOfPerson);
      const application = name ? onlyOf(await findAskedApplications(inside, name), name, nameOfApplication) : undefined;
      const question: Question = {
        person: user?.userId ?? person,
        application: name,
        applicationId: application?.applicationId,
        ip,
        isKnownBrowser: options['known-browser'] === true,
        at: readTime(options.at, context),
      };
      const { facts, explanation } = await viewExplanation(inside, toolsOf(context, config.baseUrl, store.database), question);
      const data = {
        ...explanation,
        at: new Date(facts.at).toISOString(),
        person: facts.person?.login,
        application: facts.application?.name,
      };
      // by another name than the one that was typed it is told who and what was taken
      const shown = {
        person: user && !isTyped(person, identifier(user), user.userId) ? nameOfPerson(user) : undefined,
        application:
          name && application && !isTyped(name, application.code, application.applicationId) ? nameOfApplication(application) : undefined,
      };
      return {
        text: describeExplanation(facts, explanation, { typed: { person, application: name }, shown }),
        data,
        exitCode: facts.person && (facts.application || !name) ? exitCodes.ok : exitCodes.data,
      };
    });
  },
};

function toolsOf(context: Context, baseUrl: string, database: Parameters<typeof createAccessFinder>[0]) {
  const url = contextAddress(context, baseUrl);
  return {
    findAccess: createAccessFinder(database),
    company: { name: context.name, environment: context.environment },
    origin: new URL(url).origin,
    entityId: context.samlEntityId ?? url,
  };
}

/** The only one that may be meant. @throws AppError ambiguous_name with those that may be, each by what can be typed for it */
function onlyOf<T>({ items, hasMore }: Choices<T>, name: string, nameOf: (one: T) => string): T | undefined {
  if (items.length <= 1) return items[0];
  throw new AppError('ambiguous_name', 422, {
    params: { name, candidates: items.map(nameOf).join(', '), most: mostChoices },
    publicMessage: hasMore ? 'errors.ambiguous_name_many' : undefined,
  });
}

const nameOfPerson = (user: User): string => `${identifier(user)} (${fullName(user)})`;
const nameOfApplication = ({ code, name }: Application): string => `${code} (${name})`;
const isTyped = (typed: string, ...names: string[]): boolean => names.some((one) => one.toLowerCase() === typed.toLowerCase());

/** A minute in the company's time zone, or an instant with its own. */
function readTime(text: unknown, { timeZone }: Context): Date {
  if (typeof text !== 'string') return systemClock.now();
  const at = instantAt(timeZone, text) ?? (/(Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : undefined);
  if (!at || Number.isNaN(at.getTime())) throw new UsageError('--at is a time such as 2027-01-31T22:00 or 2027-01-31T22:00Z.');
  return at;
}

import { Readable } from 'node:stream';
import {
  effects,
  type FindingFilter,
  findNumbers,
  getSimulation,
  listFindings,
  type Numbers,
  type Simulation,
  simulatedDays,
} from '../../../domain/administration/simulations/index.ts';
import { listPhotos } from '../../../domain/people/profiles/index.ts';
import { fullName, identifier } from '../../../domain/people/users/index.ts';
import { changePolicy } from '../../../domain/sign-in/authentication/index.ts';
import { byteOrderMark, csvLine } from '../../../platform/csv/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage, usableFactors } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { codeText, sayFindings } from './words.ts';

const readFilter = ({ query }: PageContext): FindingFilter => ({
  search: query('q').slice(0, 100),
  effect: effects.find((effect) => effect === query('effect')),
  applicationId: query('application').slice(0, 100),
});

const fieldsOf = ({ search, effect, applicationId }: FindingFilter): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ q: search, effect, application: applicationId }).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );

export async function showSimulation(page: PageContext): Promise<void> {
  const simulation = await getSimulation(page.scope, page.params.operation!);
  const numbers = await findNumbers(page.scope, simulation);
  const filter = readFilter(page);
  const { items, cursor } = numbers
    ? await listFindings(page.scope, simulation, { ...filter, cursor: page.query('after') })
    : { items: [], cursor: undefined };
  const findings = await sayFindings(page, items);
  renderPage(page, 'admin-console/simulations/show', {
    simulation,
    days: simulatedDays,
    numbers,
    counts: numbers && effects.map((effect) => ({ effect, n: numbers[effect], reasons: countReasons(page, numbers, effect) })),
    findings,
    photoOf: await listPhotos(
      page.scope,
      findings.map(({ user }) => user),
    ),
    cursor,
    filter,
    fields: fieldsOf(filter),
    query: new URLSearchParams(fieldsOf(filter)),
    back: backOf(simulation),
    isSecretPassword: asksMoreOfPasswords(simulation),
  });
}

/** The most frequent first. */
const countReasons = (page: PageContext, { reasons }: Numbers, effect: (typeof effects)[number]) =>
  Object.entries(reasons[effect])
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => ({ said: codeText(page, effect, code), n }));

function backOf({ operationId, input: { tried } }: Simulation): string {
  if (tried.kind === 'promotion') return `/admin/promotion?tried=${operationId}`;
  if (tried.kind === 'group') return `/admin/groups/${tried.id}`;
  if (tried.kind === 'application') return `/admin/applications/${tried.id}`;
  return tried.kind === 'policy' ? '/admin/policy' : '/admin';
}

/** Whether a password meets the rules only its owner could tell: that is said beside the numbers. */
const asksMoreOfPasswords = ({ input }: Simulation): boolean => input.change.rules !== undefined;

const step = 1000;

/** All that the filter shows, a part at a time. */
export async function sendSimulation(page: PageContext): Promise<void> {
  const { ctx, context, scope, t } = page;
  const simulation = await getSimulation(scope, page.params.operation!);
  if (!(await findNumbers(scope, simulation))) throw notFound();
  const filter = readFilter(page);
  ctx.set('content-disposition', `attachment; filename="${context.code}-simulation.csv"`);
  ctx.type = 'text/csv; charset=utf-8';
  const columns = [
    t('users.full_name'),
    t('users.identifier'),
    t('simulations.application'),
    t('simulations.effect'),
    t('simulations.why'),
  ];
  ctx.body = Readable.from(
    (async function* () {
      yield byteOrderMark + csvLine(columns);
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
        const part = await listFindings(scope, simulation, { ...filter, cursor }, step);
        const said = await sayFindings(page, part.items);
        yield said
          .map((one) =>
            csvLine([
              fullName(one.user),
              identifier(one.user),
              one.application,
              t(`simulations.of_one.${one.effect}`),
              one.reasons.join('; '),
            ]),
          )
          .join('');
        cursor = part.cursor;
      }
    })(),
  );
}

/** What was tried is what the company has from now on, unless somebody changed the policy meanwhile. */
export async function saveSimulated(page: PageContext): Promise<void> {
  const { input } = await getSimulation(page.scope, page.params.operation!);
  const { tried, change } = input;
  if (tried.kind !== 'policy' || !change.rules || tried.version === undefined) throw notFound();
  const done = await changePolicy(page.scope, change.rules, tried.version, usableFactors(page));
  redirectTo(page, '/admin/policy', done.outcome === 'on-trial' ? 'policy_on_trial' : 'policy_changed');
}

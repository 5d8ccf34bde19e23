import { getOwnContext } from '../../company/contexts/index.ts';
import { inTransaction, rehearsing, type Scope, type Transaction } from '../../scope.ts';
import {
  type Configuration,
  type Data,
  type DesiredContext,
  type Difference,
  describeConfiguration,
  faultAt,
  findInRest,
  idOf,
  isKeys,
  type Keys,
  type Kind,
  listObjects,
  type OverrideTarget,
  patchConfiguration,
  readState,
  StateError,
  type StateFault,
  withKeys,
} from '../configuration/index.ts';
import { applyCompany } from './apply-company.ts';
import { applyContext } from './apply-context.ts';
import { applyOrder } from './apply-custom-fields.ts';
import type { Applying, Change, PolicyOptions } from './applying.ts';
import { atPath } from './at-path.ts';
import { part } from './part.ts';

/**
 * Brings the company to what the differences say, all of it or nothing, by the use cases that the console uses. What a field should have been before is not asked: who
 * wants to know compares first, in the same transaction.
 * @param differences a field `oidc.client_secret` may stand beside those that a comparison finds
 * @throws StateError by object: applications.payroll.oidc.redirect_uris[0]
 */
export const applyDifferences = (scope: Scope, differences: Difference[], policy: PolicyOptions = {}): Promise<Change[]> =>
  inTransaction(scope, async (outside) => {
    const said = saidBy(await describeConfiguration(outside), differences);
    const file = { contexts: [said] };
    const { state, faults: shape } = readState(file);
    try {
      if (!state) throw new StateError(shape);
      return await inTransaction(outside, (inside) => applyDesired(inside, state.contexts[0]!, { differences, policy }));
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      // a value that is of another shape hides nothing of what else is wrong
      const faults = await findInRest(file, shape, async ({ contexts: [left] }) => {
        const refused: StateFault[] = [];
        if (left) await applyDesired(rehearsing(outside), left, { differences, policy }, refused);
        return refused.map(inFile);
      });
      throw new StateError((faults.length > 0 ? faults : error.faults).map((fault) => inNames(said, fault)));
    }
  });

const inFile = ({ steps = [], message, params }: StateFault): StateFault => faultAt(['contexts', 0, ...steps], message, params);

type Wish = { differences: Difference[]; policy: PolicyOptions };

/** @param refused given where every fault is looked for, whoever rolls it back */
async function applyDesired(
  inside: Transaction,
  desired: DesiredContext,
  { differences, policy }: Wish,
  refused?: StateFault[],
): Promise<Change[]> {
  const applying: Applying = {
    policy,
    refused,
    result: { changes: [], generatedPasswords: [], leftOut: [], advice: [] },
    passwords: new Map(),
    scope: inside,
    at: atPath,
    unresolvedSecret: () => undefined,
  };
  const removals = differences.filter(({ action, kind }) => action === 'remove' && kind !== 'terms');
  const own = await getOwnContext(inside);
  await part(applying, ['company'], (one) => applyCompany(one.scope, own, desired, one.result));
  await applyContext(applying, desired, async () => removals);
  const order = differences.find(({ kind }) => kind === 'customFieldOrder')?.fields.find(({ path }) => path === 'codes')?.after;
  if (Array.isArray(order) && !refused?.length) await part(applying, ['customFields'], (one) => applyOrder(one, order.map(String)));
  return applying.result.changes;
}

/** What a file would say to bring the company there: of what differs, and of nothing else. */
function saidBy(before: Configuration, differences: Difference[]): object {
  const former = new Map(listObjects(before).map((object) => [idOf(object), object.value]));
  const written = new Map(differences.filter(({ action }) => action !== 'remove').map((one) => [idOf(one), one]));
  const after = listObjects(patchConfiguration(before, differences)).filter((object) => written.has(idOf(object)));
  const many = (kind: Kind) => {
    const list = after
      .filter((object) => object.kind === kind)
      .map((object) => said(written.get(idOf(object))!, former.get(idOf(object)), object.value));
    return list.length > 0 ? list : undefined;
  };
  const one = (kind: Kind) => many(kind)?.[0] as Keys | undefined;
  const overrides = many('override');
  const mails = Object.groupBy(
    after.filter(({ kind }) => kind === 'mail'),
    ({ key }) => key.split('.')[0]!,
  );
  const endsTerms = differences.some(({ kind, action }) => kind === 'terms' && action === 'remove');
  return {
    code: before.code,
    ...one('company'),
    newAccounts: one('newAccounts'),
    profiles: one('profiles'),
    branding: one('branding'),
    terms: endsTerms ? null : one('terms'),
    directoryRules: one('directoryRules'),
    policy: one('policy') || overrides ? { ...one('policy'), overrides } : undefined,
    mails: Object.fromEntries(
      Object.entries(mails).map(([mail, words]) => [mail, Object.fromEntries(words!.map(({ key, value }) => [key.split('.')[1], value]))]),
    ),
    customFields: many('customField'),
    groups: many('group'),
    directories: many('directory'),
    applications: many('application'),
    apis: many('api'),
  };
}

/** A place in a list says nothing to somebody who has no file: objects have their names instead. */
const inNames = (said: object, fault: StateFault): StateFault =>
  fault.steps ? faultAt(named(said, fault.steps), fault.message, fault.params) : fault;

function named(said: object, [first, ...rest]: readonly PropertyKey[]): PropertyKey[] {
  const [list = '', index, ...inner] = first === 'contexts' ? rest.slice(1) : [first ?? '', ...rest];
  const objects = (said as Record<PropertyKey, unknown>)[list];
  if (Array.isArray(objects) && typeof index === 'number') {
    const { code, identifier, name } = objects[index] as Record<string, string | undefined>;
    return [list, code ?? identifier ?? name ?? index, ...inner];
  }
  const { overrides } = (said as { policy?: { overrides?: { for: OverrideTarget }[] } }).policy ?? {};
  const [place, ...further] = inner;
  const override = index === 'overrides' && typeof place === 'number' && overrides && withKeys(overrides)[place];
  return override ? [list, index, override.key, ...further] : [list, ...(index === undefined ? [] : [index]), ...inner];
}

/** What a file leaves out stays, of some objects: there what is gone is said. */
const staying: Partial<Record<Kind, string[] | 'all'>> = {
  company: ['address', 'samlEntityId'],
  newAccounts: 'all',
  profiles: 'all',
  branding: 'all',
  policy: 'all',
  directory: 'all',
  customField: ['claim'],
  application: ['catalogueEntry', 'logo'],
};

function said({ kind, fields }: Difference, before: Keys | undefined, value: Keys): Keys {
  const after = kind === 'application' && before ? withoutSame(value, fields) : value;
  const names = staying[kind] ?? [];
  const full = before ? { ...withNulls(before, after, names), ...(kind === 'application' ? endedProtocols(before, after) : {}) } : after;
  const oidc = full.oidc as Keys | undefined;
  const endOf = (value: Data | undefined) => (isKeys(value) ? value.client_secret_expires_at : undefined);
  const loses = kind === 'application' && oidc && endOf(before?.oidc) !== undefined && endOf(oidc) === undefined;
  return loses ? { ...full, oidc: { ...oidc, client_secret_expires_at: 0 } } : full;
}

/** What costs statements of its own to look at is left out where it stays. */
const withoutSame = (value: Keys, fields: Difference['fields']): Keys =>
  Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== 'assignedTo' || fields.some(({ path }) => path.split('.')[0] === key)),
  ) as Keys;

/** A protocol of which nothing is left. */
const endedProtocols = (before: Keys, after: Keys): Keys =>
  Object.fromEntries(
    ['oidc', 'saml'].filter((protocol) => !isEmpty(before[protocol]) && isEmpty(after[protocol])).map((protocol) => [protocol, null]),
  );

const isEmpty = (value: Data | undefined): boolean =>
  value === undefined || value === null || (isKeys(value) && Object.values(value).every((inner) => isEmpty(inner as Data)));

function withNulls(before: Keys, after: Keys, names: string[] | 'all'): Keys {
  const full: Keys = { ...after };
  for (const [key, value] of Object.entries(before)) {
    if (names !== 'all' && !names.includes(key)) continue;
    if (!Object.hasOwn(after, key)) full[key] = null;
    else if (names === 'all' && isKeys(value) && isKeys(after[key])) full[key] = withNulls(value as Keys, after[key] as Keys, 'all');
  }
  return full;
}

import { getOwnContext } from '../../company/contexts/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import {
  type Configuration,
  type Data,
  type DesiredContext,
  type Difference,
  describeConfiguration,
  idOf,
  isKeys,
  type Keys,
  type Kind,
  listObjects,
  parseState,
  patchConfiguration,
  StateError,
} from '../configuration/index.ts';
import { applyCompany } from './apply-company.ts';
import { applyContext } from './apply-context.ts';
import { applyOrder } from './apply-custom-fields.ts';
import type { Applying, Change, PolicyOptions } from './applying.ts';
import { atPath } from './at-path.ts';

/**
 * Brings the company to what the differences say, all of it or nothing, by the use cases that the console uses. What a field should have been before is not asked: who
 * wants to know compares first, in the same transaction.
 * @param differences a field `oidc.client_secret` may stand beside those that a comparison finds
 * @throws StateError by object: applications.payroll.oidc.redirect_uris
 */
export const applyDifferences = (scope: Scope, differences: Difference[], policy: PolicyOptions = {}): Promise<Change[]> =>
  inTransaction(scope, async (inside) => {
    const before = await describeConfiguration(inside);
    const desired = desiredBy(before, differences);
    const keys = keysOf(desired);
    const applying: Applying = {
      policy,
      result: { changes: [], generatedPasswords: [], leftOut: [], advice: [] },
      passwords: new Map(),
      scope: inside,
      // an index says nothing to somebody who has no file
      at: (list, index, ...rest) =>
        atPath(
          ...[list, index === undefined ? undefined : (keys[String(list)]?.[Number(index)] ?? index), ...rest].filter(
            (one) => one !== undefined,
          ),
        ),
      unresolvedSecret: () => undefined,
    };
    const removals = differences.filter(({ action, kind }) => action === 'remove' && kind !== 'terms');
    await applying.at('company')(applyCompany(inside, await getOwnContext(inside), desired, applying.result));
    await applyContext(applying, desired, async () => removals);
    const order = differences.find(({ kind }) => kind === 'customFieldOrder')?.fields.find(({ path }) => path === 'codes')?.after;
    if (Array.isArray(order)) await applying.at('customFields')(applyOrder(applying, order.map(String)));
    return applying.result.changes;
  });

/** What a file would say to bring the company there: of what differs, and of nothing else. */
export function desiredBy(before: Configuration, differences: Difference[]): DesiredContext {
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
  const context = {
    code: before.code,
    ...one('company'),
    newAccounts: one('newAccounts'),
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
  try {
    return parseState({ contexts: [context] }).contexts[0]!;
  } catch (error) {
    throw error instanceof StateError ? new StateError(error.faults.map((one) => ({ ...one, path: inNames(one.path, context) }))) : error;
  }
}

/** Nobody has the file that its index is of: `applications.payroll.launchUrl`. */
function inNames(path: string, context: Record<string, unknown>): string {
  const [, list = '', index = '', rest = ''] = /^contexts\[0\]\.(\w+)\[(\d+)\](.*)$/s.exec(path) ?? [];
  const { code, name, identifier } = ((context[list] as Record<string, unknown>[] | undefined)?.[Number(index)] ?? {}) as Record<
    string,
    string
  >;
  const key = code ?? identifier ?? name;
  return key === undefined ? path.replace(/^contexts\[0\]\./, '') : `${list}.${key}${rest}`;
}

/** What a file leaves out stays, of some objects: there what is gone is said. */
const staying: Partial<Record<Kind, string[] | 'all'>> = {
  company: ['address', 'samlEntityId'],
  newAccounts: 'all',
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

/** By the name of each list, what its objects are called. */
function keysOf({
  customFields = [],
  groups = [],
  directories = [],
  applications = [],
  apis = [],
}: DesiredContext): Record<string, string[]> {
  return {
    customFields: customFields.map(({ code }) => code),
    groups: groups.map(({ name }) => name),
    directories: directories.map(({ name }) => name),
    applications: applications.map(({ code }) => code),
    apis: apis.map(({ identifier }) => identifier),
  };
}

import { newId } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput, invalidTogether } from '../../../platform/errors/index.ts';
import { type Context, editContext, findContextByCode, leaveAddress } from '../../company/contexts/index.ts';
import { type Inside, inTransaction, type Scope, type ServerScope, type Transaction } from '../../scope.ts';
import { factorsUsableAt } from '../../sign-in/credentials/factors/index.ts';
import {
  compareConfigurations,
  type DesiredContext,
  type DesiredState,
  describeConfiguration,
  idOf,
  pathOf,
  StateError,
  type StateFault,
  tidyFaults,
} from '../configuration/index.ts';
import { applyCompany, wantedOf } from './apply-company.ts';
import { applyContext } from './apply-context.ts';
import type { Applying, ApplyResult, PlannedContext, PlannedDifference, PolicyOptions } from './applying.ts';
import { atPath } from './at-path.ts';
import { createContextWithBasics, createWithoutKeys } from './create-context-with-basics.ts';
import { keepAddress, movedTo, originOf } from './keep-address.ts';
import { orderByAddress } from './order-by-address.ts';
import { type InParts, part } from './part.ts';
import { type PreparedPasswords, preparePasswords } from './prepare-passwords.ts';
import { refuseNamed } from './refuse-named.ts';
import { rehearse } from './rehearse.ts';
import { describeRemoval, findSurplus, type Removal } from './remove-objects.ts';

export type ApplyOptions = {
  /** Does everything and rolls it back. */
  dryRun?: boolean;
  /** Removes what the file no longer has, of the lists that it gives. An array names what somebody has seen and agreed to: anything else refuses the whole file. */
  prune?: boolean | string[];
  /** Tells what differs, object by object. */
  plan?: boolean;
  /** References to client secrets that lead to nothing here, by the path in the file: those that are there stay. */
  unresolved?: { path: string; reference: string }[];
  /** Writes also what no administrator is known to get in after: a policy, members of a group with stricter rules, another address. */
  acceptLockout?: boolean;
  /** Where companies without an address of their own live: a policy is judged by the second factors that browsers can use there. */
  baseUrl?: string;
};

/**
 * Brings the store to the file's state in one transaction: nothing of it stays when one part is refused. What the file does not mention stays as it is; lists it
 * does give (members, redirect_uris) are taken as written.
 * @throws StateError naming every part that is refused
 */
export async function applyState(scope: ServerScope, state: DesiredState, options: ApplyOptions = {}): Promise<ApplyResult> {
  const passwords = await preparePasswords(scope, state);
  try {
    const work = (inside: Inside<ServerScope>) => applyAll(inside, state, { options, passwords });
    return await (options.dryRun ? rehearse(scope, work) : inTransaction(scope, work));
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    // where it cannot be tried, what was refused first is known
    const faults = await findFaults(scope, state, options).catch((fault) => {
      if (fault instanceof AppError && fault.code === 'busy') return [];
      throw fault;
    });
    throw faults.length > 0 ? new StateError(faults) : error;
  }
}

/**
 * Everything that a file would be refused for: every part of it is tried, and nothing stays.
 * @param state what could be read of the file
 */
export const findFaults = (scope: ServerScope, state: DesiredState, options: ApplyOptions = {}): Promise<StateFault[]> =>
  rehearse(scope, async (inside) => {
    const refused: StateFault[] = [];
    await applyAll(inside, state, { options: { ...options, plan: false }, passwords: new Map(), refused });
    return tidyFaults(state, refused);
  });

type How = { options: ApplyOptions; passwords: PreparedPasswords; refused?: StateFault[] };

async function applyAll(
  inside: Omit<Transaction, 'contextId'>,
  state: DesiredState,
  { options, passwords, refused }: How,
): Promise<ApplyResult> {
  const unresolved = new Map((options.unresolved ?? []).map(({ path, reference }) => [path, reference]));
  const codes = state.contexts.map(({ code }) => code);
  const result: ApplyResult = { contexts: codes, changes: [], generatedPasswords: [], leftOut: [], advice: [] };
  const contexts: Planned[] = [];
  const { order, yielding } = await orderByAddress(inside.db, state.contexts);
  for (const index of yielding) {
    const found = await findCompany(inside, state.contexts[index]!, options);
    if (!found) continue;
    contexts[index] = found;
    await leaveAddress(within(inside, found.context));
  }
  for (const index of order) {
    const desired = state.contexts[index]!;
    const company = { scope: inside, at: (...path: PropertyKey[]) => atPath('contexts', index, ...path), refused };
    const found = contexts[index] ?? (await findCompany(inside, desired, options));
    if (found) await editCompany(company, found, desired, { options, result });
    contexts[index] = found ?? (await addCompany(company, desired, result, options));
    nameCompany(result, desired.code);
  }
  for (const [index, desired] of state.contexts.entries()) {
    const applying: Applying = {
      result,
      passwords,
      refused,
      policy: policyOptions(contexts[index]!, desired, options),
      scope: within(inside, contexts[index]!.context),
      at: (...path) => atPath('contexts', index, ...path),
      unresolvedSecret: (at) => unresolved.get(pathOf(['contexts', index, 'applications', at, 'oidc', 'client_secret'])),
    };
    await part(applying, [], (one) => pair(one, contexts[index]!.context, desired), inPair);
    await applyContext(applying, desired, async () => {
      const removals = await findRemovals(applying.scope, desired, { prune: options.prune, index });
      if (options.prune) result.pruned = [...(result.pruned ?? []), ...removals.map((one) => nameOf(desired, one))];
      return removals;
    });
    nameCompany(result, desired.code);
  }
  if (options.plan) result.plan = await Promise.all(contexts.map((one) => planOf(inside, one, result)));
  return result;
}

/** Of a new company nobody has been in, who could be locked out. */
function policyOptions({ context, isNew }: Planned, desired: DesiredContext, { acceptLockout, baseUrl }: ApplyOptions): PolicyOptions {
  const usableFactors = baseUrl === undefined ? undefined : factorsUsableAt(originOf(movedTo(context, desired), baseUrl));
  return { usableFactors, mayLockOut: acceptLockout === true || isNew };
}

/** What was added since the last time is of this company. */
function nameCompany(result: ApplyResult, context: string): void {
  const { changes, leftOut, leftOutKeys = [], advice, keptSecrets = [], changedSecrets = [] } = result;
  for (const one of [...changes, ...leftOut, ...leftOutKeys, ...advice, ...keptSecrets, ...changedSecrets]) one.context ??= context;
}

const nameOf = ({ code }: DesiredContext, removal: Removal): string => `${code} ${idOf(removal)}`;

async function findRemovals(
  scope: Scope,
  desired: DesiredContext,
  { prune, index }: Pick<ApplyOptions, 'prune'> & { index: number },
): Promise<Removal[]> {
  if (!prune) return [];
  const surplus = await findSurplus(scope, desired);
  refuseNamed(surplus, desired, index);
  const unseen = Array.isArray(prune) ? surplus.filter((one) => !prune.includes(nameOf(desired, one))) : [];
  if (unseen.length === 0) return surplus;
  throw new StateError(
    unseen.map((one) => ({ path: desired.code, message: 'fields.prune_unseen', params: { what: describeRemoval(one) } })),
  );
}

/** `before` is undefined for a company that is new: what it began with. */
type Planned = { context: Context; isNew: boolean; before?: Awaited<ReturnType<typeof describeConfiguration>> };

async function planOf(
  scope: Omit<Transaction, 'contextId'>,
  { context, isNew, before }: Planned,
  { changedSecrets = [] }: ApplyResult,
): Promise<PlannedContext> {
  const after = await describeConfiguration(within(scope, context));
  const own = changedSecrets.filter((one) => one.context === context.code).map(({ application }) => application);
  const nameOf = new Map(after.applications.map(({ code, name }) => [code, String(name)]));
  return { context: context.code, isNew, differences: withChangedSecrets(compareConfigurations(before!, after), own, nameOf) };
}

/** With the secrets that change, of the applications of these codes. No configuration has them. */
function withChangedSecrets(differences: PlannedDifference[], codes: string[], nameOf: Map<string, string>): PlannedDifference[] {
  const field = { path: 'oidc.client_secret', isSecret: true as const };
  const isOf = (one: PlannedDifference, code: string) => one.kind === 'application' && one.key === code;
  const alone = codes.filter((code) => !differences.some((one) => isOf(one, code)));
  return [
    ...differences.map((one) => (codes.some((code) => isOf(one, code)) ? { ...one, fields: [...one.fields, field] } : one)),
    ...alone.map(
      (key): PlannedDifference => ({ kind: 'application', key, name: nameOf.get(key)!, action: 'change', fields: [field], needs: [] }),
    ),
  ];
}

const within = (scope: Omit<Transaction, 'contextId'>, { contextId }: Context) => ({ ...scope, contextId }) as Transaction;

/** A company that there is, as it is before anything of it is written. */
async function findCompany(scope: Company['scope'], { code }: DesiredContext, { plan }: ApplyOptions): Promise<Planned | undefined> {
  const context = await findContextByCode(scope.db, code);
  return context && { context, isNew: false, before: plan ? await describeConfiguration(within(scope, context)) : undefined };
}

async function addCompany(company: Company, desired: DesiredContext, result: ApplyResult, { plan }: ApplyOptions): Promise<Planned> {
  result.changes.push({ action: 'created', what: `context ${desired.code}` });
  const context = (await createCompany(company, desired)) ?? (await createStandIn(company, desired));
  return { context, isNew: true, before: plan ? await describeConfiguration(within(company.scope, context)) : undefined };
}

async function editCompany(
  company: Company,
  { context }: Planned,
  desired: DesiredContext,
  { options, result }: { options: ApplyOptions; result: ApplyResult },
): Promise<void> {
  const inside = { ...company, scope: within(company.scope, context) };
  await part(inside, [], (one) => keepAddress(one.scope, context, desired, options));
  await part(inside, [], (one) => applyCompany(one.scope, context, desired, result));
}

type Company = InParts<Omit<Transaction, 'contextId'>>;

const createCompany = (company: Company, desired: DesiredContext): Promise<Context | undefined> =>
  part(company, [], async ({ scope }) => {
    const { name, code } = desired;
    if (name === undefined) throw await refuseNameless(scope, desired);
    const create = company.refused ? createWithoutKeys : createContextWithBasics;
    return create(scope, { ...wantedOf(desired), code, name });
  });

/** With what else is wrong with it. */
async function refuseNameless(scope: Company['scope'], desired: DesiredContext): Promise<AppError> {
  const missing = invalidInput({ name: 'fields.new_context_name' });
  try {
    await createWithoutKeys(scope, { ...wantedOf(desired), code: desired.code, name: newId() });
    return missing;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return invalidTogether([missing, error]);
  }
}

/** In which what the file says of a company is tried that was itself refused. */
const createStandIn = ({ scope }: Company, { environment = 'production' }: DesiredContext): Promise<Context> =>
  createWithoutKeys(scope, { code: newId(), name: newId(), environment });

/** A new company that is not said to be one is production; one that there is stays what it is. */
const isApproval = (context: Context, { environment = context.environment }: DesiredContext): boolean => environment === 'approval';

const inPair = ([first = 'pairedWith', ...rest]: readonly PropertyKey[]): PropertyKey[] => [first, ...rest];

async function pair({ scope, result }: Applying, context: Context, desired: DesiredContext): Promise<void> {
  const { pairedWith: code } = desired;
  if (!code) return;
  const partner = await findContextByCode(scope.db, code);
  const faults = isApproval(context, desired) ? [] : [{ path: ['environment'], message: 'fields.environment_of_pair' }];
  const message = !partner ? 'errors.unknown_context' : partner.environment === 'production' ? undefined : 'errors.pairing';
  if (message) throw invalidInput([{ path: ['pairedWith'], message, params: { code } }, ...faults]);
  if (faults.length > 0) throw invalidInput(faults);
  if (!partner || context.pairedContextId === partner.contextId) return;
  await editContext(scope, context, { pairedContextId: partner.contextId });
  result.changes.push({ action: 'changed', what: `context ${desired.code}`, details: `paired with ${desired.pairedWith}` });
}

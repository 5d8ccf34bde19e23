import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { type Context, editContext, findContextByCode } from '../../company/contexts/index.ts';
import { inTransaction, type ServerScope, type Transaction } from '../../scope.ts';
import { applyApis } from './apply-apis.ts';
import { applyApplications } from './apply-applications.ts';
import { applyCustomFields } from './apply-custom-fields.ts';
import { applyDirectories } from './apply-directories.ts';
import { applyGroups, applyUsers } from './apply-people.ts';
import type { Applying, ApplyResult } from './applying.ts';
import { createContextWithBasics } from './create-context-with-basics.ts';
import { type DesiredContext, type DesiredState, pathOf, StateError } from './desired-state.ts';
import { preparePasswords } from './prepare-passwords.ts';

/** What a dry run would have done, thrown so that nothing of it stays. */
class RolledBack extends Error {
  readonly result: ApplyResult;

  constructor(result: ApplyResult) {
    super('dry run');
    this.result = result;
  }
}

/**
 * Brings the store to the file's state in one transaction: nothing of it stays when one part is refused. What the file does not mention stays as it is; lists it
 * does give (members, assignedTo, redirect_uris) are taken as written.
 * @param options.dryRun does everything and rolls it back
 * @throws StateError naming the part that was refused
 */
export async function applyState(scope: ServerScope, state: DesiredState, { dryRun = false } = {}): Promise<ApplyResult> {
  const passwords = await preparePasswords(scope, state);
  try {
    return await inTransaction(scope, async (inside) => {
      const result: ApplyResult = { changes: [], generatedPasswords: [], leftOut: [], advice: [] };
      const contexts: Context[] = [];
      for (const [index, desired] of state.contexts.entries())
        contexts.push(await at('contexts', index)(ensureContext(inside, desired, result)));
      for (const [index, desired] of state.contexts.entries()) {
        const context = contexts[index]!;
        const applying: Applying = {
          result,
          passwords,
          scope: { ...inside, contextId: context.contextId },
          at: (...path) => at('contexts', index, ...path),
        };
        await applying.at('pairedWith')(pair(applying, context, desired));
        await applyCustomFields(applying, desired);
        await applyDirectories(applying, desired);
        await applyUsers(applying, desired);
        await applyGroups(applying, desired);
        await applyApplications(applying, desired);
        await applyApis(applying, desired);
      }
      if (dryRun) throw new RolledBack(result);
      return result;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

async function ensureContext(scope: Omit<Transaction, 'contextId'>, desired: DesiredContext, result: ApplyResult): Promise<Context> {
  const found = await findContextByCode(scope.db, desired.code);
  // what the file does not mention stays; null takes it away
  const { name, environment, address, samlEntityId, timeZone } = desired;
  const given = Object.fromEntries(
    Object.entries({ name, environment, address, samlEntityId, timeZone }).filter(([, value]) => value !== undefined),
  );
  const wanted: Partial<Context> = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value ?? undefined]));
  if (!found) {
    if (name === undefined) throw invalidInput({ name: 'fields.new_context_name' });
    result.changes.push({ action: 'created', what: `context ${desired.code}` });
    return createContextWithBasics(scope, { ...wanted, code: desired.code, name });
  }
  const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((key) => wanted[key as 'name'] !== found[key as 'name']);
  if (changed.length > 0) {
    await editContext({ ...scope, contextId: found.contextId }, found, wanted);
    result.changes.push({ action: 'changed', what: `context ${desired.code}`, details: changed.join(', ') });
  }
  return found;
}

async function pair({ scope, result }: Applying, context: Context, desired: DesiredContext): Promise<void> {
  if (!desired.pairedWith) return;
  const partner = await findContextByCode(scope.db, desired.pairedWith);
  if (!partner) throw new AppError('unknown_context', 422, { params: { code: desired.pairedWith } });
  if (desired.environment !== 'approval' || partner.environment !== 'production') throw new AppError('pairing', 422);
  if (context.pairedContextId === partner.contextId) return;
  await editContext(scope, context, { pairedContextId: partner.contextId });
  result.changes.push({ action: 'changed', what: `context ${desired.code}`, details: `paired with ${desired.pairedWith}` });
}

/** Gives a refusal of a use case the path of the file's part that caused it. */
const at =
  (...path: PropertyKey[]) =>
  async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const fields = Object.entries(error.fields ?? {});
      const faults =
        fields.length > 0
          ? fields.map(([field, message]) => ({ path: pathOf([...path, field]), message, params: error.params }))
          : [{ path: pathOf(path), message: error.publicMessage, params: error.params }];
      throw new StateError(faults);
    }
  };

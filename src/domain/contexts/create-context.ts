import { newId } from '../../platform/crypto/index.ts';
import { notifyChange } from '../../platform/database/index.ts';
import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { recordEvent } from '../audit/index.ts';
import type { ContextId, Scope } from '../scope.ts';
import { type Context, isContextCode } from './context.ts';
import { findContextByCode, findContextById, insertContext, lockContext, updateContext } from './store.ts';

/** @throws AppError invalid_input, context_code_taken */
export async function createContext(
  scope: Omit<Scope, 'contextId'>,
  input: Pick<Context, 'code' | 'name'> & Partial<Pick<Context, 'environment' | 'pairedContextId' | 'address' | 'samlEntityId'>>,
): Promise<Context> {
  if (!isContextCode(input.code)) throw invalidInput({ code: 'fields.context_code' });
  checkEntityId(input.samlEntityId);
  if (await findContextByCode(scope.db, input.code)) throw new AppError('context_code_taken', 409, { params: { code: input.code } });
  const context: Context = { environment: 'production', ...input, contextId: newId() as ContextId, version: 1 };
  const inside: Scope = { ...scope, contextId: context.contextId };
  await insertContext(inside, context);
  await recordEvent(inside, {
    type: 'context.created',
    subject: { kind: 'context', id: context.contextId, name: context.name },
    details: { code: context.code, environment: context.environment },
  });
  return context;
}

type Changes = Partial<Pick<Context, 'name' | 'environment' | 'pairedContextId' | 'address' | 'samlEntityId'>>;

/** @throws AppError invalid_input */
export async function editContext(scope: Scope, before: Context, changes: Changes): Promise<void> {
  checkEntityId(changes.samlEntityId);
  await updateContext(scope, changes);
  const pick = (from: Changes) => Object.fromEntries((Object.keys(changes) as (keyof Changes)[]).map((key) => [key, from[key] ?? null]));
  await recordEvent(scope, {
    type: 'context.edited',
    subject: { kind: 'context', id: before.contextId, name: changes.name ?? before.name },
    details: { before: pick(before), after: pick(changes) },
  });
  await notifyChange(scope.db, scope.contextId);
}

/**
 * The name by which SAML partners know the company.
 * @param entityId '' goes back to the company's address
 * @param version the one the editor saw: another person's change since then is not overwritten
 * @throws AppError invalid_input, changed_meanwhile
 */
export async function setSamlEntityId(scope: Scope, entityId: string, version: number): Promise<void> {
  await lockContext(scope);
  const before = (await findContextById(scope.db, scope.contextId))!;
  if ((before.samlEntityId ?? '') === entityId) return;
  if (before.version !== version) throw new AppError('changed_meanwhile', 409);
  await editContext(scope, before, { samlEntityId: entityId || undefined });
}

/** SAML metadata §2.2.1: an absolute URI of at most 1024 characters. */
function checkEntityId(entityId: string | undefined): void {
  if (entityId === undefined) return;
  const isFit = entityId.length <= 1024 && URL.canParse(entityId) && !/[\p{C}\s"<>\\^`{|}]/u.test(entityId);
  if (!isFit) throw invalidInput({ samlEntityId: 'fields.own_entity_id' });
}

import { newId } from '../../platform/crypto/index.ts';
import { notifyChange } from '../../platform/database/index.ts';
import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { recordEvent } from '../audit/index.ts';
import type { ContextId, Scope } from '../scope.ts';
import { type Context, isContextCode } from './context.ts';
import { findContextByCode, insertContext, updateContext } from './store.ts';

/** @throws AppError invalid_input, context_code_taken */
export async function createContext(
  scope: Omit<Scope, 'contextId'>,
  input: Pick<Context, 'code' | 'name'> & Partial<Pick<Context, 'environment' | 'pairedContextId' | 'address' | 'samlEntityId'>>,
): Promise<Context> {
  if (!isContextCode(input.code)) throw invalidInput({ code: 'fields.context_code' });
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

/**
 * The name by which SAML partners know the company.
 * @param entityId '' goes back to the company's address
 * @throws AppError invalid_input
 */
export async function setSamlEntityId(scope: Scope, before: Context, entityId: string): Promise<void> {
  // SAML metadata §2.2.1: an absolute URI of at most 1024 characters
  const isFit = entityId === '' || (entityId.length <= 1024 && URL.canParse(entityId) && !/[\p{C}\s]/u.test(entityId));
  if (!isFit) throw invalidInput({ samlEntityId: 'fields.own_entity_id' });
  if ((before.samlEntityId ?? '') !== entityId) await editContext(scope, before, { samlEntityId: entityId || undefined });
}

export async function editContext(
  scope: Scope,
  before: Context,
  changes: Partial<Pick<Context, 'name' | 'environment' | 'pairedContextId' | 'address' | 'samlEntityId'>>,
): Promise<void> {
  await updateContext(scope, changes);
  await recordEvent(scope, {
    type: 'context.edited',
    subject: { kind: 'context', id: before.contextId, name: changes.name ?? before.name },
    details: { changes },
  });
  await notifyChange(scope.db, scope.contextId);
}

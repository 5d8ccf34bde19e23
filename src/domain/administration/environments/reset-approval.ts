import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { removeApis } from '../../applications/apis/index.ts';
import { removeApplications } from '../../applications/applications/index.ts';
import { brandingSettings, removeUnusedLogo } from '../../company/branding/index.ts';
import { changeSettings, loadSettings, removeSettings } from '../../company/context-settings/index.ts';
import { getOwnContext } from '../../company/contexts/index.ts';
import { removeCustomFields } from '../../company/custom-fields/index.ts';
import { removeDirectories } from '../../people/directories/index.ts';
import { removeGroups } from '../../people/groups/index.ts';
import { countUsers, isActiveAdministrator, removeUsers } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { deleteOtherOperations, noteProgress, type Operation, type OperationKind, startOperation } from '../../records/operations/index.ts';
import { revokeAllGrants } from '../../records/protocol-artifacts/index.ts';
import { inTransaction, type OperationId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import { removePolicy } from '../../sign-in/sign-in-policy/index.ts';
import { approvalColor } from './create-pair.ts';

/**
 * Empties an approval environment by a job: applications, APIs, directories, groups, custom fields, settings and all people but whoever asks. Name, addresses, keys and
 * audit stay, so what partners know of it holds. There is one event for all of it.
 * @param typed the code, as whoever asks wrote it
 * @throws AppError not_approval for any other environment; invalid_input when it is not the code
 */
export const startReset = (scope: Scope, typed: string): Promise<OperationId> =>
  inTransaction(scope, async (inside) => {
    const context = await getOwnContext(inside);
    if (context.environment !== 'approval') throw new AppError('not_approval', 409);
    if (typed.trim() !== context.code) throw invalidInput({ code: 'fields.code_typed' });
    const people = (await countUsers(inside)).n;
    const operationId = await startOperation(inside, { kind: approvalReset.kind, input: {}, total: people });
    await recordEvent(inside, {
      type: 'context.reset',
      subject: { kind: 'context', id: context.contextId, name: context.name },
      details: { code: context.code, people },
    });
    return operationId;
  });

/** So many people go at once. */
const step = 500;

/**
 * Each part is a transaction of its own and finds nothing to do a second time, so a process that falls goes on where it was. What was made after somebody asked stays.
 */
async function runReset(scope: Scope, operation: Operation): Promise<void> {
  const keep: UserId = operation.requestedBy;
  const refuseOthers = async (inside: Scope) => {
    // asked before each part: nothing of production may ever go this way
    if ((await getOwnContext(inside)).environment !== 'approval') throw new AppError('not_approval', 409);
    if (!(await isActiveAdministrator(inside, keep))) throw new AppError('administrators_only', 403);
  };
  await inTransaction(scope, async (inside) => {
    await refuseOthers(inside);
    await removeConfiguration(inside, operation);
  });
  for (let done = 1, removed = step; removed > 0; done += removed) {
    await noteProgress(scope, operation.operationId, { done });
    removed = await inTransaction(scope, async (inside) => {
      await refuseOthers(inside);
      return removeUsers(inside, operation.createdAt, keep, step);
    });
  }
}

async function removeConfiguration(scope: Transaction, operation: Operation): Promise<void> {
  const { createdAt: asked } = operation;
  await revokeAllGrants(scope);
  await deleteOtherOperations(scope, operation);
  await removePolicy(scope, asked);
  await removeApis(scope, asked);
  await removeApplications(scope, asked);
  await removeDirectories(scope, asked);
  await removeGroups(scope, asked);
  await removeCustomFields(scope, asked);
  await removeSettings(scope, asked);
  await removeUnusedLogo(scope);
  const { value, version } = await loadSettings(scope, brandingSettings);
  // as a new one: nobody mistakes it for production
  if (version === 0) await changeSettings(scope, brandingSettings, { ...value, color: approvalColor }, version);
}

export const approvalReset: OperationKind = { kind: 'reset-approval', run: runReset };

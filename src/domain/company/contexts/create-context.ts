import { z } from 'zod';
import { isTimeZone, timeZoneRule } from '../../../platform/clock/index.ts';
import { newId } from '../../../platform/crypto/index.ts';
import { notifyChange, orTaken } from '../../../platform/database/index.ts';
import { AppError, invalidInput, lineOf, parseInput, refuseTogether, wordRule } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type ContextId, type Transaction, useCase } from '../../scope.ts';
import { type Context, contextCodeFault, originPattern } from './context.ts';
import {
  findContextByCode,
  findContextByHost,
  findContextById,
  findPairOf,
  insertContext,
  lockContext,
  lockHost,
  updateContext,
} from './store.ts';

/** @throws AppError invalid_input with all that is wrong; context_code_taken, context_address_taken; pairing, paired_already */
export async function createContext(
  scope: Omit<Transaction, 'contextId'>,
  input: Pick<Context, 'code' | 'name'> &
    Partial<Pick<Context, 'environment' | 'pairedContextId' | 'address' | 'samlEntityId' | 'timeZone'>>,
): Promise<Context> {
  await refuseTogether([() => refuseCode(scope, input.code), () => parseInput(contextInput, input), () => refuseAddress(scope, input)]);
  const context: Context = {
    environment: 'production',
    ...input,
    ...(parseInput(contextInput, input) as Pick<Context, 'name'>),
    timeZone: input.timeZone ?? 'UTC',
    contextId: newId() as ContextId,
    version: 1,
  };
  const inside: Transaction = { ...scope, contextId: context.contextId };
  if (context.pairedContextId) await refusePair(inside, context, context.pairedContextId);
  await orTaken(insertContext(inside, context), takenBy(input));
  await recordEvent(inside, {
    type: 'context.created',
    subject: { kind: 'context', id: context.contextId, name: context.name },
    details: { code: context.code, environment: context.environment },
  });
  if (context.pairedContextId) await notifyChange(scope.db, context.pairedContextId);
  return context;
}

/** What two companies of a server cannot both have. */
const takenBy = ({ code, address = '' }: Pick<Partial<Context>, 'address'> & { code: string }) => ({
  contexts_code: () => new AppError('context_code_taken', 409, { fields: { code: 'errors.context_code_taken' }, params: { code } }),
  contexts_address: () =>
    new AppError('context_address_taken', 409, { fields: { address: 'errors.context_address_taken' }, params: { address } }),
});

/** @throws AppError context_code_taken, and invalid_input for one that is none */
async function refuseCode({ db }: Pick<Transaction, 'db'>, code: string): Promise<void> {
  const fault = contextCodeFault(code);
  if (fault) throw invalidInput({ code: fault });
  if (await findContextByCode(db, code)) throw takenBy({ code }).contexts_code();
}

/** By http and https it would be one place: of two who want it at once, one waits. @throws AppError context_address_taken, invalid_input for the server's own */
async function refuseAddress(
  { db, ownHost }: Pick<Transaction, 'db' | 'ownHost'>,
  { contextId, code, address }: Partial<Context> & Pick<Context, 'code'>,
): Promise<void> {
  if (address === undefined || !isOrigin(address)) return;
  const { host } = new URL(address);
  // the paths of the server and of all other companies would be this one's
  if (host === ownHost) throw invalidInput({ address: 'fields.address_of_server' });
  await lockHost(db, host);
  const found = await findContextByHost(db, host);
  if (found && found.contextId !== contextId) throw takenBy({ code, address }).contexts_address();
}

/** One approval environment for one production company; two who pair at once wait for each other. */
async function refusePair(
  scope: Transaction,
  { contextId, environment }: Pick<Context, 'contextId' | 'environment'>,
  partnerId: ContextId,
) {
  await lockContext({ ...scope, contextId: partnerId });
  const partner = await findContextById(scope.db, partnerId);
  if (environment !== 'approval' || partner?.environment !== 'production') throw new AppError('pairing', 422);
  const pair = await findPairOf(scope.db, partner);
  if (pair && pair.contextId !== contextId) throw new AppError('paired_already', 409, { params: { code: pair.code } });
}

type Changes = Partial<Pick<Context, 'name' | 'environment' | 'pairedContextId' | 'address' | 'samlEntityId' | 'timeZone'>>;

/** Production with a production, or approval with an approval, is no pair. */
async function refuseOtherEnvironment(scope: Transaction, before: Context, { environment = before.environment }: Changes): Promise<void> {
  if (environment === before.environment) return;
  await lockContext(scope);
  const pair = await findPairOf(scope.db, before);
  if (pair) throw invalidInput({ environment: 'fields.environment_paired' }, { code: pair.code });
}

/** @throws AppError invalid_input, context_address_taken; pairing, paired_already */
export const editContext = useCase(async (scope, before: Context, given: Changes): Promise<void> => {
  await refuseTogether([
    () => parseInput(contextInput, given),
    () => refuseAddress(scope, { ...before, address: given.address }),
    () => refuseOtherEnvironment(scope, before, given),
  ]);
  const changes: Changes = { ...given, ...parseInput(contextInput, given) };
  if (changes.pairedContextId) await refusePair(scope, { ...before, ...changes }, changes.pairedContextId);
  await orTaken(updateContext(scope, changes), takenBy({ ...before, ...changes }));
  const pick = (from: Changes) => Object.fromEntries((Object.keys(changes) as (keyof Changes)[]).map((key) => [key, from[key] ?? null]));
  await recordEvent(scope, {
    type: 'context.edited',
    subject: { kind: 'context', id: before.contextId, name: changes.name ?? before.name },
    details: { before: pick(before), after: pick(changes) },
  });
  for (const paired of [scope.contextId, before.pairedContextId, changes.pairedContextId]) if (paired) await notifyChange(scope.db, paired);
});

/** The first half of an exchange of addresses. The event stands with the second, in the same transaction: `editContext` with what the company had before. */
export const leaveAddress = (scope: Transaction): Promise<void> => updateContext(scope, { address: undefined });

/**
 * What administrators change of their own company.
 * @param changes samlEntityId: the name by which SAML partners know the company; undefined goes back to its address
 * @param version the one the editor saw: another person's change since then is not overwritten
 * @throws AppError invalid_input, changed_meanwhile
 */
export const changeOwnContext = useCase(
  async (scope, changes: Partial<Pick<Context, 'name' | 'samlEntityId' | 'timeZone'>>, version: number): Promise<void> => {
    await lockContext(scope);
    const before = (await findContextById(scope.db, scope.contextId))!;
    if ((Object.keys(changes) as (keyof typeof changes)[]).every((key) => changes[key] === before[key])) return;
    if (before.version !== version) throw new AppError('changed_meanwhile', 409);
    await editContext(scope, before, changes);
  },
);

/** SAML metadata §2.2.1: an absolute URI of at most 1024 characters. */
const isEntityId = (entityId: string): boolean =>
  entityId.length <= 1024 && URL.canParse(entityId) && !/[\p{C}\s"<>\\^`{|}]/u.test(entityId);

const isOrigin = (address: string): boolean => originPattern.test(address) && URL.canParse(address);

/** What is asked of a company's own fields. */
export const contextInput = z.object({
  address: z.string().refine(isOrigin, 'fields.origin').optional(),
  name: lineOf(100).optional(),
  samlEntityId: z.string().refine(isEntityId, 'fields.own_entity_id').meta(wordRule).optional(),
  timeZone: z.string().refine(isTimeZone, 'fields.time_zone').meta(timeZoneRule).optional(),
});

import { notFound } from '../../../platform/errors/index.ts';
import { type Context, findPairOf, getOwnContext } from '../../company/contexts/index.ts';
import type { Scope } from '../../scope.ts';

/** The other environment of this company, where it has one. */
export const findPair = async (scope: Scope): Promise<Context | undefined> => findPairOf(scope.db, await getOwnContext(scope));

/** The approval environment of this production company. @throws AppError not_found */
export async function getApproval(scope: Scope): Promise<Context> {
  const pair = await findPair(scope);
  if (pair?.environment !== 'approval') throw notFound();
  return pair;
}

/** The production company of this approval environment. @throws AppError not_found */
export async function getProduction(scope: Scope): Promise<Context> {
  const pair = await findPair(scope);
  if (pair?.environment !== 'production') throw notFound();
  return pair;
}

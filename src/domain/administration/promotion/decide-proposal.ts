import { AppError } from '../../../platform/errors/index.ts';
import { getOwnContext, lockContext } from '../../company/contexts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Actor, type Scope, type Transaction, useCase } from '../../scope.ts';
import { apply, lockPair, orRefused, type Promoted, type Surroundings } from './promote.ts';
import { type Doer, doerOf, type Promotion } from './promotion.ts';
import { getPromotion, noteState } from './store.ts';

/** Who has asked for it is no second pair of eyes. */
export const mayAgree = ({ askedBy }: Pick<Promotion, 'askedBy'>, actor: Actor): boolean => !isSame(askedBy, doerOf(actor));

const isSame = (one: Doer, other: Doer): boolean => one.kind === other.kind && one.id === other.id && one.name === other.name;

/** @throws AppError not_found, promotion_decided when it does not wait any more */
async function lockProposal(scope: Transaction, promotionId: string): Promise<Promotion> {
  await lockContext(scope);
  const promotion = await getPromotion(scope, promotionId);
  if (promotion.state !== 'proposed') throw new AppError('promotion_decided', 409);
  return promotion;
}

/**
 * The second administrator agrees: what was proposed is done, exactly as they see it.
 * @throws AppError not_found, promotion_decided, promotion_own, promotion_changed when either side is another since it was proposed
 */
export const agreeToPromotion = (scope: Scope, promotionId: string, around: Surroundings): Promise<Promoted> =>
  orRefused(scope, async (inside) => {
    const promotion = await lockProposal(inside, promotionId);
    if (!mayAgree(promotion, scope.actor)) throw new AppError('promotion_own', 409);
    const comparison = await lockPair(inside, promotion);
    await noteState(inside, promotion.promotionId, 'applied');
    return apply(inside, comparison, promotion, around, promotion.promotionId);
  });

/** Nothing of it is done. Who has proposed it takes it back so. @throws AppError not_found, promotion_decided */
export const declinePromotion = useCase(async (scope, promotionId: string): Promise<Promotion> => {
  const promotion = await lockProposal(scope, promotionId);
  await noteState(scope, promotion.promotionId, 'declined');
  const { contextId, name } = await getOwnContext(scope);
  await recordEvent(scope, {
    type: 'promotion.declined',
    subject: { kind: 'context', id: contextId, name },
    details: { promotion: promotion.promotionId, source: promotion.sourceCode },
  });
  return promotion;
});

import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { lockContext } from '../../company/contexts/index.ts';
import { type Actor, type Scope, type Transaction, useCase } from '../../scope.ts';
import { type Difference, fieldsToTell, idOf } from '../configuration/index.ts';
import { readableOf } from './check-choice.ts';
import { type Comparison, workOutcome } from './comparison.ts';
import { decline } from './decline.ts';
import { apply, lockPair, orRefused, type Promoted, type Surroundings } from './promote.ts';
import { type Doer, doerOf, type Promotion, type PromotionObject } from './promotion.ts';
import { getPromotion, noteState } from './store.ts';

/** Who has asked for it is no second pair of eyes. */
export const mayAgree = ({ askedBy }: Pick<Promotion, 'askedBy'>, actor: Actor): boolean => !isSame(askedBy, doerOf(actor));

const isSame = (one: Doer, other: Doer): boolean => one.kind === other.kind && one.id === other.id && one.name === other.name;

/** What became of an object since it was proposed: it would be written just so, otherwise, or not at all. */
export type ProposedObject = PromotionObject & { now: 'same' | 'gone' | Difference };

/** What was proposed, beside what the same choice would do now. @param objects as they were written down with the proposal */
export function judgeProposal({ choice }: Pick<Promotion, 'choice'>, objects: PromotionObject[], comparison: Comparison): ProposedObject[] {
  const changes = new Map(workOutcome(comparison, readableOf(comparison, choice)).changes.map((one) => [idOf(one), one]));
  return objects.map((object) => {
    const now = changes.get(idOf(object));
    if (!now) return { ...object, now: 'gone' };
    // as it is told: two lists that read the same would tell nobody what has changed
    const isSame = now.action === object.action && isDeepStrictEqual(kept(fieldsToTell(now)), kept(fieldsToTell(object)));
    return { ...object, now: isSame ? 'same' : now };
  });
}

/** As the store keeps it. */
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

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
    const comparison = await lockPair(inside, promotion, 'fields.promotion_not_agreed');
    await noteState(inside, promotion.promotionId, 'applied');
    return apply(inside, comparison, promotion, around, promotion.promotionId);
  });

/** Nothing of it is done. Who has proposed it takes it back so. @throws AppError not_found, promotion_decided */
export const declinePromotion = useCase(async (scope, promotionId: string): Promise<Promotion> => {
  const promotion = await lockProposal(scope, promotionId);
  await decline(scope, promotion);
  return promotion;
});

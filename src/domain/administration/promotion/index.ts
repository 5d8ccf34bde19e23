// Owns: what approval has and production lacks: choosing of it, what production has of its own, checks, a second administrator's word, what it would mean for people, bringing it over, taking it back.
// Does not: compare or write companies itself (configuration, desired-state), nor pair them (environments), nor judge who would get in (simulations). People, keys and secrets never cross.
export { withNeeds } from './check-choice.ts';
export { type Comparison, choiceByDefault, compareWithApproval, type PromotionDifference, pickedOf } from './comparison.ts';
export { agreeToPromotion, declinePromotion, judgeProposal, mayAgree, type ProposedObject } from './decide-proposal.ts';
export { type Finding, type FindingCode, findingCodes } from './finding.ts';
export { type Judged, judgeValue, keysOfItem } from './judge-value.ts';
export { isOwnPath, ownFieldsOf, type Question } from './own-fields.ts';
export { type Promoted, previewPromotion, promote, type Surroundings } from './promote.ts';
export {
  type Choice,
  type Doer,
  type Hindrance,
  type Promotion,
  type PromotionObject as PromotedObject,
  promotionRules,
} from './promotion.ts';
export { findCompanyOfPromotion, findProposal, getPromotion, listObjects as listPromotedObjects, listPromotions } from './store.ts';
export { refuseStaying, tellFinding, tellHindrance, tellRefusedUndo, tellRule } from './tell.ts';
export { findTriedChoice, startPromotionSimulation } from './try-promotion.ts';
export { planUndo, type Undone, type UndoneObject, type UndoPlan, undoPromotion } from './undo.ts';
export { canKeepOut, listWeakened } from './weakened.ts';
export type { NewSecret } from './write-changes.ts';

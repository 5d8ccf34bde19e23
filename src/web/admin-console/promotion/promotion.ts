import {
  agreeToPromotion,
  compareWithApproval,
  declinePromotion,
  getPromotion,
  judgeProposal,
  listPromotedObjects,
  mayAgree,
  type NewSecret,
  type PromotedObject,
  type Promotion,
  type ProposedObject,
  pickedOf,
  previewPromotion,
  tellFinding,
  tellHindrance,
} from '../../../domain/administration/promotion/index.ts';
import { loadPolicy } from '../../../domain/sign-in/sign-in-policy/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { presentDifference, presentDoers, presentFindings, presentObject } from './present.ts';
import { inReviewTurn } from './review-turn.ts';
import { surroundingsOf } from './surroundings.ts';

/** @param secrets that were made just now: they are shown once */
export async function showPromotion(
  page: PageContext,
  promotionId = page.params.promotion!,
  secrets: NewSecret[] = [],
  refusal?: Refusal,
): Promise<void> {
  await surroundingsOf(page);
  const promotion = await getPromotion(page.scope, promotionId);
  const [askedBy, decidedBy, undoneBy] = await presentDoers(page, [promotion.askedBy, promotion.decidedBy, promotion.undoneBy]);
  const objects = await listPromotedObjects(page.scope, promotion.promotionId);
  const proposed = promotion.state === 'proposed' ? await presentProposal(page, promotion, objects) : undefined;
  renderPage(
    page,
    'admin-console/promotion/promotion',
    {
      promotion,
      askedBy,
      decidedBy,
      undoneBy,
      secrets,
      rows: proposed ? proposed.rows : objects.map((one) => presentWritten(page, one)),
      proposed,
      mayAgree: mayAgree(promotion, page.scope.actor),
      isOnTrial: await isOnTrial(page, promotion),
    },
    { refusal },
  );
}

/** Of a promotion that was undone, whether this object was taken back, or why not. */
const presentWritten = (page: PageContext, one: PromotedObject) => ({
  ...presentObject(page, one),
  isUndone: one.isUndone,
  left: one.staysBecause && tellHindrance(page.t, one.kind, one.staysBecause),
});

/** As it was proposed; where a side has changed since, with what the same choice would do now, and it has to be proposed again. */
async function presentProposal(page: PageContext, promotion: Promotion, objects: PromotedObject[]) {
  const comparison = await compareWithApproval(page.scope);
  const isOutdated = comparison.fingerprint !== promotion.fingerprint;
  const { choice } = promotion;
  const around = await surroundingsOf(page);
  const findings = isOutdated ? [] : await inReviewTurn(page, () => previewPromotion(page.scope, comparison, choice, around));
  const judged = judgeProposal(promotion, objects, comparison);
  return {
    isOutdated,
    isOther: isOutdated && judged.length > 0 && judged.every(({ now }) => now === 'same'),
    // an earlier version did not write down what was proposed
    rows:
      judged.length > 0
        ? judged.map((one) => presentProposed(page, one, isOutdated))
        : pickedOf(comparison, choice).map((one) => presentDifference(page, one, choice)),
    warnings: presentFindings(page, findings, choice),
  };
}

function presentProposed(page: PageContext, one: ProposedObject, isOutdated: boolean) {
  const { now } = one;
  const shown = presentObject(page, one);
  if (!isOutdated || now === 'same') return shown;
  return { ...shown, isChanged: true, now: now === 'gone' ? undefined : presentObject(page, now) };
}

async function isOnTrial(page: PageContext, { state }: Promotion): Promise<boolean> {
  if (state !== 'applied' && state !== 'undone') return false;
  const { trial } = await loadPolicy(page.scope);
  return trial !== undefined && trial.revertsAt > page.services.clock.now();
}

export async function submitAnswer(page: PageContext, isAgreed: boolean): Promise<void> {
  const around = await surroundingsOf(page);
  const { promotion: promotionId = '' } = page.params;
  const here = `/admin/promotion/${promotionId}`;
  const showAgain = (refusal: Refusal) => showPromotion(page, promotionId, [], refusal);
  if (!isAgreed) {
    const done = await submitForm(page, () => declinePromotion(page.scope, promotionId), showAgain);
    if (done) redirectTo(page, here, mayAgree(done, page.scope.actor) ? 'promotion_declined' : 'promotion_withdrawn');
    return;
  }
  const done = await submitForm(page, () => agreeToPromotion(page.scope, promotionId, around), showAgain);
  if (!done) return;
  if (done.outcome === 'refused') return showAgain({ status: 422, fault: done.findings.map((one) => tellFinding(page.t, one)).join(' ') });
  page.services.forgetCached(page.context.contextId);
  if (done.outcome === 'applied' && done.secrets.length > 0) return showPromotion(page, promotionId, done.secrets);
  redirectTo(page, here, 'promotion_applied');
}

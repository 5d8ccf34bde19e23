import { idOf, invertDifferences } from '../../../domain/administration/configuration/index.ts';
import {
  planUndo,
  tellFinding,
  tellHindrance,
  tellRefusedUndo,
  type UndoneObject,
  type UndoPlan,
  undoPromotion,
} from '../../../domain/administration/promotion/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { presentObject } from './present.ts';
import { showPromotion } from './promotion.ts';
import { inReviewTurn, orBusy } from './review-turn.ts';
import { surroundingsOf } from './surroundings.ts';

type Shown = Pick<UndoPlan, 'objects' | 'blocking'>;

/** Object by object what goes back, and what stays and why: with one confirmation. */
export async function showUndo(page: PageContext, refusal?: Refusal): Promise<void> {
  const around = await surroundingsOf(page);
  const plan = await orBusy(inReviewTurn(page, () => planUndo(page.scope, page.params.promotion!, around)));
  if (plan) return renderUndo(page, plan, refusal);
  renderUndo(page, { objects: [], blocking: [] }, { status: 503, fault: page.t('promotion.undo_busy') });
}

function renderUndo(page: PageContext, { objects, blocking }: Shown, refusal?: Refusal): void {
  const of = (state: UndoneObject['state']) =>
    objects
      .filter((one) => one.state === state)
      .map((one) => ({ ...presentObject(page, backwards(one)), id: idOf(one), why: whyOf(page, one) }));
  renderPage(
    page,
    'admin-console/promotion/undo',
    {
      promotionId: page.params.promotion,
      back: of('undoable'),
      asBefore: of('as-before'),
      staying: of('stays'),
      blocking: blocking.map((one) => tellFinding(page.t, one)),
      // nothing is known yet of what would go back
      isBusy: refusal?.status === 503,
      removesClients: objects.some(({ action, kind, state }) => action === 'remove' && kind === 'application' && state === 'undoable'),
    },
    { refusal },
  );
}

/** A change from what is there to what comes back; what goes or returns as a whole is shown as it is. */
const backwards = (one: UndoneObject): UndoneObject =>
  one.action === 'change' ? { ...one, fields: invertDifferences([{ ...one, needs: [] }])[0]!.fields } : one;

function whyOf({ t }: PageContext, { hindrance, kind }: UndoneObject): string | undefined {
  return hindrance && tellHindrance(t, kind, hindrance);
}

/** Of what was not shown as staying nothing stays behind silently: the confirmation comes again. */
export async function submitUndo(page: PageContext): Promise<void> {
  const around = await surroundingsOf(page);
  const { promotion: promotionId = '' } = page.params;
  const done = await submitForm(
    page,
    () => undoPromotion(page.scope, promotionId, page.form.get('staying').split(/\r?\n/), around),
    (refusal) => showUndo(page, refusal),
  );
  if (!done) return;
  if (done.outcome !== 'undone') {
    const blocking = done.outcome === 'refused' ? done.blocking : [];
    return renderUndo(page, { objects: done.objects, blocking }, { status: 409, fault: tellRefusedUndo(page.t, done).join(' ') });
  }
  page.services.forgetCached(page.context.contextId);
  if (done.secrets.length > 0) return showPromotion(page, promotionId, done.secrets);
  redirectTo(page, `/admin/promotion/${promotionId}`, 'promotion_undone');
}

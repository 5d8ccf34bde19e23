import {
  type Finding,
  planUndo,
  refuseStaying,
  tellFinding,
  tellHindrance,
  type UndoneObject,
  undoPromotion,
} from '../../../domain/administration/promotion/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { presentObject } from './present.ts';
import { showPromotion } from './promotion.ts';
import { surroundingsOf } from './surroundings.ts';

/** Object by object what goes back, and what stays and why: with one confirmation. */
export async function showUndo(page: PageContext, refusal?: Refusal, refused: Finding[] = []): Promise<void> {
  await surroundingsOf(page);
  const { promotion, objects } = await planUndo(page.scope, page.params.promotion!, refused);
  const of = (state: UndoneObject['state']) =>
    objects.filter((one) => one.state === state).map((one) => ({ ...presentObject(page, one), why: whyOf(page, one) }));
  renderPage(
    page,
    'admin-console/promotion/undo',
    {
      promotion,
      back: of('undoable'),
      asBefore: of('as-before'),
      staying: of('stays'),
      removesClients: objects.some(({ action, kind, state }) => action === 'remove' && kind === 'application' && state === 'undoable'),
    },
    { refusal },
  );
}

function whyOf({ t }: PageContext, { hindrance, kind }: UndoneObject): string | undefined {
  return hindrance && tellHindrance(t, kind, hindrance);
}

export async function submitUndo(page: PageContext): Promise<void> {
  const around = await surroundingsOf(page);
  const { promotion: promotionId = '' } = page.params;
  const done = await submitForm(
    page,
    async () => {
      const undone = await undoPromotion(page.scope, promotionId, page.form.get('rest') === 'yes', around);
      if (undone.outcome === 'changed-since') throw refuseStaying(page.t, undone.staying);
      return undone;
    },
    (refusal) => showUndo(page, refusal),
  );
  if (!done) return;
  if (done.outcome === 'refused')
    return showUndo(page, { status: 409, fault: done.findings.map((one) => tellFinding(page.t, one)).join(' ') }, done.findings);
  page.services.forgetCached(page.context.contextId);
  if (done.secrets.length > 0) return showPromotion(page, promotionId, done.secrets);
  redirectTo(page, `/admin/promotion/${promotionId}`, 'promotion_undone');
}

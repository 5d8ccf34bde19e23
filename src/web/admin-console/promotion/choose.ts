import { tellObject } from '../../../domain/administration/configuration/index.ts';
import {
  type Choice,
  type Comparison,
  choiceByDefault,
  compareWithApproval,
  type Finding,
  findProposal,
  findTriedChoice,
  getPromotion,
  listWeakened,
  pickedOf,
  previewPromotion,
  promote,
  promotionRules,
  startPromotionSimulation,
  withNeeds,
} from '../../../domain/administration/promotion/index.ts';
import { loadSettings } from '../../../domain/company/context-settings/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type PageContext, type Refusal, renderPage, usableFactors } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { hiddenOf, markFaults, presentDifference, presentFindings, presentWeakened } from './present.ts';
import { showPromotion } from './promotion.ts';
import { readChoice } from './read-choice.ts';
import { inReviewTurn } from './review-turn.ts';
import { surroundingsOf } from './surroundings.ts';

/** `?from=` an earlier one that came to nothing, `?tried=` one that was only tried: what was ticked and typed in it. */
export async function showDifferences(page: PageContext): Promise<void> {
  await surroundingsOf(page);
  const comparison = await compareWithApproval(page.scope);
  const [from, tried] = [page.query('from'), page.query('tried')];
  const earlier = from ? (await getPromotion(page.scope, from)).choice : tried ? await findTriedChoice(page.scope, tried) : undefined;
  await renderChoice(page, comparison, earlier ? { ...earlier, accepted: [] } : choiceByDefault(comparison));
}

type Shown = { findings?: Finding[]; search?: string; known?: ReadonlySet<string>; refusal?: Refusal };

async function renderChoice(page: PageContext, comparison: Comparison, choice: Choice, shown: Shown = {}): Promise<void> {
  const { findings = [], search = '', known, refusal } = shown;
  const { t } = page;
  const wanted = search.toLocaleLowerCase();
  const isShown = (text: string) => text.toLocaleLowerCase().includes(wanted);
  const found = comparison.differences.filter((one) => isShown(tellObject(t, one)));
  const ids = new Set(found.map(({ id }) => id));
  const actions = ['add', 'change', 'remove'] as const;
  const rows = actions
    .flatMap((action) => found.filter((one) => one.action === action))
    .map((one) => presentDifference(page, one, choice, known));
  // warnings are for the review: first comes what is in the way
  const marked = markFaults(
    page,
    rows,
    findings.filter(({ severity }) => severity === 'error'),
  );
  const proposal = await findProposal(page.scope);
  renderPage(
    page,
    'admin-console/promotion/choose',
    {
      fingerprint: comparison.fingerprint,
      sections: actions
        .map((action) => ({ action, rows: marked.rows.filter((one) => one.action === action) }))
        .filter(({ rows }) => rows.length > 0),
      total: comparison.differences.length,
      known: comparison.differences.map(({ id }) => id).join('\n'),
      hidden: hiddenOf(comparison, choice, (id) => !ids.has(id)),
      search,
      findings: marked.findings,
      canTakeNeeds: findings.some(({ code }) => code === 'missing'),
      proposal,
      isOutdated: proposal !== undefined && proposal.fingerprint !== comparison.fingerprint,
    },
    { refusal },
  );
}

/** What the button says: look for rows, take what is needed, go on to the review, back from there, try it, or do it. */
export async function submitDifferences(page: PageContext): Promise<void> {
  await surroundingsOf(page);
  const { form, scope } = page;
  const step = form.get('step');
  const comparison = await compareWithApproval(scope);
  const choice = readChoice(page, comparison);
  const known = new Set(form.get('known').split(/\r?\n/));
  if (step === 'needs') choice.picked = withNeeds(comparison, choice.picked);
  if (comparison.fingerprint !== form.get('fingerprint')) return renderChanged(page, comparison, choice, known);
  if (step === 'find' || step === 'needs' || step === 'choose')
    return renderChoice(page, comparison, choice, { search: step === 'find' ? form.get('search').trim() : '' });
  const keep = (work: () => Promise<void>) => work().catch((error) => renderKept(page, error, choice, known));
  return keep(() => (step === 'apply' ? submitPromotion(page, comparison, choice) : review(page, comparison, choice)));
}

/** Whatever goes wrong, what was ticked and typed stays in the form. */
async function renderKept(page: PageContext, error: unknown, choice: Choice, known: ReadonlySet<string>): Promise<void> {
  if (!(error instanceof AppError)) throw error;
  const { code, status, publicMessage, params } = error;
  const comparison = await compareWithApproval(page.scope);
  const isChanged = ['promotion_changed', 'changed_meanwhile', 'not_found'].includes(code);
  if (isChanged) return renderChanged(page, comparison, choice, known);
  const fault = page.t(code === 'busy' ? 'promotion.busy' : publicMessage, params);
  await renderChoice(page, comparison, choice, { refusal: { status, fault } });
}

async function review(page: PageContext, comparison: Comparison, choice: Choice): Promise<void> {
  const { scope, t } = page;
  const around = await surroundingsOf(page);
  const findings = await inReviewTurn(page, () => previewPromotion(scope, comparison, choice, around));
  if (findings.some(({ severity }) => severity === 'error'))
    return renderChoice(page, comparison, choice, { findings, refusal: { status: 422, fault: t('promotion.to_mend') } });
  if (page.form.get('step') === 'try') return inReviewTurn(page, () => tryPromotion(page, comparison, choice, findings));
  await renderReview(page, comparison, choice, findings);
}

async function tryPromotion(page: PageContext, comparison: Comparison, choice: Choice, findings: Finding[]): Promise<void> {
  const operationId = await submitForm(
    page,
    () => startPromotionSimulation(page.scope, comparison, choice, usableFactors(page)),
    (refusal) => renderReview(page, comparison, choice, findings, refusal),
  );
  if (operationId) redirectTo(page, `/admin/simulations/${operationId}`);
}

/** Nothing that was ticked or typed is lost; what differs now and did not then is marked. */
const renderChanged = (page: PageContext, comparison: Comparison, choice: Choice, known: ReadonlySet<string>): Promise<void> =>
  renderChoice(page, comparison, choice, { known, refusal: { status: 409, fault: page.t('errors.promotion_changed') } });

async function renderReview(
  page: PageContext,
  comparison: Comparison,
  choice: Choice,
  findings: Finding[],
  refusal?: Refusal,
): Promise<void> {
  const picked = pickedOf(comparison, choice);
  const { value: rules } = await loadSettings(page.scope, promotionRules);
  renderPage(
    page,
    'admin-console/promotion/review',
    {
      from: comparison.approval.name,
      to: comparison.production.name,
      fingerprint: comparison.fingerprint,
      known: comparison.differences.map(({ id }) => id).join('\n'),
      rows: picked.map((one) => presentDifference(page, one, choice)),
      hidden: hiddenOf(comparison, choice, () => true),
      warnings: presentFindings(page, findings, choice),
      weakened: presentWeakened(page, listWeakened(comparison, choice, page.services.clock.now())),
      fourEyes: rules.fourEyes,
    },
    { refusal },
  );
}

async function submitPromotion(page: PageContext, comparison: Comparison, choice: Choice): Promise<void> {
  const { scope, t } = page;
  const around = await surroundingsOf(page);
  const done = await promote(scope, { fingerprint: comparison.fingerprint, choice }, around);
  if (done.outcome === 'refused') {
    const { findings } = done;
    const refusal = {
      status: 422,
      fault: t(findings.some(({ severity }) => severity === 'error') ? 'promotion.to_mend' : 'promotion.to_accept'),
    };
    return findings.some(({ severity }) => severity === 'error')
      ? renderChoice(page, comparison, choice, { findings, refusal })
      : renderReview(
          page,
          comparison,
          choice,
          await inReviewTurn(page, () => previewPromotion(scope, comparison, choice, around)),
          refusal,
        );
  }
  page.services.forgetCached(page.context.contextId);
  if (done.outcome === 'applied' && done.secrets.length > 0) return showPromotion(page, done.promotionId, done.secrets);
  redirectTo(page, `/admin/promotion/${done.promotionId}`, done.outcome === 'applied' ? 'promotion_applied' : 'promotion_proposed');
}

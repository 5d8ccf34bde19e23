import {
  type ExplainedRule,
  type ExplainFacts,
  type Explanation,
  type ExplanationStep,
  type Outcome,
  tellRules,
  tellStep,
} from '../../../domain/administration/explanations/index.ts';
import type { Translate } from '../../../platform/i18n/index.ts';
import { presentMend } from './present-mend.ts';

const code = (text: string): string => text.replace(/-/g, '_');

/** How each outcome looks. */
const looks: Record<Outcome, [status: string, icon: string]> = {
  passed: ['good', 'circle-check'],
  asks: ['wait', 'user'],
  refuses: ['bad', 'circle-x'],
  unknown: ['wait', 'clock'],
};

/** An explanation as the page shows it: for now and for a past event. */
export function presentExplanation(t: Translate, facts: ExplainFacts, { allowed, steps, rules }: Explanation) {
  const refusal = steps.find(({ outcome }) => outcome === 'refuses');
  const names = {
    person: facts.person?.name ?? facts.asked.person,
    application: facts.application?.name ?? facts.asked.application ?? t('nav.launchpad'),
  };
  const asks = steps.filter(({ outcome }) => outcome === 'asks');
  return {
    allowed,
    verdict: t(allowed ? 'explain.allowed' : 'explain.refused', names),
    because: refusal?.reason && t(`explain.reasons.${code(refusal.reason)}`),
    asked: asks.map(({ step }) => t(`explain.steps.${code(step)}`)),
    steps: steps.map((step) => presentStep(t, step, rules)),
    rules: tellRules(t, rules).map(presentRule),
    release: facts.release,
  };
}

function presentStep(t: Translate, step: ExplanationStep, rules: ExplainedRule[]) {
  const { stricter, mend: _, ...told } = tellStep(t, step, rules);
  return {
    name: step.step,
    outcome: step.outcome,
    look: looks[step.outcome],
    ...told,
    stricter: stricter.map(presentRule),
    mend: step.mend && presentMend(t, step.mend),
  };
}

const presentRule = ({ from, ...told }: ReturnType<typeof tellRules>[number]) => ({
  ...told,
  isStricter: from.kind !== 'company',
  path: from.kind === 'company' ? '/admin/policy' : `/admin/policy/overrides/${from.overrideId}`,
});

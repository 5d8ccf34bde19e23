import type {
  ExplainedRule,
  ExplainFacts,
  Explanation,
  ExplanationStep,
  Outcome,
  RuleSource,
} from '../../../domain/administration/explanations/index.ts';
import type { Translate } from '../../../platform/i18n/index.ts';
import { presentPolicyValue } from '../policy-words.ts';
import { presentLines } from './present-lines.ts';
import { presentMend } from './present-mend.ts';

const code = (text: string): string => text.replace(/-/g, '_');

/** How each outcome looks. */
const looks: Record<Outcome, [status: string, icon: string]> = {
  passed: ['good', 'circle-check'],
  asks: ['wait', 'user'],
  refuses: ['bad', 'circle-x'],
  unknown: ['wait', 'clock'],
};

/** An explanation as the page shows it: for now, for a past event, and for a change that is tried. */
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
    rules: rules.flatMap((one) => ('value' in one ? [presentRule(t, one)] : [])),
    release: facts.release,
  };
}

function presentStep(t: Translate, step: ExplanationStep, rules: ExplainedRule[]) {
  const { outcome, reason, mend } = step;
  const own = rules.filter((one) => 'value' in one && step.rules?.includes(one.rule) && one.from.kind !== 'company');
  const isDemandStricter = own.some((one) => one.rule === 'secondFactor.demand');
  return {
    name: step.step,
    outcome,
    look: looks[outcome],
    title: t(`explain.steps.${code(step.step)}`),
    word: t(`explain.outcomes.${outcome}`),
    reason: reason && t(`explain.reasons.${code(reason)}`),
    // a demand of an override is said with whose it is
    lines: presentLines(step, t).filter(({ key }) => !(key === 'demand' && isDemandStricter)),
    /** Rules of groups, applications and roles: those of the company go without saying. */
    stricter: own.flatMap((one) => ('value' in one ? [presentRule(t, one)] : [])),
    mend: mend && presentMend(t, mend),
  };
}

function presentRule(t: Translate, { rule, value, from }: Extract<ExplainedRule, { value: unknown }>) {
  return {
    rule: t(`policy.parts.${rule.replace('.', '_')}`),
    value: presentPolicyValue(t, rule, value),
    source: sourceName(t, from),
    isStricter: from.kind !== 'company',
    path: from.kind === 'company' ? '/admin/policy' : `/admin/policy/overrides/${from.overrideId}`,
  };
}

function sourceName(t: Translate, from: RuleSource): string {
  if (from.kind === 'company') return t('policy.company');
  if (from.kind === 'role') return t('explain.source_role', { name: t(`roles.${from.role}`) });
  const name = from.isEveryone ? t('groups.everyone') : (from.name ?? t('policy.gone'));
  return t(`explain.source_${from.kind}`, { name });
}

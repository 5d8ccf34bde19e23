import type { Translate } from '../../../platform/i18n/index.ts';
import { tellPolicyPart, tellPolicyValue } from '../../sign-in/sign-in-policy/index.ts';
import type { ExplainedRule, ExplanationStep, RuleSource } from './explanation.ts';
import { tellLines } from './tell-lines.ts';

const code = (text: string): string => text.replace(/-/g, '_');

/** A step in the reader's words, which stand with the pages; the command line says the same. */
export function tellStep(t: Translate, step: ExplanationStep, rules: ExplainedRule[]) {
  const { outcome, reason, mend } = step;
  const own = rules.filter((one) => 'value' in one && step.rules?.includes(one.rule) && one.from.kind !== 'company');
  const isDemandStricter = own.some((one) => one.rule === 'secondFactor.demand');
  return {
    title: t(`explain.steps.${code(step.step)}`),
    word: t(`explain.outcomes.${outcome}`),
    reason: reason && t(`explain.reasons.${code(reason)}`),
    // a demand of an override is said with whose it is
    lines: tellLines(step, t).filter(({ key }) => !(key === 'demand' && isDemandStricter)),
    /** Rules of groups, applications and roles: those of the company go without saying. */
    stricter: tellRules(t, own),
    mend: mend && t(`explain.mend.${code(mend.page)}`),
  };
}

/** Rules of the policy, each with its value and whose it is. */
export const tellRules = (t: Translate, rules: ExplainedRule[]) =>
  rules.flatMap((one) => {
    if (!('value' in one)) return [];
    const { rule, value, from } = one;
    return [{ rule: tellPolicyPart(t, rule), value: tellPolicyValue(t, rule, value), source: tellSource(t, from), from }];
  });

function tellSource(t: Translate, from: RuleSource): string {
  if (from.kind === 'company') return t('policy.company');
  if (from.kind === 'role') return t('explain.source_role', { name: t(`roles.${from.role}`) });
  const name = from.isEveryone ? t('groups.everyone') : (from.name ?? t('policy.gone'));
  return t(`explain.source_${from.kind}`, { name });
}

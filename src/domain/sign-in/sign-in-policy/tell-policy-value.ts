import type { Translate } from '../../../platform/i18n/index.ts';
import type { Hours } from './policy.ts';

/** The section of the texts that are a factor's own. */
export const factorTexts = (kind: string): string => `factors.${kind.replaceAll('-', '_')}`;

/** What a rule of the policy is called. */
export const tellPolicyPart = (t: Translate, part: string): string => t(`policy.parts.${part.replace('.', '_')}`);

/** A value of the policy in the reader's words. */
export function tellPolicyValue(t: Translate, part: string, value: unknown): string {
  if (typeof value === 'boolean') return t(value ? 'page.yes' : 'page.no');
  if (part === 'secondFactor.demand') return t(`policy.demand_${value}`);
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return t('policy.nothing');
  if (part === 'secondFactor.factors') return value.map((one) => t(`${factorTexts(one)}.name`)).join(', ');
  if (part === 'password.classes') return value.map((one) => t(`policy.class_${one}`)).join(', ');
  if (part === 'networks') return value.map((ranges: string[]) => ranges.join(', ')).join(' + ');
  return (value as Hours[])
    .map(({ days, from, to, timeZone }) => `${days.map((day) => t(`policy.day_${day}`)).join(', ')} ${from}–${to} ${timeZone}`)
    .join(' + ');
}

import { type Risk, riskWords } from '../domain/administration/risks/index.ts';
import type { Advice } from '../domain/applications/applications/index.ts';
import type { Translate } from '../platform/i18n/index.ts';

/** Why a directory cannot be used or a run failed, in the console's words, or by its code where it has none. */
export function describeFault(code: string, t: Translate): string {
  const key = code.replaceAll('-', '_');
  const texts = [`directories.faults.${key}`, `errors.${key}`];
  return texts.map((one) => [one, t(one)] as const).find(([one, text]) => text !== one)?.[1] ?? code;
}

/** What is weaker than it could be, in the console's words. */
export function describeAdvice({ option, state }: Advice, t: Translate): string {
  const why = state === 'ended' ? 'ended' : `${option}.weakens`;
  return `${t(`saml_options.${option}.label`)}. ${t(`saml_options.${why}`)}`;
}

/** A risky setting, in the console's words. */
export const describeRisk = (risk: Risk, t: Translate): string =>
  riskWords(risk)
    .map(({ key, params }) => t(key, params))
    .join(' ');

import { type ExplainFacts, type Explanation, type Line, tellStep } from '../domain/administration/explanations/index.ts';
import type { Translate } from '../platform/i18n/index.ts';
import { terminalWords } from './own-words.ts';

/** The verdict and every step, with all that the console shows of it. */
export function describeExplanation(facts: ExplainFacts, { allowed, steps, rules }: Explanation, asked: Record<Names, string>): string {
  const t = terminalWords();
  const names = { person: facts.person?.name ?? asked.person, application: facts.application?.name ?? asked.application };
  const told = steps.map((step) => ({ step: step.step, ...tellStep(t, step, rules) }));
  const width = Math.max(...told.map(({ word }) => word.length));
  const lines = told.flatMap(({ step, title, word, reason, mend, ...more }) => [
    `  ${word.padEnd(width)}  ${title}${reason ? `: ${reason}` : ''}${mend ? ` (in the console: ${mend})` : ''}`,
    ...[
      ...more.lines.map((line) => describeLine(t, line)),
      ...more.stricter.map(({ rule, value, source }) => `${t('explain.stricter', { rule, value })} ${source}`),
      ...(step === 'release' ? describeRelease(t, facts.release) : []),
    ].map((line) => `${' '.repeat(width + 6)}${line}`),
  ]);
  return [t(`explain.${allowed ? 'allowed' : 'refused'}`, names), ...lines].join('\n');
}

type Names = 'person' | 'application';

function describeLine(t: Translate, { key, params = {} }: Line): string {
  const said = Object.entries(params).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]);
  return t(`explain.facts.${key}`, Object.fromEntries(said));
}

/** What the application would be told. */
function describeRelease(t: Translate, release: ExplainFacts['release']): string[] {
  if (!release) return [];
  if (release.protocol === 'oidc')
    return release.documents.map(({ into, claims }) => `${t(`explain.into.${into}`)}: ${JSON.stringify(claims)}`);
  if (release.fault) return [];
  const { nameId, attributes } = release;
  return [
    ...(nameId ? [`NameID: ${nameId.value} (${nameId.format})`] : []),
    ...attributes.map(({ name, values }) => `${name}: ${values.join(', ')}`),
  ];
}

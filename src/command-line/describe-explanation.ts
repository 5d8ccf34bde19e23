import { type ExplainFacts, type Explanation, type Line, tellStep } from '../domain/administration/explanations/index.ts';
import type { Translate } from '../platform/i18n/index.ts';
import { terminalWords } from './own-words.ts';

/**
 * The verdict and every step, with all that the console shows of it; of what there is not, that there is none.
 * @param asked.shown what to call them where their name alone is not enough
 */
export function describeExplanation(facts: ExplainFacts, { allowed, steps, rules }: Explanation, { typed, shown }: Asked): string {
  const t = terminalWords();
  const names = {
    person: shown.person ?? facts.person?.name ?? typed.person,
    application: shown.application ?? facts.application?.name ?? typed.application ?? t('nav.launchpad'),
  };
  const unknown = [
    ...(facts.application || !typed.application ? [] : [t('errors.unknown_application', { code: typed.application })]),
    ...(facts.person || facts.entry ? [] : [t('errors.unknown_person', { login: typed.person })]),
  ];
  const verdict = unknown.length > 0 ? unknown.join(' ') : t(`explain.${allowed ? 'allowed' : 'refused'}`, names);
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
  return [verdict, ...lines].join('\n');
}

type Names = 'person' | 'application';
type Asked = { typed: { person: string; application: string | undefined }; shown: Partial<Record<Names, string>> };

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

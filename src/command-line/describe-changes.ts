import { type ToldField, tellFields, tellObject } from '../domain/administration/configuration/index.ts';
import type { ApplyResult, Change, PlannedContext } from '../domain/administration/desired-state/index.ts';
import type { Advice } from '../domain/applications/applications/index.ts';
import type { Translate } from '../platform/i18n/index.ts';
import { describeAdvice } from './advice.ts';
import { terminalWords } from './own-words.ts';
import { policyHolds, policyWouldHold } from './policy-warning.ts';

/** What was done, or would be, in a line each. */
export function describeChanges(result: ApplyResult, isTrial: boolean): string {
  const { changes, generatedPasswords } = result;
  const passwords = isTrial ? [] : generatedPasswords.map(({ context, login, password }) => `${context} ${login}: ${password}`);
  const told = [
    isTrial ? 'Would change:' : 'Changed:',
    ...describeLines(changes, result),
    ...(passwords.length > 0 ? ['', 'Passwords, shown only now:', ...passwords] : []),
  ];
  return [...(changes.length === 0 ? ['Nothing to change.'] : told), ...describeNotes(result, !isTrial)].join('\n');
}

const sign = { created: '+', changed: '~', removed: '-' };

const lineOf = ({ action, what, details }: Change): string => `${sign[action]} ${what}${details ? ` (${details})` : ''}`;

/** A line each; of a file with several companies, below each of them. */
export function describeLines(changes: Change[], { contexts = [] }: Pick<ApplyResult, 'contexts'>): string[] {
  if (contexts.length < 2) return changes.map(lineOf);
  const byContext = Map.groupBy(changes, ({ context = '' }) => context);
  return [...byContext].flatMap(([context, own]) => [`${context}:`, ...own.map((one) => `  ${lineOf(one)}`)]);
}

/** What would differ, object by object, in the console's words; and what a comparison does not see, which is people and secrets. */
export function describePlan(result: ApplyResult): string {
  const t = terminalWords();
  const contexts = (result.plan ?? []).map(withoutSecrets).filter(({ isNew, differences }) => isNew || differences.length > 0);
  const unseen = result.changes.filter((change) => isUnseen(change, result.plan ?? []));
  const others = describeLines(unseen, result);
  const nothing = contexts.length + others.length === 0;
  return [
    ...(nothing ? ['Nothing to change.'] : contexts.flatMap((one) => describeContext(one, t))),
    ...(contexts.length > 0 && others.length > 0 ? [''] : []),
    ...(others.length > 0 ? ['People and secrets:', ...others.map((line) => `  ${line}`)] : []),
    ...describeNotes(result, false),
  ].join('\n');
}

/** A plan lists secrets together with people. */
const withoutSecrets = ({ differences, ...context }: PlannedContext): PlannedContext => ({
  ...context,
  differences: differences
    .map((one) => ({ ...one, fields: one.fields.filter(({ isSecret }) => !isSecret) }))
    .filter(({ action, fields }) => action !== 'change' || fields.length > 0),
});

/** People and secrets are in no configuration. An assignment is, of groups. */
function isUnseen({ what, details = '', context: company }: Change, plan: PlannedContext[]): boolean {
  if (what.startsWith('user ') || /^members |^client secret$/.test(details)) return true;
  if (!details.startsWith('assignments ')) return false;
  const seen = plan
    .filter(({ context }) => context === company)
    .flatMap(({ differences }) => differences)
    .filter(({ fields }) => fields.some(({ path }) => path === 'assignedTo.groups'));
  return !seen.some(({ kind, key }) => what === `${kind} ${key}`);
}

export const signOf = { add: '+', change: '~', remove: '-' };

function describeContext({ context, isNew, differences }: PlannedContext, t: Translate): string[] {
  const lines = differences.flatMap((difference) => {
    const shown = difference.action === 'remove' ? [] : tellFields(t, difference);
    return [
      `  ${signOf[difference.action]} ${tellObject(t, difference)}`,
      ...shown.map((field) => `      ${describeField(field, difference.action)}`),
    ];
  });
  return [`${context}${isNew ? ' (new)' : ''}`, ...lines];
}

/** Of what is new there is nothing before, of what goes nothing afterwards. */
export function describeField({ label, before, after }: ToldField, action: keyof typeof signOf): string {
  if (action !== 'change') return `${label}: ${inLine(after || before)}`;
  const [was, is] = aroundChange(before, after);
  return `${label}: ${inLine(was)} → ${inLine(is)}`;
}

/** Of two long texts the part in which they differ: cut at their end they could look the same. */
function aroundChange(before: string, after: string): [before: string, after: string] {
  if (Math.max(before.length, after.length) <= longest) return [before, after];
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  const from = Math.max(0, same - 20);
  const cut = (text: string) => (from > 0 ? `…${text.slice(from).toWellFormed()}` : text);
  return [cut(before), cut(after)];
}

/** A value in one line, which is cut where it is long. */
export function inLine(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ', ');
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line || '–';
}

const longest = 160;

/** In the console's words. */
function describeNotes(result: ApplyResult, isDone: boolean): string[] {
  const { changes, leftOut, leftOutKeys = [], advice, keptSecrets = [], contexts = [] } = result;
  const t = terminalWords();
  const nameOf = ({ application, context }: { application: string; context?: string }) =>
    contexts.length > 1 ? `${context} ${application}` : application;
  const left = leftOut.map((one) => `  ${nameOf(one)}: ${t(`left_out.${one.reason}`, { what: one.what })}`);
  const kept = keptSecrets.map((one) => `  ${nameOf(one)}: ${one.reference}`);
  const keys = leftOutKeys.map((one) => `  ${nameOf(one)}: ${one.count}`);
  const isPolicy = changes.some(({ what, details }) => what === 'sign-in policy' && details !== undefined);
  return [
    ...(isPolicy ? ['', isDone ? policyHolds : policyWouldHold] : []),
    ...(kept.length > 0 ? ['', 'Secrets that stay, since their references lead to nothing here:', ...kept] : []),
    ...(left.length > 0 ? ['', t('left_out.title'), ...left] : []),
    ...(keys.length > 0
      ? ['', 'Keys left out of jwks because they are incomplete, too weak, not supported or for another use:', ...keys]
      : []),
    ...describeWeakened(advice.map((one) => ({ ...one, application: nameOf(one) }))),
  ];
}

/** What is weaker than it could be, in a line each. */
export function describeWeakened(advice: (Advice & { application: string })[]): string[] {
  const t = terminalWords();
  const lines = advice.map((one) => `  ${one.application}: ${describeAdvice(one, t)}`);
  return lines.length > 0 ? ['', 'Weakened protection:', ...lines] : [];
}

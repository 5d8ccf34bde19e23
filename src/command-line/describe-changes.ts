import { type ToldField, tellFields, tellObject } from '../domain/administration/configuration/index.ts';
import type { ApplyResult, Change, PlannedContext } from '../domain/administration/desired-state/index.ts';
import { consoleWords, describeAdvice } from './advice.ts';

type Translate = ReturnType<typeof consoleWords>;

/** What was done, or would be, in a line each. */
export function describeChanges(result: ApplyResult, isTrial: boolean): string {
  const { changes, generatedPasswords } = result;
  const passwords = isTrial ? [] : generatedPasswords.map(({ context, login, password }) => `${context} ${login}: ${password}`);
  const told = [
    isTrial ? 'Would change:' : 'Changed:',
    ...changes.map(lineOf),
    ...(passwords.length > 0 ? ['', 'Passwords, shown only now:', ...passwords] : []),
  ];
  return [...(changes.length === 0 ? ['Nothing to change.'] : told), ...describeNotes(result)].join('\n');
}

const sign = { created: '+', changed: '~', removed: '-' };

export const lineOf = ({ action, what, details }: Change): string => `${sign[action]} ${what}${details ? ` (${details})` : ''}`;

/** What would differ, object by object, in the console's words; and what a comparison does not see, which is people and secrets. */
export function describePlan(result: ApplyResult): string {
  const t = consoleWords();
  const contexts = (result.plan ?? []).filter(({ isNew, differences }) => isNew || differences.length > 0);
  const others = result.changes.filter((change) => isUnseen(change, result.plan ?? [])).map(lineOf);
  const nothing = contexts.length + others.length === 0;
  return [
    ...(nothing ? ['Nothing to change.'] : contexts.flatMap((one) => describeContext(one, t))),
    ...(others.length > 0 ? ['', 'People and secrets:', ...others.map((line) => `  ${line}`)] : []),
    ...describeNotes(result),
  ].join('\n');
}

/** People and secrets are in no configuration. An assignment is, of groups. */
function isUnseen({ what, details = '' }: Change, plan: PlannedContext[]): boolean {
  if (what.startsWith('user ') || /^members |^client secret$/.test(details)) return true;
  if (!details.startsWith('assignments ')) return false;
  const seen = plan
    .flatMap(({ differences }) => differences)
    .filter(({ fields }) => fields.some(({ path }) => path === 'assignedTo.groups'));
  return !seen.some(({ kind, key }) => what === `${kind} ${key}`);
}

const signOf = { add: '+', change: '~', remove: '-' };

function describeContext({ context, isNew, differences }: PlannedContext, t: Translate): string[] {
  const lines = differences.flatMap((difference) => {
    const shown = difference.action === 'remove' ? [] : tellFields(t, difference);
    return [
      `  ${signOf[difference.action]} ${tellObject(t, difference)}`,
      ...shown.map((field) => describeField(field, difference.action)),
    ];
  });
  return [`${context}${isNew ? ' (new)' : ''}`, ...lines];
}

/** Of what is new there is nothing before. */
const describeField = ({ label, before, after }: ToldField, action: keyof typeof signOf): string =>
  `      ${label}: ${action === 'add' ? inLine(after) : `${inLine(before)} → ${inLine(after)}`}`;

/** A value in one line, which is cut where it is long. */
export function inLine(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ', ');
  return line.length > 160 ? `${line.slice(0, 159).toWellFormed()}…` : line || '–';
}

/** In the console's words. */
function describeNotes({ leftOut, advice, keptSecrets = [] }: ApplyResult): string[] {
  const t = consoleWords();
  const left = leftOut.map(({ application, reason, what }) => `  ${application}: ${t(`left_out.${reason}`, { what })}`);
  const weaker = advice.map((one) => `  ${one.application}: ${describeAdvice(one, t)}`);
  const kept = keptSecrets.map(({ application, reference }) => `  ${application}: ${reference}`);
  return [
    ...(kept.length > 0 ? ['', 'Secrets that stay, since their references lead to nothing here:', ...kept] : []),
    ...(left.length > 0 ? ['', t('left_out.title'), ...left] : []),
    ...(weaker.length > 0 ? ['', 'Weaker than it could be:', ...weaker] : []),
  ];
}

import { isSecretPlace, type ToldField, tellFields, tellObject, tellPath } from '../domain/administration/configuration/index.ts';
import {
  type Choice,
  type Comparison,
  type Finding,
  type NewSecret,
  type PromotionDifference,
  tellFinding,
  tellHindrance,
  tellRefusedUndo,
  type Undone,
  type UndoneObject,
} from '../domain/administration/promotion/index.ts';
import type { AppError } from '../platform/errors/index.ts';
import type { Output } from './command.ts';
import { describeField, inLine, signOf } from './describe-changes.ts';
import { terminalWords } from './own-words.ts';
import { printOnly } from './promotion-choice.ts';

export function describeDifferences(comparison: Comparison, choice: Choice): string[] {
  const t = terminalWords();
  const picked = new Set(choice.picked);
  return comparison.differences.flatMap((one) => [
    `${signOf[one.action]} ${tellObject(t, one)}${picked.has(one.id) ? '' : ' (not chosen)'}`,
    ...[...tellFields(t, one), ...(picked.has(one.id) ? tellOwn(one, choice) : [])].map(
      (field) => `    ${describeField(field, one.action)}`,
    ),
  ]);
}

/** What is said for production alone: it has nothing there yet. */
const tellOwn = ({ id, kind, questions }: PromotionDifference, { values }: Choice): ToldField[] =>
  questions.flatMap(({ path }) => {
    const text = values[id]?.[path]?.trim();
    if (!text) return [];
    const label = tellPath(terminalWords(), kind, path);
    return [{ label, before: '', after: isSecretPlace(path.split('.')) ? '(not shown)' : text, isLong: false }];
  });

/** A finding with its sentence, and the words for its field and rule. */
export function told(finding: Finding): Finding & { message: string; field?: string; rule?: string } {
  const t = terminalWords();
  const { object, path, params } = finding;
  return {
    ...finding,
    message: tellFinding(t, finding),
    ...(object && path ? { field: tellPath(t, object.kind, path) } : {}),
    ...(typeof params.rule === 'string' ? { rule: t(params.rule, params) } : {}),
  };
}

const bySeverity = (one: Finding, other: Finding): number => Number(one.severity === 'warning') - Number(other.severity === 'warning');

/** What is missing is named as the file of --values would say it. */
export function describeFindings(comparison: Comparison, findings: Finding[], { picked, accepted }: Choice): string[] {
  const { differences } = comparison;
  if (findings.length === 0) return [];
  const t = terminalWords();
  const missing = findings.filter(({ code }) => code === 'unanswered');
  const asked = differences.flatMap((difference) => {
    const paths = missing.filter(({ object }) => object?.kind === difference.kind && object.key === difference.key).map(({ path }) => path);
    if (paths.length === 0) return [];
    const lines = difference.questions.map(
      ({ path, shown }) =>
        `    ${paths.includes(path) ? '' : '# '}${path}: … # ${tellPath(t, difference.kind, path)}; approval has ${inLine(shown)}`,
    );
    return [`  "${difference.id.trim()}":`, ...lines];
  });
  const open = findings.filter(({ severity, id }) => severity === 'warning' && !accepted.includes(id));
  return [
    '',
    ...findings.toSorted(bySeverity).map((one) => `${one.severity === 'error' ? 'Error' : 'Warning'}: ${tellFinding(t, one)}`),
    ...(asked.length > 0 ? ['', 'Say it in a file for --values:', ...asked] : []),
    ...(findings.some(({ code }) => code === 'missing') ? ['', `With what they need: ${printOnly(comparison, picked)}`] : []),
    ...(open.some(({ code }) => code !== 'no_way_in') ? ['', 'Warnings are taken note of by --accept-warnings.'] : []),
    ...(open.some(({ code }) => code === 'no_way_in')
      ? ['', 'If you know that an administrator can still sign in, confirm that with --accept-lockout; --accept-warnings does not.']
      : []),
  ];
}

export const describeSecrets = (secrets: NewSecret[]): string[] =>
  secrets.length > 0 ? ['', 'Client secrets, shown only now:', ...secrets.map(({ clientId, secret }) => `${clientId}: ${secret}`)] : [];

const whyOf = ({ kind, hindrance }: UndoneObject): string | undefined => hindrance && tellHindrance(terminalWords(), kind, hindrance);

/** An object of an undo, and why it stays. @param isBlocked where none goes back */
export function describeUndone(one: UndoneObject, isBlocked = false): string {
  const why = whyOf(one);
  return `${one.state === 'undoable' && !isBlocked ? '✓' : '·'} ${tellObject(terminalWords(), one)}${why ? ` (stays: ${why})` : ''}`;
}

export const tellUndone = (one: UndoneObject) => {
  const { kind, key, name, state, hindrance } = one;
  return { kind, key, name, state, hindrance, why: whyOf(one) };
};

/** Why an undo changed nothing, always in one shape: as sentences, and with a finding for each object that is in the way. */
export function describeRefusedUndo(undone: Exclude<Undone, { outcome: 'undone' }>): { code: string; error: string; findings: object[] } {
  const t = terminalWords();
  const refused = undone.outcome === 'refused' ? undone.findings.map(told) : [];
  const others = undone.staying.filter(({ hindrance }) => hindrance?.why !== 'refused');
  const findings = others.map((one) => {
    const { kind, key, name } = one;
    const message = `${tellObject(t, one)}: ${whyOf(one)}`;
    return { id: `stays ${kind} ${key}`, code: 'stays', severity: 'error', object: { kind, key, name }, params: {}, message };
  });
  return {
    code: refused.length > 0 ? 'promotion_refused' : 'promotion_changed_since',
    error: tellRefusedUndo(t, undone).join('\n'),
    findings: [...refused, ...findings],
  };
}

/** What no object of it is to blame for, in the same shape. */
export function describeObstacle({ code, publicMessage, params }: AppError): Pick<Output, 'text' | 'data'> {
  const t = terminalWords();
  // here nothing was ticked or typed that could be kept
  const error = code === 'promotion_changed' ? 'Approval or production has just changed. Run the command again.' : t(publicMessage, params);
  return {
    text: `${error}\nNothing was changed.`,
    data: { outcome: 'refused', code, error, findings: [{ id: code, code, severity: 'error', params: {}, message: error }] },
  };
}

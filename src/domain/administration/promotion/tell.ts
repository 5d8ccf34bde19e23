import { AppError, visible } from '../../../platform/errors/index.ts';
import type { Translate } from '../../../platform/i18n/index.ts';
import { type Difference, type ObjectName, tellObject, tellPath } from '../configuration/index.ts';
import type { Finding } from './finding.ts';
import type { Hindrance } from './promotion.ts';
import type { Undone } from './undo.ts';

/** These words stand with the pages; the command line says the same. */
const wordOf = (section: 'findings' | 'hindrances' | 'values', name: string): string => `promotion.${section}.${name}`;

/** Why an object stays when a promotion is undone. */
export function tellHindrance(t: Translate, kind: Difference['kind'], { why, paths = [], by, finding }: Hindrance): string {
  if (finding) return t(wordOf('hindrances', finding.path ? 'refused_field' : 'refused'), tellParts(t, finding));
  const fields = paths.map((path) => tellPath(t, kind, path)).join(', ');
  return t(wordOf('hindrances', why), { fields, other: by ? tellObject(t, by) : '' });
}

/** Objects that stay, where the rest alone was not asked for. */
export const refuseStaying = (t: Translate, staying: ObjectName[]): AppError =>
  new AppError('promotion_changed_since', 409, { params: { names: staying.map((one) => tellObject(t, one)).join(', ') } });

/** Why an undo changed nothing, in sentences: what rules refuse, and what stays for another reason. */
export function tellRefusedUndo(t: Translate, undone: Exclude<Undone, { outcome: 'undone' }>): string[] {
  const refused = undone.outcome === 'refused' ? undone.findings.map((one) => tellFinding(t, one)) : [];
  const others = undone.staying.filter(({ hindrance }) => hindrance?.why !== 'refused');
  const { publicMessage, params } = refuseStaying(t, others);
  return [...refused, others.length > 0 ? t(publicMessage, params) : t('fields.promotion_nothing_changed')];
}

/** What a check says: a sentence that names the object, its field and the rule, and what stands there. */
export function tellFinding(t: Translate, finding: Finding): string {
  const { code, found } = finding;
  const said = tellParts(t, finding);
  const sentence = t(`promotion.findings.${code}${code === 'refused' && said.field ? '_field' : ''}`, said);
  return found === undefined ? sentence : `${sentence} ${t(wordOf('values', 'found'), { found: visible(found) })}`;
}

/** The same beside the field that it is about: what is wrong with it, and what stands there. */
export function tellRule(t: Translate, finding: Finding): string {
  const { code, found } = finding;
  if (code === 'unanswered') return t('fields.required');
  if (code !== 'refused') return tellFinding(t, finding);
  const { rule } = tellParts(t, finding);
  return found === undefined ? rule : `${rule} ${t(wordOf('values', 'found'), { found: visible(found) })}`;
}

const tellParts = (t: Translate, { object, other, path, params }: Finding) => ({
  ...params,
  object: object ? tellObject(t, object) : '',
  other: other ? tellObject(t, other) : '',
  field: object && path ? tellPath(t, object.kind, path) : '',
  rule: typeof params.rule === 'string' ? t(params.rule, params) : '',
});

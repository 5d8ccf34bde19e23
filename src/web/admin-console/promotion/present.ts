import { idOf, tellFields, tellObject, tellPath } from '../../../domain/administration/configuration/index.ts';
import {
  type Choice,
  type Comparison,
  type Doer,
  type Finding,
  type listWeakened,
  type PromotionDifference,
  tellFinding,
  tellRule,
} from '../../../domain/administration/promotion/index.ts';
import { fullName, listUsersByIds } from '../../../domain/people/users/index.ts';
import { type PageContext, presentActor } from '../../request/index.ts';
import { ownName } from './read-choice.ts';

/** An object with what changes of it, in the reader's words. */
export const presentObject = (
  { t }: Pick<PageContext, 't'>,
  one: Pick<PromotionDifference, 'kind' | 'key' | 'name' | 'action' | 'fields'>,
) => ({
  title: tellObject(t, one),
  action: one.action,
  fields: tellFields(t, one),
});

/** A row of the form. @param known ids that the form has shown before; others are marked */
export function presentDifference(page: PageContext, difference: PromotionDifference, choice: Choice, known?: ReadonlySet<string>) {
  const { id, kind, questions } = difference;
  return {
    ...presentObject(page, difference),
    id,
    isPicked: choice.picked.includes(id),
    isNew: known !== undefined && !known.has(id),
    questions: questions.map(({ path, look, shown, isRequired, isRemembered }) => ({
      path,
      name: ownName(id, path),
      label: tellPath(page.t, kind, path),
      look,
      shown,
      value: choice.values[id]?.[path] ?? '',
      isRequired,
      isRemembered,
    })),
  };
}

export const presentFindings = ({ t }: PageContext, findings: Finding[], { accepted }: Pick<Choice, 'accepted'>) =>
  findings.map((one) => ({ id: one.id, severity: one.severity, text: tellFinding(t, one), isAccepted: accepted.includes(one.id) }));

export const presentWeakened = ({ t }: PageContext, weakened: ReturnType<typeof listWeakened>) =>
  weakened.map(({ name, option, state }) => {
    const why = state === 'ended' ? 'ended' : `${option}.weakens`;
    return { name, text: `${t(`saml_options.${option}.label`)}. ${t(`saml_options.${why}`)}` };
  });

type Row = ReturnType<typeof presentDifference>;

/**
 * The rows of a form with what is wrong beside each object and field, and the findings with where they lead.
 * @param rows in the order of the page
 */
export function markFaults({ t }: PageContext, rows: Row[], findings: Finding[]) {
  const placed = rows.map((row, index) => ({
    ...row,
    place: `pick-${index + 1}`,
    faults: [] as string[],
    questions: row.questions.map((one, number) => ({ ...one, place: `own-${index + 1}-${number + 1}`, faults: [] as string[] })),
  }));
  const told = findings.map((finding) => {
    const { object, path } = finding;
    const row = object && placed.find(({ id }) => id === idOf(object));
    const field = row?.questions.find((one) => path !== undefined && `${path}.`.startsWith(`${one.path}.`));
    const text = tellFinding(t, finding);
    if (field) field.faults.push(tellRule(t, finding));
    else row?.faults.push(text);
    return { text, severity: finding.severity, place: field?.place ?? row?.place };
  });
  return { rows: placed, findings: told };
}

/** What the form says of differences that it does not show now. */
export const hiddenOf = ({ differences }: Comparison, choice: Choice, isHidden: (id: string) => boolean): [name: string, value: string][] =>
  differences
    .filter(({ id }) => isHidden(id))
    .flatMap(({ id, questions }): [string, string][] => [
      ...(choice.picked.includes(id) ? [['pick', id] as [string, string]] : []),
      ...questions.map(({ path }): [string, string] => [ownName(id, path), choice.values[id]?.[path] ?? '']),
    ]);

/** Who did it, by the name they have now; somebody who is deleted has none. */
export async function presentDoers({ scope, t }: PageContext, doers: (Doer | undefined)[]): Promise<(string | undefined)[]> {
  const ids = doers.flatMap((doer) => (doer?.kind === 'person' && doer.id ? [doer.id] : []));
  const people = new Map((await listUsersByIds(scope, ids)).map((user) => [user.userId as string, fullName(user)]));
  return doers.map((doer) => {
    if (!doer) return undefined;
    return doer.kind === 'person'
      ? (people.get(doer.id ?? '') ?? t('promotion.somebody'))
      : presentActor({ ...doer, name: doer.name ?? '' }, t);
  });
}

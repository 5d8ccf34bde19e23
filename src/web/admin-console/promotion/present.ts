import { tellFields, tellObject, tellPath } from '../../../domain/administration/configuration/index.ts';
import {
  type Choice,
  type Comparison,
  type Doer,
  type Finding,
  type PromotionDifference,
  tellFinding,
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

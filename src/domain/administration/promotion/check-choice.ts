import { type ConfigurationObject, idOf, mappedFields, type ObjectRef } from '../configuration/index.ts';
import { checkAddresses, checkCertificates, checkNames } from './check-addresses.ts';
import { type Comparison, objectsById, type PromotionDifference, pickedOf, workOutcome } from './comparison.ts';
import { type Finding, finding } from './finding.ts';
import { answerFault } from './own-fields.ts';
import { hasPeople, type PeopleFacts } from './people-facts.ts';
import type { Choice } from './promotion.ts';

export type Circumstances = { approvalUrl: string; now: Date; people: PeopleFacts };

/** Everything that can be said of what is chosen before anything is written. */
export function checkChoice(comparison: Comparison, choice: Choice, { approvalUrl, now, people }: Circumstances): Finding[] {
  const picked = pickedOf(comparison, choice);
  if (picked.length === 0) return [finding('nothing_chosen')];
  const unanswered = picked.flatMap((one) => checkAnswers(one, choice));
  const { result: configuration } = workOutcome(comparison, readableOf(comparison, choice));
  const { approval, production } = comparison.sides;
  const [result, theirs, ours] = [configuration, approval, production].map(objectsById) as [Objects, Objects, Objects];
  const ids = new Set(picked.map(({ id }) => id));
  const isPicked = (object: ObjectRef) => ids.has(idOf(object));
  return [
    ...unanswered,
    ...checkNeeds({ result, theirs, ours, picked, tickable: new Set(comparison.differences.map(({ id }) => id)) }),
    ...[...result.values()]
      .filter(isPicked)
      .flatMap((object) => [
        ...checkAddresses(object, theirs.get(idOf(object)), approvalUrl),
        ...checkCertificates(object, now),
        ...checkAccess(object, people),
      ]),
    ...checkNames([...result.values()], isPicked),
    ...picked.flatMap((one) => checkRemoval(one, people)),
  ];
}

/** What an application cannot be without and nobody has said, and what was said and cannot be read. */
const checkAnswers = (difference: PromotionDifference, { values }: Choice): Finding[] =>
  difference.questions.flatMap(({ path, isRequired }): Finding[] => {
    const text = values[difference.id]?.[path]?.trim();
    if (!text) return isRequired ? [finding('unanswered', difference, { path })] : [];
    const rule = answerFault(difference.kind, path, text);
    if (!rule) return [];
    return [finding('refused', difference, { path, params: { rule } })];
  });

/** Without answers that cannot be read: of them nothing more can be said, but of everything else. */
export function readableOf(comparison: Pick<Comparison, 'differences'>, choice: Choice): Choice {
  const kindOf = new Map(comparison.differences.map(({ id, kind }) => [id, kind]));
  const values = Object.entries(choice.values).map(([id, texts]) => [
    id,
    Object.fromEntries(Object.entries(texts).filter(([path, text]) => answerFault(kindOf.get(id) ?? '', path, text) === undefined)),
  ]);
  return { ...choice, values: Object.fromEntries(values) };
}

type Objects = Map<string, ConfigurationObject>;
type Sought = { result: Objects; theirs: Objects; ours: Objects; picked: PromotionDifference[]; tickable: ReadonlySet<string> };

/** Something that is there in the end refers to what is not: because it was never ticked, or because it is to go. */
function checkNeeds({ result, theirs, ours, picked, tickable }: Sought): Finding[] {
  const known = new Map(picked.map((one) => [one.id, one]));
  return [...result.values()].flatMap((object) =>
    object.needs.flatMap((need): Finding[] => {
      const id = idOf(need);
      if (result.has(id) || isEveryone(need) || isLeftBehind(object, need, ours)) return [];
      const gone = known.get(id);
      if (gone?.action === 'remove') return [finding('still_needed', gone, { other: object })];
      if (!known.has(idOf(object))) return [];
      // what approval lacks as well cannot be ticked
      const code = tickable.has(id) ? 'missing' : 'absent';
      return [finding(code, object, { other: { ...need, name: theirs.get(id)?.name ?? need.key } })];
    }),
  );
}

/** A directory's mapping that production has: it stays when its field goes, and fills nothing. */
const isLeftBehind = (object: ConfigurationObject, need: ObjectRef, ours: Objects): boolean =>
  object.kind === 'directory' &&
  need.kind === 'customField' &&
  Object.hasOwn(mappedFields(ours.get(idOf(object))?.value.settings), need.key);

/** Of every company, and in no configuration. */
export const isEveryone = ({ kind, key }: ObjectRef): boolean => kind === 'group' && key === 'everyone';

/** Whether somebody can open it: everybody, people of its own, or those of its groups. */
function checkAccess(object: ConfigurationObject, people: PeopleFacts): Finding[] {
  const { kind, value, needs } = object;
  if (kind !== 'application' || value.enabled === false || value.navigable === true || hasPeople(people, object)) return [];
  const { groups } = value.assignedTo as unknown as { groups: string[] };
  if (groups.length === 0) return [finding('nobody', object)];
  const isOpen = needs.some((need) => need.kind === 'group' && (isEveryone(need) || hasPeople(people, need)));
  return isOpen ? [] : [finding('empty_groups', object, { params: { groups: groups.join(', ') } })];
}

/** With an application, group or field that goes, people lose it. */
const checkRemoval = (difference: PromotionDifference, people: PeopleFacts): Finding[] =>
  difference.action === 'remove' && hasPeople(people, difference) ? [finding('removed_people', difference)] : [];

/** What is picked, and what that needs of the differences, and so on. */
export function withNeeds({ differences }: Pick<Comparison, 'differences'>, picked: string[]): string[] {
  const known = new Map(differences.map((one) => [one.id, one]));
  const all = new Set(picked);
  for (const id of all) {
    const difference = known.get(id);
    if (!difference || difference.action === 'remove') continue;
    for (const need of difference.needs) if (known.get(idOf(need))?.action === 'add') all.add(idOf(need));
  }
  return [...all];
}

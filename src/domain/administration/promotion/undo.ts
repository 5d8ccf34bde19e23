import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { getOwnContext, lockContext } from '../../company/contexts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { loadPolicy, trialAt } from '../../sign-in/sign-in-policy/index.ts';
import {
  type Configuration,
  type Difference,
  describeConfiguration,
  idOf,
  invertDifferences,
  namesOfPath,
  type ObjectRef,
  patchConfiguration,
} from '../configuration/index.ts';
import { isEveryone } from './check-choice.ts';
import { objectsById } from './comparison.ts';
import type { Finding } from './finding.ts';
import { lockObjects } from './lock-objects.ts';
import { gatherPeopleFacts, hasPeople, type PeopleFacts } from './people-facts.ts';
import type { Surroundings } from './promote.ts';
import type { Hindrance, Promotion, PromotionObject } from './promotion.ts';
import { getPromotion, listObjects, noteState, noteStaying, noteUndone } from './store.ts';
import { type NewSecret, tryChanges, writeChanges } from './write-changes.ts';

export type UndoneObject = PromotionObject & { state: 'undoable' | 'as-before' | 'stays'; hindrance?: Hindrance };

/** `findings`: what rules refuse of it; `blocking`: those of no object of the promotion, which stand in the way of all of it. */
export type UndoPlan = { promotion: Promotion; objects: UndoneObject[]; findings: Finding[]; blocking: Finding[] };

/**
 * What undoing would do now, object by object, the last one first: it is written and taken back, so that it says what a rule refuses too.
 * @throws AppError not_found, promotion_not_undoable
 */
export async function planUndo(scope: Scope, promotionId: string, around: Partial<Surroundings> = {}): Promise<UndoPlan> {
  const { changes: _, secrets: _s, ...plan } = await settle(scope, promotionId, around, () => false);
  return plan;
}

type Judged = Pick<UndoPlan, 'promotion' | 'objects'> & { now: Configuration };

async function judgeNow(scope: Scope, promotionId: string, refused: Finding[]): Promise<Judged> {
  const promotion = await getPromotion(scope, promotionId);
  if (promotion.state !== 'applied') throw new AppError('promotion_not_undoable', 409);
  const objects = await listObjects(scope, promotion.promotionId);
  const now = await describeConfiguration(scope);
  const added = objects.filter(({ action }) => action === 'add');
  return { promotion, now, objects: judge(objects, now, await gatherPeopleFacts(scope, added), refused) };
}

/**
 * Leaves out what a rule refuses until the rest can be written.
 * @param mayWrite whether it is written, beside those that stay, or tried only
 * @returns `secrets` where it was written
 */
async function settle(
  scope: Scope,
  promotionId: string,
  around: Partial<Surroundings>,
  mayWrite: (staying: UndoneObject[]) => boolean,
): Promise<UndoPlan & { changes: Difference[]; secrets?: NewSecret[] }> {
  const findings: Finding[] = [];
  for (;;) {
    const { promotion, now, objects } = await judgeNow(scope, promotionId, findings);
    const changes = inverted(objects);
    const settled = { promotion, objects, findings, blocking: [], changes };
    if (changes.length === 0) return settled;
    const outcome = { changes, result: patchConfiguration(now, changes) };
    // they stood before, and taking back is urgent when it is needed; only what somebody tries out now is not confirmed on the way
    const isTrying = trialAt(await loadPolicy(scope), scope.clock.now()) !== undefined;
    const policy = { usableFactors: around.usableFactors, onTrial: isTrying, mayLockOut: true };
    const written = mayWrite(objects.filter(stays))
      ? await writeChanges(scope, outcome, policy)
      : { refused: await tryChanges(scope, outcome, policy) };
    if ('secrets' in written) return { ...settled, secrets: written.secrets };
    findings.push(...written.refused);
    // of what is no object of the promotion nothing can be left out
    const blocking = written.refused.filter(({ object }) => !object || !changes.some((one) => isPartOf(one, object)));
    if (written.refused.length === 0 || blocking.length > 0) return { ...settled, blocking };
  }
}

const stays = ({ state }: UndoneObject): boolean => state === 'stays';

function judge(objects: PromotionObject[], now: Configuration, people: PeopleFacts, refused: Finding[]): UndoneObject[] {
  const present = objectsById(now);
  const judged = objects.toReversed().map((object): UndoneObject => {
    const one = judgeAlone(object, present.get(idOf(object))?.value, people);
    const finding = one.state === 'undoable' && refused.find((found) => found.object && isPartOf(object, found.object));
    return finding ? { ...one, state: 'stays', hindrance: { why: 'refused', finding } } : one;
  });
  // what would be missing to something that stays has to stay, and so on
  for (let again = true; again; ) {
    again = false;
    const left = objectsById(patchConfiguration(now, inverted(judged)));
    for (const [place, one] of judged.entries()) {
      if (one.state !== 'undoable' || one.action !== 'add') continue;
      const by = [...left.values()].find(({ needs }) => needs.some((need) => idOf(need) === idOf(one) && !isEveryone(need)));
      if (!by) continue;
      judged[place] = { ...one, state: 'stays', hindrance: { why: 'needed', by: { kind: by.kind, key: by.key, name: by.name } } };
      again = true;
    }
  }
  return judged;
}

/** The policy is written as one: what is refused of it is refused of all its rules. */
const ofPolicy: PromotionObject['kind'][] = ['policy', 'override'];
const isPartOf = (one: ObjectRef, refused: ObjectRef): boolean =>
  idOf(one) === idOf(refused) || (ofPolicy.includes(one.kind) && ofPolicy.includes(refused.kind));

const inverted = (judged: UndoneObject[]): Difference[] =>
  invertDifferences(judged.filter(({ state }) => state === 'undoable').map((one) => ({ ...one, needs: [] }))).toReversed();

function judgeAlone(object: PromotionObject, value: object | undefined, people: PeopleFacts): UndoneObject {
  const left = (hindrance: Hindrance): UndoneObject => ({ ...object, state: 'stays', hindrance });
  const { action, fields } = object;
  if (action === 'remove') return value ? left({ why: 'back' }) : { ...object, state: 'undoable' };
  if (!value) return action === 'add' ? { ...object, state: 'as-before' } : left({ why: 'gone' });
  const is = (side: 'before' | 'after') => (field: PromotionObject['fields'][number]) =>
    isDeepStrictEqual(partAt(value, field.path), field[side]);
  if (action === 'change' && fields.every(is('before'))) return { ...object, state: 'as-before' };
  const changed = fields.filter((field) => !is('after')(field)).map(({ path }) => path);
  if (changed.length > 0) return left({ why: 'changed', paths: changed });
  return action === 'add' && hasPeople(people, object) ? left({ why: 'people' }) : { ...object, state: 'undoable' };
}

const partAt = (value: object, path: string): unknown =>
  namesOfPath(path).reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], value);

export type Undone =
  | { outcome: 'undone'; secrets: NewSecret[]; objects: UndoneObject[] }
  /** Some stay, and the rest beside them was not asked for, or there is no rest. */
  | { outcome: 'changed-since'; staying: UndoneObject[]; objects: UndoneObject[] }
  /** The same, or none can go back, where rules refuse to write some of them as they were. */
  | { outcome: 'refused'; findings: Finding[]; blocking: Finding[]; staying: UndoneObject[]; objects: UndoneObject[] };

/**
 * Brings back what a promotion changed, in one transaction. An object that was changed since, or that cannot be written as it was, stays as it is.
 * @param rest whether the others go back nevertheless; ids: where none stays besides these
 * @throws AppError not_found, promotion_not_undoable, promotion_nothing_to_undo where all of it is as before
 */
export const undoPromotion = (
  scope: Scope,
  promotionId: string,
  rest: boolean | readonly string[],
  around: Partial<Surroundings> = {},
): Promise<Undone> => inTransaction(scope, (inside) => undo(inside, promotionId, rest, around));

async function undo(
  scope: Transaction,
  promotionId: string,
  rest: boolean | readonly string[],
  around: Partial<Surroundings>,
): Promise<Undone> {
  await lockContext(scope);
  await lockObjects(scope, (await judgeNow(scope, promotionId, [])).objects);
  const isAgreed = (staying: UndoneObject[]) =>
    typeof rest === 'boolean' ? rest || staying.length === 0 : staying.every((one) => rest.includes(idOf(one)));
  const { promotion, objects, findings, blocking, changes, secrets } = await settle(scope, promotionId, around, isAgreed);
  if (secrets) {
    await noteUndo(scope, promotion, { changes, objects });
    return { outcome: 'undone', secrets, objects };
  }
  const staying = objects.filter(stays);
  if (findings.length > 0) return { outcome: 'refused', findings, blocking, staying, objects };
  if (staying.length === 0) throw new AppError('promotion_nothing_to_undo', 409);
  return { outcome: 'changed-since', staying, objects };
}

async function noteUndo(
  scope: Transaction,
  { promotionId }: Promotion,
  { changes, objects }: { changes: Difference[]; objects: UndoneObject[] },
): Promise<void> {
  await noteState(scope, promotionId, 'undone');
  await noteUndone(scope, promotionId, changes);
  const left = objects.filter(({ state }) => state !== 'undoable');
  await noteStaying(
    scope,
    promotionId,
    left.map(({ kind, key, hindrance = { why: 'as_before' } }) => ({ kind, key, hindrance })),
  );
  const staying = objects.filter(stays);
  const { contextId, name } = await getOwnContext(scope);
  await recordEvent(scope, {
    type: 'promotion.undone',
    subject: { kind: 'context', id: contextId, name },
    details: {
      promotion: promotionId,
      total: changes.length,
      ...(staying.length > 0 ? { kept: staying.map((one) => idOf(one).trim()) } : {}),
    },
  });
}

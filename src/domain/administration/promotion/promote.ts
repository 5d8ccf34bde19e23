import { AppError } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { lockContext } from '../../company/contexts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type PromotionId, type Scope, type Transaction } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { compareConfigurations, type Difference, describeConfiguration, idOf } from '../configuration/index.ts';
import { checkChoice, readableOf } from './check-choice.ts';
import { type Comparison, compareWithApproval, objectsById, pickedOf, workOutcome } from './comparison.ts';
import { decline } from './decline.ts';
import type { Finding } from './finding.ts';
import { lockObjects } from './lock-objects.ts';
import { isOwnPath, readOwnTexts, type Texts } from './own-fields.ts';
import { gatherPeopleFacts } from './people-facts.ts';
import { type Choice, promotionRules } from './promotion.ts';
import { deleteObjects, findProposal, insertObjects, insertPromotion, rememberOwnValues } from './store.ts';
import { type NewSecret, tryChanges, writeChanges } from './write-changes.ts';

/** `approvalUrl`: where approval lives. `usableFactors`: those that browsers can use at the company's address. */
export type Surroundings = { approvalUrl: string; usableFactors?: FactorKind[] };

/** `fingerprint`: of what was shown when somebody chose. */
export type Wish = { fingerprint: string; choice: Choice };

export type Promoted =
  | { outcome: 'applied'; promotionId: PromotionId; secrets: NewSecret[]; changes: Difference[] }
  | { outcome: 'proposed'; promotionId: PromotionId; changes: Difference[] }
  | { outcome: 'refused'; findings: Finding[]; changes: Difference[] };

/** Undoes everything that was written on the way to it. */
class Refused extends Error {
  readonly refused: Extract<Promoted, { outcome: 'refused' }>;
  constructor(findings: Finding[], changes: Difference[] = []) {
    super('refused');
    this.refused = { outcome: 'refused', findings, changes };
  }
}

/** One at a time: whoever comes second sees what the first has done. @param told of `promotion_changed`, a message key. @throws AppError not_found, promotion_changed */
export async function lockPair(scope: Transaction, { fingerprint, choice }: Wish, told?: string): Promise<Comparison> {
  await lockContext(scope);
  const seen = await compareWithApproval(scope);
  // what is not picked is not written; the fingerprint tells whether it has changed
  await lockObjects(scope, pickedOf(seen, choice));
  // what somebody was just writing is there now
  const comparison = await compareWithApproval(scope);
  if (comparison.fingerprint !== fingerprint) throw new AppError('promotion_changed', 409, { publicMessage: told });
  return comparison;
}

const stands = (findings: Finding[], { accepted }: Choice): Finding[] =>
  findings.filter(({ severity, id }) => severity === 'error' || !accepted.includes(id));

/**
 * What is chosen, checked as it would be written: every change is tried, and nothing of it stays.
 * @returns everything that was found, warnings that were taken note of as well
 */
export async function previewPromotion(scope: Scope, comparison: Comparison, choice: Choice, around: Surroundings): Promise<Finding[]> {
  const people = await gatherPeopleFacts(
    scope,
    pickedOf(comparison, choice).filter(({ action }) => action === 'remove'),
  );
  const findings = checkChoice(comparison, choice, { approvalUrl: around.approvalUrl, now: scope.clock.now(), people });
  const known = findings.filter(({ severity }) => severity === 'error');
  if (known.some(({ code }) => code === 'nothing_chosen')) return findings;
  const outcome = workOutcome(comparison, readableOf(comparison, choice));
  const tried = await tryChanges(scope, outcome, { usableFactors: around.usableFactors });
  return [...findings, ...tried.filter((one) => !known.some((other) => follows(one, other)))];
}

/** What an object names, lacks or has where another check has said so already. */
function follows(tried: Finding, known: Finding): boolean {
  if (!tried.object || !known.object || idOf(tried.object) !== idOf(known.object)) return false;
  if (known.code === 'missing' || known.code === 'absent') return /unknown|override_target/.test(String(tried.params.rule));
  if (known.code === 'still_needed') return true;
  return known.path !== undefined && tried.path !== undefined && `${tried.path}.`.startsWith(`${known.path}.`);
}

/**
 * Brings to production what is chosen, all of it or nothing; or proposes it, where a second administrator has to agree. A proposal that waits and is outdated is declined by it.
 * @throws AppError not_found, promotion_changed when either side is another since, promotion_waits while another one is proposed that is not outdated
 */
export const promote = (scope: Scope, wish: Wish, around: Surroundings): Promise<Promoted> =>
  orRefused(scope, async (inside) => {
    const comparison = await lockPair(inside, wish);
    const { value: rules } = await loadSettings(inside, promotionRules);
    if (!rules.fourEyes) return apply(inside, comparison, wish, around);
    const waiting = await findProposal(inside);
    if (waiting && waiting.fingerprint === comparison.fingerprint) throw new AppError('promotion_waits', 409);
    const findings = stands(await previewPromotion(inside, comparison, wish.choice, around), wish.choice);
    const { changes } = workOutcome(comparison, wish.choice);
    if (findings.length > 0) throw new Refused(findings, changes);
    // nobody can agree to it any more
    if (waiting) await decline(inside, waiting);
    const promotionId = await insertPromotion(inside, { sourceCode: comparison.approval.code, state: 'proposed', ...wish });
    // as they are proposed, whatever changes until somebody agrees
    await insertObjects(
      inside,
      promotionId,
      changes.map((one) => ({ ...one, isUndone: false })),
    );
    await recordPromotion(inside, 'promotion.proposed', comparison, promotionId, changes);
    return { outcome: 'proposed', promotionId, changes };
  });

export async function orRefused(scope: Scope, work: (inside: Transaction) => Promise<Promoted>): Promise<Promoted> {
  try {
    return await inTransaction(scope, work);
  } catch (error) {
    if (error instanceof Refused) return error.refused;
    throw error;
  }
}

/** @param proposed the promotion that was waiting for this, where there was one */
export async function apply(
  scope: Transaction,
  comparison: Comparison,
  wish: Wish,
  around: Surroundings,
  proposed?: PromotionId,
): Promise<Promoted> {
  const { choice } = wish;
  const people = await gatherPeopleFacts(
    scope,
    pickedOf(comparison, choice).filter(({ action }) => action === 'remove'),
  );
  const findings = stands(checkChoice(comparison, choice, { approvalUrl: around.approvalUrl, now: scope.clock.now(), people }), choice);
  if (findings.length > 0) throw new Refused(stands(await previewPromotion(scope, comparison, choice, around), choice));
  const outcome = workOutcome(comparison, choice);
  // an administrator can look whether people still get in; an operator has the command line
  const policy = {
    usableFactors: around.usableFactors,
    onTrial: scope.actor.kind === 'person',
    mayLockOut: choice.accepted.some((id) => id.startsWith('no_way_in ')),
  };
  const written = await writeChanges(scope, outcome, policy);
  if ('refused' in written) throw new Refused(written.refused, outcome.changes);
  const changes = await readWritten(scope, comparison, outcome.changes);
  const promotionId = proposed ?? (await insertPromotion(scope, { sourceCode: comparison.approval.code, state: 'applied', ...wish }));
  if (proposed) await deleteObjects(scope, proposed);
  await insertObjects(
    scope,
    promotionId,
    changes.map((one) => ({ ...one, isUndone: false })),
  );
  await rememberOwn(scope, comparison, choice, changes);
  await recordPromotion(scope, 'promotion.applied', comparison, promotionId, changes);
  return { outcome: 'applied', promotionId, secrets: written.secrets, changes };
}

/** As it stands now: use cases write some things in a form of their own, and undoing asks whether anything is another since. */
async function readWritten(scope: Transaction, { sides }: Comparison, changes: Difference[]): Promise<Difference[]> {
  const ids = new Set(changes.map(idOf));
  return compareConfigurations(sides.production, await describeConfiguration(scope)).filter((one) => ids.has(idOf(one)));
}

/** What was typed for what is new, and what an object that goes had of its own: nobody is asked for it twice. */
async function rememberOwn(scope: Transaction, comparison: Comparison, choice: Choice, changes: Difference[]): Promise<void> {
  const before = objectsById(comparison.sides.production);
  const said: Parameters<typeof rememberOwnValues>[1] = [];
  for (const difference of changes) {
    const id = idOf(difference);
    const had = difference.action === 'add' ? {} : readOwnTexts(difference.kind, before.get(id)!.value);
    // of a protocol that ends what production had of its own
    const lost = difference.fields.filter((field) => field.after === undefined && isOwnPath(difference.kind, field.path));
    const ended: Texts = Object.fromEntries(Object.entries(had).filter(([path]) => lost.some((field) => field.path.startsWith(path))));
    said.push({ ...difference, texts: difference.action === 'remove' ? had : { ...ended, ...choice.values[id] } });
  }
  await rememberOwnValues(scope, said);
}

type PromotionEvent = 'promotion.proposed' | 'promotion.applied';

async function recordPromotion(
  scope: Transaction,
  type: PromotionEvent,
  { approval, production }: Pick<Comparison, 'approval' | 'production'>,
  promotionId: PromotionId,
  changes: Difference[],
): Promise<void> {
  const count = (action: Difference['action']) => changes.filter((one) => one.action === action).length;
  await recordEvent(scope, {
    type,
    subject: { kind: 'context', id: production.contextId, name: production.name },
    details: { promotion: promotionId, source: approval.code, added: count('add'), changed: count('change'), removed: count('remove') },
  });
}

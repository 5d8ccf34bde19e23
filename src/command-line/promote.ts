import { isSecretPlace } from '../domain/administration/configuration/index.ts';
import {
  type Choice,
  type Comparison,
  canKeepOut,
  compareWithApproval,
  findCompanyOfPromotion,
  listWeakened,
  pickedOf,
  previewPromotion,
  promote,
  type Surroundings,
  undoPromotion,
} from '../domain/administration/promotion/index.ts';
import { type Context, contextAddress, findContextByCode } from '../domain/company/contexts/index.ts';
import type { ContextId, Scope } from '../domain/scope.ts';
import { factorsUsableAt } from '../domain/sign-in/credentials/factors/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Options, type Output, type Tools, UsageError, withStore } from './command.ts';
import { describeWeakened } from './describe-changes.ts';
import {
  describeDifferences,
  describeFindings,
  describeObstacle,
  describeRefusedUndo,
  describeSecrets,
  describeUndone,
  tellUndone,
  told,
} from './describe-promotion.ts';
import { calledAs } from './own-words.ts';
import { policyHolds, policyWouldHold } from './policy-warning.ts';
import { readChoice } from './promotion-choice.ts';

export const promoteCommand: Command = {
  words: 'promote',
  writes: { look: '"portaria promote FROM TO --dry-run" shows what still differs.' },
  exits: { problems: 'something stands in the way, a warning is not taken note of, or an undo was refused; nothing was changed' },
  summary: 'Brings what approval has otherwise to production, all of it or nothing; or takes a promotion back',
  usage:
    'promote FROM TO [--dry-run] [--values FILE] [--only "KIND KEY, …"]… [--with-removals] [--accept-warnings] [--accept-lockout]\n       portaria promote --undo ID [--rest]',
  examples: [
    'promote acme-approval acme --dry-run',
    'promote acme-approval acme --values production.yaml --json',
    'promote --undo 019ad0c4-5a8e-7c3e-9d1f-2f6a4c0b7e11',
  ],
  options: {
    'dry-run': { type: 'boolean' },
    values: { type: 'string' },
    only: { type: 'string', multiple: true },
    'with-removals': { type: 'boolean' },
    'accept-warnings': { type: 'boolean' },
    'accept-lockout': { type: 'boolean' },
    undo: { type: 'string' },
    rest: { type: 'boolean' },
  },
  run({ args, options, config, note }) {
    const { undo } = options;
    if (typeof undo === 'string') {
      if (args.length > 0) throw new UsageError('--undo takes the id of a promotion, and no companies.');
      const other = (['dry-run', 'values', 'only', 'with-removals', 'accept-warnings', 'accept-lockout'] as const).find(
        (name) => options[name] !== undefined,
      );
      // a preview that is not one would take back what is in use
      if (other) throw new UsageError(`--undo takes --rest and --json, and not --${other}. The console shows what an undo would do.`);
      return withStore({ config, note }, (tools) => orRefused(runUndo(tools, undo, options.rest === true)));
    }
    const [from, to, ...rest] = args;
    if (options.rest !== undefined)
      throw new UsageError('--rest belongs to --undo: it takes back what it can. --only says what is promoted.');
    if (!from || !to || rest.length > 0) throw new UsageError('Give two companies: approval and production.');
    return withStore({ config, note }, async ({ scope }) => {
      const inside = { ...scope, contextId: await findProduction(scope, from, to) };
      const comparison = await compareWithApproval(inside);
      const { origin } = new URL(contextAddress(comparison.production, config.baseUrl));
      const around = { approvalUrl: contextAddress(comparison.approval, config.baseUrl), usableFactors: factorsUsableAt(origin) };
      return orRefused(runPromotion(inside, comparison, options, around));
    });
  },
};

/** @returns its id. @throws AppError unknown_context, promotion_pair */
async function findProduction({ db }: Tools['scope'], from: string, to: string): Promise<ContextId> {
  const [approval, production] = [await getByCode(db, from), await getByCode(db, to)];
  if (approval.pairedContextId === production.contextId) return production.contextId;
  const isSwapped = production.pairedContextId === approval.contextId;
  const publicMessage = isSwapped ? 'fields.promotion_swapped' : undefined;
  throw new AppError('promotion_pair', 422, { params: { from, to, command: calledAs() }, publicMessage });
}

async function getByCode(db: Tools['scope']['db'], code: string): Promise<Context> {
  const found = await findContextByCode(db, code);
  if (!found) throw new AppError('unknown_context', 422, { params: { code } });
  return found;
}

/** What stands in the way, whatever was given. */
const inTheWay = ['promotion_waits', 'promotion_changed', 'changed_meanwhile', 'promotion_not_undoable', 'promotion_nothing_to_undo'];

async function orRefused(work: Promise<Output>): Promise<Output> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && inTheWay.includes(error.code))
      return { ...describeObstacle(error), exitCode: exitCodes.problems, isRefusal: true };
    throw error;
  }
}

async function runPromotion(scope: Scope, comparison: Comparison, options: Options, around: Surroundings): Promise<Output> {
  const choice = readChoice(comparison, options);
  const picked = pickedOf(comparison, choice);
  const shown = {
    differences: comparison.differences.map(({ id, ...one }) => ({ ...one, id, chosen: picked.some((other) => other.id === id) })),
    values: Object.fromEntries(picked.flatMap(({ id, questions }) => saidOf(id, questions, choice))),
  };
  if (picked.length === 0) return { text: describeNothing(comparison, choice, options), data: { outcome: 'nothing', ...shown } };
  // an administrator at the console confirms them from where they are; here nobody would notice that they are kept out
  const isRisky = canKeepOut(picked);
  const advice = listWeakened(comparison, choice, scope.clock.now());
  const weakened = describeWeakened(advice.map((one) => ({ ...one, application: one.name })));
  const findings = await previewPromotion(scope, comparison, choice, around);
  const consents = (code: string) => options[code === 'no_way_in' ? 'accept-lockout' : 'accept-warnings'] === true;
  choice.accepted = findings.filter(({ code }) => consents(code)).map(({ id }) => id);
  const open = findings.filter(({ severity, id }) => severity === 'error' || !choice.accepted.includes(id));
  const dryRun = options['dry-run'] === true;
  if (dryRun || open.length > 0)
    return {
      text: [
        ...describeDifferences(comparison, choice),
        ...describeFindings(comparison, findings, choice),
        ...(isRisky ? ['', policyWouldHold] : []),
        ...weakened,
        '',
        'Nothing was changed.',
      ].join('\n'),
      data: { outcome: open.length > 0 ? 'refused' : 'preview', dryRun, ...shown, findings: findings.map(told), advice },
      exitCode: open.length > 0 ? exitCodes.problems : exitCodes.ok,
      isRefusal: !dryRun,
    };
  const done = await promote(scope, { fingerprint: comparison.fingerprint, choice }, around);
  if (done.outcome === 'refused')
    return {
      text: [...describeFindings(comparison, done.findings, choice), '', 'Nothing was changed.'].join('\n'),
      data: { outcome: 'refused', findings: done.findings.map(told) },
      exitCode: exitCodes.problems,
      isRefusal: true,
    };
  const secrets = done.outcome === 'applied' ? done.secrets : [];
  const end =
    done.outcome === 'applied'
      ? `Promoted.${isRisky ? ` ${policyHolds}` : ''} To take it back: ${calledAs()} promote --undo ${done.promotionId}`
      : `Proposed as ${done.promotionId}: an administrator has to agree to it in the console.`;
  return {
    text: [...describeDifferences(comparison, choice), ...describeSecrets(secrets), ...weakened, '', end].join('\n'),
    data: { outcome: done.outcome, promotionId: done.promotionId, ...shown, secrets, advice },
  };
}

function describeNothing(comparison: Comparison, choice: Choice, options: Options): string {
  const count = options.only ? 0 : comparison.differences.filter(({ action }) => action === 'remove').length;
  if (count === 0) return 'Nothing to promote.';
  const line = `Nothing to promote (${count} only in production). With --with-removals that is removed there.`;
  return [...describeDifferences(comparison, choice), '', line].join('\n');
}

/** What is said for production alone, by the name of the object. */
function saidOf(id: string, questions: { path: string }[], { values }: Choice): [id: string, said: Record<string, string>][] {
  const said = questions.flatMap(({ path }): [string, string][] => {
    const text = values[id]?.[path]?.trim();
    return text && !isSecretPlace(path.split('.')) ? [[path, text]] : [];
  });
  return said.length > 0 ? [[id.trim(), Object.fromEntries(said)]] : [];
}

async function runUndo({ scope }: Tools, id: string, withRest: boolean): Promise<Output> {
  const contextId = await findCompanyOfPromotion(scope.db, id);
  if (!contextId) throw new AppError('unknown_promotion', 422, { params: { id } });
  const inside = { ...scope, contextId };
  const done = await undoPromotion(inside, id, withRest);
  if (done.outcome === 'undone')
    return {
      text: [...done.objects.map((one) => describeUndone(one)), ...describeSecrets(done.secrets), '', 'Undone.'].join('\n'),
      data: { outcome: 'undone', objects: done.objects.map(tellUndone), secrets: done.secrets },
    };
  const { objects } = done;
  const refusal = describeRefusedUndo(done);
  const isBlocked = done.outcome === 'refused' && done.blocking.length > 0;
  const rest = !isBlocked && objects.some(({ state }) => state === 'undoable') && objects.some(({ state }) => state === 'stays');
  return {
    text: [
      refusal.error,
      ...objects.map((one) => describeUndone(one, isBlocked)),
      ...(rest ? ['', `To take back the rest: ${calledAs()} promote --undo ${id} --rest`] : []),
    ].join('\n'),
    data: { outcome: 'refused', ...refusal, objects: objects.map(tellUndone) },
    exitCode: exitCodes.problems,
    isRefusal: true,
  };
}

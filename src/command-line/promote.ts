import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { StateError } from '../domain/administration/configuration/index.ts';
import {
  type Choice,
  type Comparison,
  choiceByDefault,
  compareWithApproval,
  findCompanyOfPromotion,
  pickedOf,
  previewPromotion,
  promote,
  refuseStaying,
  undoPromotion,
} from '../domain/administration/promotion/index.ts';
import { contextAddress, findContextByCode } from '../domain/company/contexts/index.ts';
import type { Scope } from '../domain/scope.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Invocation, type Output, type Tools, UsageError, withStore } from './command.ts';
import { describeDifferences, describeFindings, describeSecrets, describeUndone, tellUndone, told } from './describe-promotion.ts';
import { terminalWords } from './own-words.ts';

type Options = Invocation['options'];

export const promoteCommand: Command = {
  words: 'promote',
  summary: 'Brings what approval has otherwise to production, all of it or nothing; or takes a promotion back',
  usage:
    'promote FROM TO [--dry-run] [--values FILE] [--only "KIND KEY, …"] [--with-removals] [--accept-warnings]\n       portaria promote --undo ID [--rest]',
  examples: [
    'promote acme-approval acme --dry-run',
    'promote acme-approval acme --values production.yaml --json',
    'promote --undo 019ad0c4-5a8e-7c3e-9d1f-2f6a4c0b7e11',
  ],
  options: {
    'dry-run': { type: 'boolean' },
    values: { type: 'string' },
    only: { type: 'string' },
    'with-removals': { type: 'boolean' },
    'accept-warnings': { type: 'boolean' },
    undo: { type: 'string' },
    rest: { type: 'boolean' },
  },
  run({ args, options, config, note }) {
    const { undo } = options;
    if (typeof undo === 'string') {
      if (args.length > 0) throw new UsageError('--undo takes the id of a promotion, and no companies.');
      const other = (['dry-run', 'values', 'only', 'with-removals', 'accept-warnings'] as const).find(
        (name) => options[name] !== undefined,
      );
      // a preview that is not one would take back what is in use
      if (other) throw new UsageError(`--undo takes --rest and --json, and not --${other}. The console shows what an undo would do.`);
      return withStore({ config, note }, (tools) => runUndo(tools, undo, options.rest === true));
    }
    const [from, to, ...rest] = args;
    if (!from || !to || rest.length > 0) throw new UsageError('Give two companies: approval and production.');
    return withStore({ config, note }, async ({ scope }) => {
      const production = await findContextByCode(scope.db, to);
      if (!production) throw new AppError('unknown_context', 422, { params: { code: to } });
      const inside = { ...scope, contextId: production.contextId };
      const comparison = await compareWithApproval(inside).catch((error: unknown) => {
        throw error instanceof AppError && error.code === 'not_found'
          ? new AppError('promotion_pair', 422, { params: { from, to } })
          : error;
      });
      if (comparison.approval.code !== from) throw new AppError('promotion_pair', 422, { params: { from, to } });
      return runPromotion(inside, comparison, options, contextAddress(comparison.approval, config.baseUrl));
    });
  },
};

async function runPromotion(scope: Scope, comparison: Comparison, options: Options, approvalUrl: string): Promise<Output> {
  const choice = readChoice(comparison, options);
  const picked = pickedOf(comparison, choice);
  const shown = {
    differences: comparison.differences.map(({ id, ...one }) => ({ ...one, id, chosen: picked.some((other) => other.id === id) })),
  };
  if (comparison.differences.length === 0) return { text: 'Nothing to promote.', data: { outcome: 'nothing', ...shown } };
  const findings = await previewPromotion(scope, comparison, choice, { approvalUrl });
  if (options['accept-warnings']) choice.accepted = findings.map(({ id }) => id);
  const open = findings.filter(({ severity, id }) => severity === 'error' || !choice.accepted.includes(id));
  const dryRun = options['dry-run'] === true;
  if (dryRun || open.length > 0)
    return {
      text: [
        ...describeDifferences(comparison, choice),
        ...describeFindings(comparison, findings, choice),
        '',
        'Nothing was changed.',
      ].join('\n'),
      data: { outcome: open.length > 0 ? 'refused' : 'preview', dryRun, ...shown, findings: findings.map(told) },
      exitCode: open.length > 0 ? exitCodes.problems : exitCodes.ok,
    };
  const done = await promote(scope, { fingerprint: comparison.fingerprint, choice }, { approvalUrl });
  if (done.outcome === 'refused')
    return {
      text: [...describeFindings(comparison, done.findings, choice), '', 'Nothing was changed.'].join('\n'),
      data: { outcome: 'refused', findings: done.findings.map(told) },
      exitCode: exitCodes.problems,
    };
  const secrets = done.outcome === 'applied' ? done.secrets : [];
  // an administrator at the console confirms them from where they are; here nobody would notice that they are kept out
  const isPolicy = picked.some(({ kind }) => kind === 'policy' || kind === 'override');
  const end =
    done.outcome === 'applied'
      ? `Promoted.${isPolicy ? ' The sign-in policy holds at once, without a trial.' : ''} To take it back: portaria promote --undo ${done.promotionId}`
      : `Proposed as ${done.promotionId}: an administrator has to agree to it in the console.`;
  return {
    text: [...describeDifferences(comparison, choice), ...describeSecrets(secrets), '', end].join('\n'),
    data: { outcome: done.outcome, promotionId: done.promotionId, ...shown, secrets },
  };
}

/** Of what differs what is promoted, and what the file says of it. @throws UsageError, StateError */
function readChoice(comparison: Comparison, options: Options): Choice {
  const usual = choiceByDefault(comparison);
  const values = typeof options.values === 'string' ? readValues(options.values) : {};
  // what there is one of has no key: `branding`
  const known = new Map(comparison.differences.map(({ id }) => [id.trim(), id]));
  const all = options['with-removals'] ? [...known.values()] : usual.picked;
  const only = typeof options.only === 'string' ? options.only.split(',').map((id) => id.trim()) : undefined;
  const unknown = only?.find((id) => !known.has(id));
  if (unknown !== undefined)
    throw new UsageError(`--only: "${unknown}" does not differ. What does: ${[...known.keys()].join(', ') || 'nothing'}.`);
  for (const [id, said] of Object.entries(values)) {
    const difference = comparison.differences.find((one) => one.id === known.get(id));
    if (!difference) throw new UsageError(`--values: "${id}" does not differ. What does: ${[...known.keys()].join(', ') || 'nothing'}.`);
    const paths = difference.questions.map(({ path }) => path);
    const odd = Object.keys(said).find((path) => !paths.includes(path));
    if (odd !== undefined)
      throw new UsageError(`--values: "${id}" has no value "${odd}" of production's own. It has: ${paths.join(', ') || 'none'}.`);
  }
  const merged = Object.fromEntries([...known].map(([name, id]) => [id, { ...usual.values[id], ...values[name] }]));
  return { picked: only?.map((id) => known.get(id)!) ?? all, values: merged, accepted: [] };
}

/** `application payroll:` and below it `oidc.redirect_uris:`, a text or a list. @throws StateError */
function readValues(file: string): Choice['values'] {
  const fault = (message: string) => new StateError([{ path: file, message }]);
  let read: unknown;
  try {
    read = parse(readFileSync(file, 'utf8'), { prettyErrors: true });
  } catch (error) {
    throw fault(error instanceof YAMLParseError ? error.message : 'cannot be read');
  }
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(read)) throw fault('names objects, such as "application payroll", and below each its values');
  return Object.fromEntries(
    Object.entries(read).map(([id, texts]) => {
      if (!isMap(texts)) throw fault(`${id} has to name values, such as oidc.redirect_uris`);
      return [id, Object.fromEntries(Object.entries(texts).map(([path, value]) => [path, textOf(value)]))];
    }),
  );
}

/** Of a list of addresses each may be said as in a file of `apply`: with its `url`. */
const textOfOne = (value: unknown): string =>
  typeof value === 'object' && value !== null ? String((value as { url?: unknown }).url ?? JSON.stringify(value)) : String(value ?? '');

const textOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(textOfOne).join('\n')
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : String(value ?? '');

async function runUndo({ scope }: Tools, id: string, rest: boolean): Promise<Output> {
  const contextId = await findCompanyOfPromotion(scope.db, id);
  if (!contextId) throw new AppError('unknown_promotion', 422, { params: { id } });
  const inside = { ...scope, contextId };
  const done = await undoPromotion(inside, id, rest);
  if (done.outcome === 'undone')
    return {
      text: [...done.objects.map(describeUndone), ...describeSecrets(done.secrets), '', 'Undone.'].join('\n'),
      data: { outcome: 'undone', objects: done.objects.map(tellUndone), secrets: done.secrets },
    };
  if (done.outcome === 'refused') {
    const findings = done.findings.map(told);
    return {
      text: [...findings.map(({ message }) => `Error: ${message}`), '', 'Nothing was changed.'].join('\n'),
      data: { outcome: 'refused', findings },
      exitCode: exitCodes.problems,
    };
  }
  const { objects } = done;
  const others = objects.some(({ state }) => state === 'undoable');
  const { code, publicMessage, params } = refuseStaying(terminalWords(), done.staying);
  const error = terminalWords()(publicMessage, params);
  return {
    text: [
      error,
      ...objects.map(describeUndone),
      ...(others ? ['', `To take back the rest: portaria promote --undo ${id} --rest`] : []),
    ].join('\n'),
    data: { outcome: 'refused', code, error, objects: objects.map(tellUndone) },
    exitCode: exitCodes.data,
  };
}

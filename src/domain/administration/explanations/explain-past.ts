import { describeSetup, findApplicationById, type SetupFacts } from '../../applications/applications/index.ts';
import { type AuditEvent, findEvents } from '../../records/audit/index.ts';
import { type CountedRefusal, findRefusals } from '../../records/refusals/index.ts';
import { isId, type Scope } from '../../scope.ts';
import { explain, firstRefusal } from './explain.ts';
import type { ExplainFacts } from './explain-facts.ts';
import type { Explanation, ExplanationStep, Mend } from './explanation.ts';
import { type ExplainTools, gatherExplainFacts } from './gather-explain-facts.ts';
import { type Kept, keptOf, pastFacts } from './past-facts.ts';
import { mendOfReason, type RefusalReason } from './refusal-reasons.ts';
import { recordLook } from './view-explanation.ts';

type Side = { facts: ExplainFacts; explanation: Explanation };

/** Two sides of one thing that was, or is, decided. `isDifferent`: it would come out otherwise now. */
export type Beside<One> = { name: string; was?: One; now?: One; isDifferent: boolean };

/**
 * A refusal of the past. `was` of what its event kept; `now`: the same person on the same way at this moment. `setup`: of an application that was refused, how it was set up then and is now.
 * `mender` of whom only the person themselves, or whoever runs the application, can do something.
 */
export type Past = {
  event: AuditEvent;
  /** How often in that hour. */
  count?: CountedRefusal;
  was?: Side;
  now?: Side;
  steps: Beside<ExplanationStep>[];
  setup: Beside<unknown>[];
  mend?: Mend;
  mender?: 'self' | 'partner';
};

/** An event of this company explained as it was, beside how it stands now. That somebody looked is in the history of the person. */
export async function explainPast(scope: Scope, tools: ExplainTools, eventId: string): Promise<Past | undefined> {
  const [event] = isId(eventId) ? await findEvents(scope, [eventId]) : [];
  if (!event) return undefined;
  const kept = keptOf(event);
  const then = pastFacts(event, tools.company);
  const was = then && { facts: then, explanation: explain(then) };
  const now = await explainNow(scope, tools, event, kept);
  if (now) await recordLook(scope, now.facts);
  return {
    event,
    count: (await findRefusals(scope, [event.id])).get(event.id),
    was,
    now,
    steps: compareSteps(was?.explanation, now?.explanation),
    setup: await compareSetups(scope, event, kept),
    ...mendOf(event, kept, was?.explanation),
  };
}

async function explainNow(scope: Scope, tools: ExplainTools, event: AuditEvent, kept: Kept | undefined): Promise<Side | undefined> {
  const { subjectKind, subjectId, applicationId, actor, details } = event;
  const person =
    subjectKind === 'user' && !event.erased.subject ? subjectId : actor.kind === 'person' && !event.erased.actor ? actor.id : undefined;
  if (!person) return undefined;
  const facts = await gatherExplainFacts(scope, tools, {
    person,
    applicationId,
    application: typeof details.application === 'string' ? details.application : undefined,
    ip: actor.ip ?? '',
    isKnownBrowser: kept?.isKnownBrowser ?? false,
    at: scope.clock.now(),
  });
  return { facts, explanation: explain(facts) };
}

const saysOf = (step: ExplanationStep | undefined): string => `${step?.outcome} ${step?.reason}`;

/** In the order of whichever has more to say; only what was looked at then can be different. */
function compareSteps(was: Explanation | undefined, now: Explanation | undefined): Beside<ExplanationStep>[] {
  const names = [...new Set([...(now?.steps ?? []), ...(was?.steps ?? [])].map(({ step }) => step))];
  return names.map((name) => {
    const [before, after] = [was, now].map((one) => one?.steps.find(({ step }) => step === name));
    return { name, was: before, now: after, isDifferent: before !== undefined && after !== undefined && saysOf(before) !== saysOf(after) };
  });
}

async function compareSetups(scope: Scope, { applicationId }: AuditEvent, kept: Kept | undefined): Promise<Beside<unknown>[]> {
  if (kept?.enabled === undefined) return [];
  const application = applicationId ? await findApplicationById(scope, applicationId) : undefined;
  const now: Partial<SetupFacts> = application ? describeSetup(application) : {};
  const names = [...new Set([...Object.keys(kept), ...Object.keys(now)])] as (keyof SetupFacts)[];
  return names.map((name) => ({
    name,
    was: kept[name],
    now: now[name],
    isDifferent: JSON.stringify(kept[name]) !== JSON.stringify(now[name]),
  }));
}

/** The page that mends it, if what it is about is known. */
function mendOf(event: AuditEvent, kept: Kept | undefined, was: Explanation | undefined): Pick<Past, 'mend' | 'mender'> {
  const { reason, subjectKind, subjectId, applicationId, actor } = event;
  // the rule of which override, where that is known
  const known = was && firstRefusal(was);
  if (known?.mend && known.reason === reason) return { mend: known.mend };
  const mender = mendOfReason[reason as RefusalReason] as (typeof mendOfReason)[RefusalReason] | undefined;
  if (!mender) return {};
  if (mender === 'self' || mender === 'partner') return { mender };
  const params: Record<string, string | undefined> = {
    user: subjectKind === 'user' ? subjectId : actor.kind === 'person' ? actor.id : undefined,
    application: applicationId,
    directory: kept?.directoryId,
  };
  const needed = /^(user|application|directory)(-.*)?$/.exec(mender)?.[1];
  if (needed && !params[needed]) return {};
  const given = Object.fromEntries(Object.entries(params).filter((one): one is [string, string] => one[1] !== undefined));
  return { mend: { page: mender, params: given } };
}

import {
  type Beside,
  type ExplanationStep,
  explainPast,
  findByCode,
  type Past,
} from '../../../domain/administration/explanations/index.ts';
import type { PageFailure } from '../../../domain/records/page-failures/index.ts';
import { describeBrowser } from '../../../domain/sign-in/sessions/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, presentActor, presentDetails, redirectTo, renderPage } from '../../request/index.ts';
import { presentExplanation } from './present.ts';
import { presentFacts, subjectsOf } from './present-failure.ts';
import { presentMend } from './present-mend.ts';
import { explainToolsOf } from './tools.ts';
import { zonedTime } from './zoned-time.ts';

const key = (text: string): string => text.replace(/[.:-]/g, '_');

/** A past sign-in or refusal: what was decided by which facts, beside how it stands now. */
export async function showPast(page: PageContext): Promise<void> {
  const past = await explainPast(page.scope, explainToolsOf(page), page.query('event'));
  if (!past) throw notFound();
  const { event, count, mend, mender } = past;
  const { t, services } = page;
  renderPage(page, 'admin-console/explain/past', {
    formatTime: zonedTime(page),
    event,
    count: count && count.n > 1 ? count : undefined,
    who: presentActor(event.actor, t),
    browser: describeBrowser(event.actor.userAgent ?? '') || event.actor.userAgent,
    application: event.details.application,
    details: presentDetails(withoutName(event.details), t, services.i18n).facts,
    last: count && count.n > 1 ? presentDetails(withoutName(count.lastDetails), t, services.i18n).facts : [],
    mend: mend && presentMend(t, mend),
    mender: mender && t(`past.mender_${mender}`),
    hasKept: past.was !== undefined,
    steps: presentSteps(page, past),
    isDifferent: past.steps.some((one) => one.isDifferent),
    setup: past.setup.map((one) => ({ ...one, was: oneLine(one.was), now: oneLine(one.now), title: t(`past.setup.${key(one.name)}`) })),
    nowAt: past.now && `/admin/explain?${new URLSearchParams(questionOf(past))}`,
    nowAllowed: past.now?.explanation.allowed,
  });
}

const withoutName = ({ application: _, rules: _r, ...details }: Record<string, unknown>): Record<string, unknown> => details;

function questionOf({ now, event }: Past): Record<string, string> {
  return { person: now!.facts.person?.userId ?? '', application: event.applicationId ?? '', from: event.actor.ip ?? '' };
}

type Shown = ReturnType<typeof presentExplanation>['steps'][number];

/** Each step in the words of the page of explanations, of then and of now. */
function presentSteps({ t }: PageContext, { steps, was, now }: Past): (Beside<Shown> & { title: string })[] {
  const [before, after] = [was, now].map((side) => side && presentExplanation(t, side.facts, side.explanation).steps);
  const shownOf = (shown: Shown[] | undefined, step: ExplanationStep | undefined): Shown | undefined =>
    step && shown?.find(({ name }) => name === step.step);
  return steps.map(({ name, isDifferent, ...one }) => ({
    name,
    isDifferent,
    title: t(`explain.steps.${key(name)}`),
    was: shownOf(before, one.was),
    now: shownOf(after, one.now),
  }));
}

const oneLine = (value: unknown): string[] => (value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]);

/** By the code that a person reads to their administrator. Those of other companies are not there. */
export async function showCode(page: PageContext): Promise<void> {
  const { scope, query } = page;
  const code = query('code').trim().slice(0, 40);
  const found = await findByCode(scope, code);
  if (!found) return renderPage(page, 'admin-console/explain/no-code', { code }, { status: 404 });
  if ('eventId' in found) return redirectTo(page, `/admin/explain?event=${found.eventId}`);
  await showFailure(page, found.failure);
}

/** What a page could not do: what is known of it, and who can do what. */
async function showFailure(page: PageContext, failure: PageFailure): Promise<void> {
  const { t, services } = page;
  const said = `past.failures.${failure.code}`;
  renderPage(page, 'admin-console/explain/failure', {
    formatTime: zonedTime(page),
    failure,
    title: services.i18n.exists(`errors.${failure.code}`) ? t(`errors.${failure.code}`) : failure.code,
    remedy: services.i18n.exists(said) ? t(said) : undefined,
    isServers: failure.status >= 500,
    facts: presentFacts(page, failure.facts),
    ...(await subjectsOf(page, failure)),
  });
}

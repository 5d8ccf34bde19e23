import { homeSettings, listFirstSteps, type Overview, overviewOf } from '../../domain/administration/overview/index.ts';
import { changeSettings, loadSettings } from '../../domain/company/context-settings/index.ts';
import type { AuditEvent } from '../../domain/records/audit/index.ts';
import { type PageContext, presentActor, type Route, renderPage } from '../request/index.ts';
import { presentFaults } from './directories/words.ts';
import { listRisksOf, presentRisk } from './risks.ts';
import { redirectTo, shownVersion } from './submit.ts';

export const homeRoutes: Route[] = [
  { method: 'GET', path: '/admin', access: 'administrator', handle: showHome },
  { method: 'POST', path: '/admin/first-steps', access: 'administrator', handle: submitFirstSteps },
];

/** So many risks stand on Home; the rest on a page of their own. */
const shownRisks = 6;

async function showHome(page: PageContext): Promise<void> {
  const overview = await overviewOf(page.scope, page.context.timeZone);
  const directories = overview.directories.map((one) => ({ ...one, ...presentFaults(page, one.directory, one.failure) }));
  const risks = await listRisksOf(page);
  const { protectedShare } = overview;
  renderPage(page, 'admin-console/home/show', {
    ...overview,
    directories,
    risks: risks.slice(0, shownRisks).map((risk) => presentRisk(page, risk)),
    countOfRisks: risks.length,
    chart: presentChart(overview.days),
    protectedPercent: protectedShare === undefined ? undefined : percent(page, protectedShare),
    changes: overview.changes.map((event) => presentChange(page, event)),
    ...(await presentFirstSteps(page, overview)),
  });
}

/** Whole, and neither nobody nor everybody before it is so. */
function percent({ locale }: PageContext, share: number): string {
  const shown = share === 0 || share === 1 ? share : Math.min(Math.max(share, 0.01), 0.99);
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(shown);
}

function presentChange({ t }: PageContext, event: AuditEvent) {
  const { type, subjectKind, subjectId, applicationId, erased } = event;
  const isGone = type.endsWith('.deleted');
  const page =
    subjectKind === 'user' && subjectId && !erased.subject && !isGone
      ? `/admin/users/${subjectId}`
      : subjectKind === 'group' && subjectId && !isGone
        ? `/admin/groups/${subjectId}`
        : applicationId && !isGone
          ? `/admin/applications/${applicationId}`
          : `/admin/audit?type=${type}`;
  return {
    page,
    type: t(`audit.types.${type.replace(/[.-]/g, '_')}`),
    at: event.at,
    about: [...new Set([erased.subject ? undefined : event.subjectName, event.details.application, event.details.group])]
      .filter(Boolean)
      .join(' · '),
    who: erased.actor ? t('audit.erased', { id: event.actor.id?.slice(-8) }) : presentActor(event.actor, t),
  };
}

/** Gone once all are done; hidden they are counted still, so that they can be had back. */
async function presentFirstSteps({ scope, services, branding }: PageContext, overview: Overview) {
  const steps = await listFirstSteps(scope, overview, { branding, canMail: services.canMail });
  const done = steps.filter(({ isDone }) => isDone).length;
  if (done === steps.length) return {};
  const { value, version } = await loadSettings(scope, homeSettings);
  return { steps, stepsDone: done, hidesFirstSteps: value.hidesFirstSteps, version };
}

async function submitFirstSteps(page: PageContext): Promise<void> {
  const hidesFirstSteps = page.form.get('show') !== 'yes';
  await changeSettings(page.scope, homeSettings, { hidesFirstSteps }, shownVersion(page));
  redirectTo(page, '/admin');
}

const width = 720;
const height = 200;

/** Two bars a day, drawn to the scale of the highest. */
function presentChart(days: Overview['days']) {
  const most = Math.max(1, ...days.map(({ signIns, failures }) => Math.max(signIns, failures)));
  const top = roundUp(most);
  const slot = width / days.length;
  const bar = (n: number, at: number) => {
    const tall = (n / top) * height;
    return { x: at.toFixed(1), y: (height - tall).toFixed(1), width: (slot * 0.38).toFixed(1), height: tall.toFixed(1) };
  };
  return {
    width,
    height,
    top,
    bars: days.map(({ signIns, failures }, i) => ({
      signIns: bar(signIns, i * slot + slot * 0.1),
      failures: bar(failures, i * slot + slot * 0.52),
    })),
    first: days[0]!.day,
    last: days.at(-1)!.day,
    signIns: days.reduce((sum, one) => sum + one.signIns, 0),
    failures: days.reduce((sum, one) => sum + one.failures, 0),
  };
}

/** A round number at or above, whose half is whole. */
function roundUp(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 3, 4, 6, 8, 10].map((step) => step * power).find((one) => one >= n && one % 2 === 0)!;
}

import { type Overview, overviewOf } from '../../domain/administration/overview/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';
import { presentFaults } from './directories/words.ts';
import { listRisksOf, presentRisk } from './risks.ts';

export const homeRoutes: Route[] = [{ method: 'GET', path: '/admin', access: 'administrator', handle: showHome }];

/** So many risks stand on Home; the rest on a page of their own. */
const shownRisks = 6;

async function showHome(page: PageContext): Promise<void> {
  const overview = await overviewOf(page.scope, page.context.timeZone);
  const directories = overview.directories.map((one) => ({ ...one, ...presentFaults(page, one.directory, one.failure) }));
  const risks = await listRisksOf(page);
  renderPage(page, 'admin-console/home/show', {
    ...overview,
    directories,
    risks: risks.slice(0, shownRisks).map((risk) => presentRisk(page, risk)),
    countOfRisks: risks.length,
    chart: presentChart(overview.days),
  });
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

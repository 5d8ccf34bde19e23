import { listSignIns } from '../../../domain/administration/explanations/index.ts';
import { isTraced } from '../../../domain/applications/traces/index.ts';
import { countEvents } from '../../../domain/records/audit/index.ts';
import { type CountedRefusal, listRefusals } from '../../../domain/records/refusals/index.ts';
import type { ApplicationId } from '../../../domain/scope.ts';
import type { PageContext } from '../../request/index.ts';
import { loadShown, renderTab } from './shown.ts';

const dayMs = 86_400_000;
const refusalDays = 7;
const mostRefusals = 20;
const periods = { day: 1, week: 7, month: 30 };
/** Up to here they are counted exactly. */
const mostCounted = 10_000;

/** How often people came in by it and were kept out, the last of both, and what the application itself was refused. */
export async function showActivity(page: PageContext): Promise<void> {
  const { scope } = page;
  const application = await loadShown(page);
  const { applicationId } = application;
  const now = scope.clock.now();
  const since = (days: number) => new Date(now.getTime() - days * dayMs);
  const counts = await Promise.all(
    Object.entries(periods).map(async ([period, days]) => {
      const of = { applicationId, from: since(days) };
      return {
        period,
        signIns: await countEvents(scope, { ...of, types: ['sign-in.succeeded'] }, mostCounted),
        failures: await countEvents(scope, { ...of, types: ['sign-in.failed', 'access.refused'] }, mostCounted),
      };
    }),
  );
  await renderTab(page, 'activity', application, {
    counts,
    refusals: await listLastRefusals(page, applicationId),
    lastSignIns: await listSignIns(scope, { applicationId }),
    isTraceOn: isTraced(application, now),
  });
}

/** What the application was refused lately, the last first. */
export const listLastRefusals = ({ scope }: PageContext, applicationId: ApplicationId, limit = mostRefusals): Promise<CountedRefusal[]> =>
  listRefusals(scope, new Date(scope.clock.now().getTime() - refusalDays * dayMs), { applicationId, limit });

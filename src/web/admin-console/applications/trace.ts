import { getApplication } from '../../../domain/applications/applications/index.ts';
import { isTraced, listExchanges, startTrace, stopTrace } from '../../../domain/applications/traces/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

/** What the application and we said to each other while the trace was on. */
export async function showTrace(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  renderPage(page, 'admin-console/applications/trace', {
    application,
    isOn: isTraced(application, page.services.clock.now()),
    exchanges: await listExchanges(page.scope, application.applicationId),
  });
}

export async function submitTrace(page: PageContext): Promise<void> {
  const { applicationId } = await getApplication(page.scope, page.params.application!);
  const starts = page.form.get('trace') === 'on';
  await (starts ? startTrace : stopTrace)(page.scope, applicationId);
  redirectTo(page, `/admin/applications/${applicationId}/trace`, starts ? 'trace_started' : 'trace_stopped');
}

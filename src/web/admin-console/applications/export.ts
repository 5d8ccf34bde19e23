import { getApplication, portableApplication } from '../../../domain/applications/applications/index.ts';
import type { PageContext } from '../../request/index.ts';

/** The application's settings as a file that `portaria apply` reads, here or on another server. */
export async function exportApplication({ ctx, scope, context, params }: PageContext): Promise<void> {
  const application = await getApplication(scope, params.application!);
  ctx.set('content-type', 'application/json; charset=utf-8');
  ctx.set('content-disposition', `attachment; filename="${context.code}-${application.code}.json"`);
  ctx.body = JSON.stringify(
    { contexts: [{ code: context.code, name: context.name, applications: [portableApplication(application)] }] },
    null,
    2,
  );
}

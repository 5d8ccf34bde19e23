import { type AccessVerdict, recordRefusal } from '../../domain/applications/access/index.ts';
import type { Application } from '../../domain/applications/applications/index.ts';
import { newSupportCode, renderPage } from './render.ts';
import type { PageContext } from './route.ts';

type Opened = Pick<Application, 'applicationId' | 'name'>;

/** Records that the person at this page may not open the application. @returns the support code that leads to the record */
export async function recordNoAccess(
  { scope, session }: PageContext,
  application: Opened,
  verdict: AccessVerdict & { allowed: false },
): Promise<string> {
  const supportCode = newSupportCode();
  await recordRefusal(scope, { id: session!.userId, name: scope.actor.name }, application, verdict, supportCode);
  return supportCode;
}

/** Says so. @param toLaunchpad the way out leads there, and not back to the application */
export function renderNoAccess(page: PageContext, { name }: Opened, supportCode: string, toLaunchpad = false): void {
  const locals = {
    application: name,
    supportCode,
    login: page.session!.person.login,
    now: page.services.clock.now(),
    toLaunchpad,
  };
  renderPage(page, 'errors/no-access', locals, { status: 403 });
}

import { demandsOfOwnChanges, findNextStep, openPendingRequest } from '../../domain/authentication/index.ts';
import { type PageContext, passkeyCeremony, type Route, redirectTo } from '../request/index.ts';

/** Pages that change how somebody signs in ask for a fresh sign-in first, with the strongest factor the person holds; whoever has just signed in notices nothing. */
export const fresh =
  (path: string, handle: Route['handle']): Route['handle'] =>
  async (page: PageContext) => {
    const { scope, session, browser, services, context } = page;
    const demands = demandsOfOwnChanges;
    const step = await findNextStep(scope, await services.findPolicy(context.contextId), {
      session,
      demands,
      browser,
      canHavePasskeys: passkeyCeremony(page) !== undefined,
    });
    if (step.step === 'done') return handle(page);
    const requestId = await openPendingRequest(scope, browser, { destination: { protocol: 'portaria', path }, demands });
    redirectTo(page, `/sign-in/${requestId}`);
  };

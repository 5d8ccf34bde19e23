import { demandsOfOwnChanges } from '../../domain/sign-in/authentication/index.ts';
import { nextStepOf, type PageContext, type Route, sendToSignIn } from '../request/index.ts';

/** Pages that change how somebody signs in ask for a fresh sign-in first, with the strongest factor the person holds; a recent sign-in is enough. */
export const fresh =
  (path: string | ((page: PageContext) => Promise<string>), handle: Route['handle']): Route['handle'] =>
  async (page: PageContext) => {
    const demands = demandsOfOwnChanges;
    if ((await nextStepOf(page, { demands })).step === 'done') return handle(page);
    const destination = { protocol: 'portaria', path: typeof path === 'string' ? path : await path(page) } as const;
    await sendToSignIn(page, { destination, demands });
  };

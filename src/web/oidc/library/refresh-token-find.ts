// Why the library must be changed: it treats every second use of a refresh token as theft, even of two tabs that refresh at once, or a client that lost the response.
import type { Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

type Found = { consumed?: unknown };
type Find = (token: string, options?: { ignoreExpiration?: boolean }) => Promise<Found | undefined>;

/**
 * To the token endpoint, which alone asks for expired ones as well, a refresh token that was used is as good as new while it may be answered again. That it was used
 * shows when the request is settled (middlewares/settle.ts), after every other check. Anywhere else it is used.
 */
export function replaceRefreshTokenFind(provider: Provider, mayRepeat: (token: string) => Promise<boolean>): void {
  replaceMethod<Find>(provider.RefreshToken, 'find', (own) => async (token, options) => {
    const found = await own.call(provider.RefreshToken, token, options);
    if (found?.consumed && options?.ignoreExpiration && (await mayRepeat(token))) found.consumed = undefined;
    return found;
  });
}

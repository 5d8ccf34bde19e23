// Why the library must be changed: it compares redirect addresses as they are registered, and knows none with a star.
import type { Provider } from 'oidc-provider';
import { fitsPattern } from '../../../domain/applications/applications/index.ts';
import { replaceMethod } from './replace-method.ts';

type Addresses = { redirectUris?: string[]; postLogoutRedirectUris?: string[] };
type Allowed = (this: Addresses, value: string) => boolean;

/** @param takesPatterns whether addresses with a star count at all: in companies of an approval environment */
export function replaceRedirectUriAllowed(provider: Provider, takesPatterns: () => boolean): void {
  const replace = (name: string, list: keyof Addresses) =>
    replaceMethod<Allowed>(
      provider.Client.prototype,
      name,
      (own) =>
        function (value) {
          // nobody is at an address with a star
          if (value.includes('*')) return false;
          return own.call(this, value) || (takesPatterns() && this[list]?.some((uri) => fitsPattern(uri, value)) === true);
        },
    );
  replace('redirectUriAllowed', 'redirectUris');
  replace('postLogoutRedirectUriAllowed', 'postLogoutRedirectUris');
}

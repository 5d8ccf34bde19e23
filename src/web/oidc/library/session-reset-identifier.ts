// Why the library must be changed: it renames its session at a sign-in, against session fixation. Ours gets a new token then, and the library's derives its id from ours.
import type { Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

type Reset = (this: { touched?: boolean }) => void;

/** The session keeps its id, and is saved. */
export function replaceResetIdentifier(provider: Provider): void {
  replaceMethod<Reset>(
    provider.Session.prototype,
    'resetIdentifier',
    () =>
      function () {
        this.touched = true;
      },
  );
}

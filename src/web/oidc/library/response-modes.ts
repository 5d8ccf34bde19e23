// Why the library must be changed: it writes the query of a registered address in its own way, and its page for form_post is English and posts from under our policy for forms.
import { Provider } from 'oidc-provider';

/** Sends an authorization response, or an error, to an address that was checked. */
export type ResponseMode = Parameters<Provider['registerResponseMode']>[1];

/** The library's provider with response modes of ours, by name, in place of its own: it registers them while it is made, and takes no second one of a name. */
export const providerWith = (modes: Record<string, ResponseMode>): typeof Provider =>
  class extends Provider {
    override registerResponseMode(name: string, own: ResponseMode): void {
      super.registerResponseMode(name, modes[name] ?? own);
    }
  };

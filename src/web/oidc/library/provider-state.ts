// Why the library must be changed: what a provider is made of stands in a private field, and nothing else reads it.
import type { Adapter, Configuration, Provider } from 'oidc-provider';
import type { CompanyState } from './company-state.ts';

/** The parts of the library's own state that differ by company. */
export type ProviderState = {
  configuration: Required<Pick<Configuration, 'interactions' | 'discovery'>> &
    CompanyState['announced'] & { cookies: object; prompts: Set<string> };
  keystore: CompanyState['keystore'];
  jwks: object;
  DPoPNonces: object;
};

const parts = ['configuration', 'keystore', 'jwks', 'DPoPNonces'];

/** The library calls the adapter's factory as a method of its state: there it can be had. */
export function stateReader(makeAdapter: (kind: string) => Adapter) {
  let state: ProviderState | undefined;
  const factory = {
    adapter(this: ProviderState, kind: string): Adapter {
      state ??= this;
      return makeAdapter(kind);
    },
  };
  return {
    adapter: factory.adapter,
    /** @throws Error when the library calls it in another way, or has another state */
    stateOf(provider: Provider): ProviderState {
      void (provider.ReplayDetection as unknown as { adapter: Adapter }).adapter;
      const missing = parts.filter((name) => !(state && name in state));
      if (missing.length > 0) throw new Error(`oidc-provider has no state with ${missing.join(', ')}`);
      return state!;
    },
  };
}

// Why the library must be changed: where an assertion names its key (`kid`) it looks only at keys that have that name, and a key need not have one (RFC 7517 §4.5).
import type { Client } from 'oidc-provider';

type Select = (options: { alg: string; kid?: string }) => { kid?: string }[];

/** Keys of the name that is asked for come first; where there is none, those without a name are tried. @throws Error when the library keeps clients' keys in another way */
export function tryKeysWithoutName(client: Client): void {
  const store = (client as Client & { asymmetricKeyStore?: { selectForVerify?: Select } }).asymmetricKeyStore;
  if (!store?.selectForVerify) throw new Error('oidc-provider has no method selectForVerify');
  const own = store.selectForVerify.bind(store);
  store.selectForVerify = (options) => {
    const named = own(options);
    return named.length > 0 ? named : own({ ...options, kid: undefined }).filter(({ kid }) => kid === undefined);
  };
}

import type { Locale } from '../../../platform/i18n/index.ts';
import type { Scope } from '../../scope.ts';
import { readApiScopeKey, textOfScope } from './api.ts';
import { listApis } from './store.ts';

/** What agreements to an API’s scopes (`apiScopeKey`) mean, in words, API by API. Keys of OpenID Connect’s scopes are passed over. */
export async function describeApiScopes(scope: Scope, keys: string[], locale: Locale): Promise<{ api: string; texts: string[] }[]> {
  const asked = keys.flatMap((key) => readApiScopeKey(key) ?? []);
  if (asked.length === 0) return [];
  const described = (await listApis(scope)).map(({ identifier, name, scopes }) => ({
    api: name,
    texts: scopes
      .filter((one) => asked.some((key) => key.identifier === identifier && key.scope === one.name))
      .map((one) => textOfScope(one, locale)),
  }));
  return described.filter(({ texts }) => texts.length > 0);
}

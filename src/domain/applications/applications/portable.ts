import { withoutSecrets } from './client-secrets.ts';
import { portableSaml } from './saml-settings.ts';
import type { Application } from './store.ts';

/** The application as a file for `apply` says it; without its secret, of which only a fingerprint is kept, and without those it is assigned to. */
export function portableApplication({ oidc, saml, ...application }: Application): Record<string, unknown> {
  const { code, name, description, category, catalogueEntry, navigable, launchUrl, enabled } = application;
  return {
    code,
    name,
    description: description || undefined,
    category: category || undefined,
    catalogueEntry,
    navigable: navigable || undefined,
    launchUrl,
    enabled: enabled ? undefined : false,
    oidc: oidc && withoutSecrets(oidc),
    saml: saml && portableSaml(saml),
  };
}

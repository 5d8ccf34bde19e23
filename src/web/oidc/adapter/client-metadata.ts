import type { AdapterPayload } from 'oidc-provider';
import { type Application, sectorOf, usesSecret } from '../../../domain/applications/applications/index.ts';
import type { ContextId } from '../../../domain/scope.ts';

/** An application as the provider knows it (RFC 7591). In place of the secret stands its fingerprint: see ../library/client-compare-client-secret.ts. */
export function clientMetadata(contextId: ContextId, { applicationId, name, oidc, traceUntil }: Application): AdapterPayload | undefined {
  if (!oidc) return undefined;
  // initiate_login_uri is the Launchpad's business; the provider would refuse http on this machine
  const { secret_fingerprint, initiate_login_uri: _, sector_identifier_uri: _uri, ...settings } = oidc;
  const { claims, standard_claims, groups_claim, id_token_claims, most_values } = oidc;
  const sector = sectorOf(oidc);
  const usesCode = settings.grant_types.includes('authorization_code');
  // a native application (RFC 8252) may use a scheme of its own, or any port of the loopback address
  const isNative =
    [...settings.redirect_uris, ...settings.post_logout_redirect_uris].some((uri) => !/^https?:/.test(uri)) ||
    (settings.token_endpoint_auth_method === 'none' && settings.redirect_uris.some((uri) => uri.startsWith('http:')));
  const isAny = settings.token_endpoint_auth_method === 'any';
  return {
    ...settings,
    ...(usesSecret(settings) ? { client_secret: secret_fingerprint ?? 'none' } : {}),
    token_endpoint_auth_method: isAny ? 'client_secret_basic' : settings.token_endpoint_auth_method,
    any_secret_method: isAny,
    client_name: name,
    application_type: isNative ? 'native' : 'web',
    response_types: usesCode ? ['code'] : [],
    redirect_uris: usesCode ? settings.redirect_uris : [],
    // the library asks for an address where redirect addresses are of no host, and reads its host alone
    ...(sector ? { sector_identifier_uri: `https://${sector}/` } : {}),
    context_id: contextId,
    application_id: applicationId,
    trace_until: traceUntil?.getTime(),
    claim_settings: { claims, standard_claims, groups_claim, id_token_claims, most_values },
  } as AdapterPayload;
}

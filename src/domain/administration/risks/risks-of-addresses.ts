import type { Application } from '../../applications/applications/index.ts';
import type { Found, RiskFacts } from './risk.ts';

/**
 * Where an application is reached. `isCallback`: a program on the person's own machine may listen there (RFC 8252 §7.3). `leads`: people are sent there; what is only
 * fetched, such as keys, may be the same in both environments.
 */
type Address = { url: string; isCallback: boolean; leads: boolean };

function addressesOf({ oidc, saml, launchUrl }: Application): Address[] {
  const isNative = oidc?.token_endpoint_auth_method === 'none';
  const callbacks = [...(oidc?.redirect_uris ?? []), ...(oidc?.post_logout_redirect_uris ?? [])];
  const others = [
    launchUrl,
    oidc?.backchannel_logout_uri,
    oidc?.initiate_login_uri,
    ...(saml?.assertionConsumerServices ?? []).map(({ url }) => url),
    ...(saml?.singleLogoutServices ?? []).flatMap(({ url, responseUrl }) => [url, responseUrl]),
    saml?.soapLogoutUrl,
  ];
  const fetched = [oidc?.jwks_uri, saml?.metadataUrl];
  return [
    ...callbacks.map((url) => ({ url, isCallback: isNative, leads: true })),
    ...others.flatMap((url) => (url ? [{ url, isCallback: false, leads: true }] : [])),
    ...fetched.flatMap((url) => (url ? [{ url, isCallback: false, leads: false }] : [])),
  ];
}

const parse = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);
const isLocal = ({ hostname }: URL): boolean => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

export function risksOfAddresses(facts: RiskFacts): Found[] {
  const own = new URL(facts.url);
  const company: Found[] =
    own.protocol === 'http:' && !isLocal(own)
      ? [{ code: 'company-over-http', page: { page: 'settings' }, params: { address: facts.url } }]
      : [];
  const ofApproval = approvalAddresses(facts);
  return [
    ...company,
    ...facts.applications.filter(({ enabled }) => enabled).flatMap((application) => risksOf(application, facts.approval?.url, ofApproval)),
  ];
}

/** What approval has registered, where a page answers: a scheme of an app or an address of the person's machine is the same in both. */
function approvalAddresses({ approval }: RiskFacts): Set<string> {
  const urls = (approval?.applications ?? [])
    .flatMap(addressesOf)
    .filter(({ leads }) => leads)
    .map(({ url }) => url);
  return new Set(urls.filter((url) => /^https?:/.test(url) && !isLocal(parse(url) ?? new URL('http://localhost'))));
}

function risksOf(application: Application, approvalUrl: string | undefined, ofApproval: Set<string>): Found[] {
  const codes = new Map<Found['code'], string[]>();
  const note = (code: Found['code'], url: string) => codes.set(code, [...(codes.get(code) ?? []), url]);
  for (const { url, isCallback, leads } of addressesOf(application)) {
    const parsed = parse(url);
    const isOfApproval =
      (leads && ofApproval.has(url)) || (approvalUrl !== undefined && (url === approvalUrl || url.startsWith(`${approvalUrl}/`)));
    if (url.includes('*')) note('pattern-address', url);
    else if (isOfApproval) note('approval-address', url);
    else if (parsed?.protocol === 'http:' && !isLocal(parsed)) note('http-address', url);
    else if (parsed && /^https?:$/.test(parsed.protocol) && isLocal(parsed) && !isCallback) note('local-address', url);
  }
  return [...codes].map(([code, urls]) => ({
    code,
    page: { page: 'application-edit', application: application.applicationId },
    application,
    params: { application: application.name, address: [...new Set(urls)].slice(0, 3).join(', ') },
  }));
}

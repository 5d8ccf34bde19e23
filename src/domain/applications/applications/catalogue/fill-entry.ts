import { type FieldErrors, invalidInput } from '../../../../platform/errors/index.ts';
import type { SamlInput } from '../saml-settings.ts';
import type { Asked, CatalogueEntry } from './entry.ts';
import { isPlaceholder } from './placeholders.ts';

/** What the entry says of an application, with the company's own values. */
export type Filled = { launchUrl?: string; oidc?: Record<string, unknown>; saml?: Partial<SamlInput> };

/** The field of the form in which something is asked; metadata has fields of its own. */
export const fieldOfAsked = (asked: Exclude<Asked, { kind: 'metadata' }>): string => (asked.kind === 'value' ? asked.name : asked.kind);

type Read = { value: string } | { fault: string };

/** @param typed by the field of the form @throws AppError invalid_input on the fields that do not fit or still are an example */
export function fillEntry(entry: CatalogueEntry, typed: (field: string) => string): Filled {
  const faults: FieldErrors = {};
  const values: Record<string, string> = {};
  for (const asked of entry.asks) {
    if (asked.kind === 'metadata') continue;
    const field = fieldOfAsked(asked);
    const read = readAsked(asked, typed(field).trim());
    if ('fault' in read) faults[field] = `fields.${read.fault}`;
    else values[field] = read.value;
  }
  if (Object.keys(faults).length > 0) throw invalidInput(faults);
  // of an entry whose questions were left out, addresses stay empty
  const fill = (text: string | undefined): string | undefined =>
    text && [...text.matchAll(/\{(\w+)\}/g)].every(([, name]) => values[name!] !== undefined)
      ? text.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!)
      : undefined;
  const listed = (text: string | undefined): string[] => [fill(text)].filter((one) => one !== undefined);
  const launchUrl = fill(entry.launchUrl);
  return entry.protocol === 'oidc'
    ? {
        launchUrl,
        oidc: {
          token_endpoint_auth_method: 'any',
          redirect_uris: listed(entry.redirectUri),
          post_logout_redirect_uris: listed(entry.postLogoutRedirectUri),
          backchannel_logout_uri: fill(entry.backchannelLogoutUri),
          grant_types: entry.grantTypes ?? ['authorization_code'],
        },
      }
    : {
        launchUrl,
        saml: {
          entityId: fill(entry.entityId) ?? '',
          assertionConsumerServices: listed(entry.acsUrl).map((url) => ({ url, index: 0, isDefault: true })),
          singleLogoutServices: listed(entry.sloUrl).map((url) => ({ binding: 'redirect', url })),
          signAssertion: true,
          ...entry.settings,
        },
      };
}

function readAsked(asked: Exclude<Asked, { kind: 'metadata' }>, text: string): Read {
  if (text !== '' && isPlaceholder(text)) return { fault: 'still_example' };
  switch (asked.kind) {
    case 'address':
      return readAddress(text, asked.keepsPath === true);
    case 'subdomain':
      return readSubdomain(text, asked);
    case 'domain': {
      const domain = hostOf(text).replace(/^.*@/, '').toLowerCase();
      return /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(domain) ? { value: domain } : { fault: 'own_domain' };
    }
    case 'value': {
      const found = asked.pattern.exec(text)?.[1];
      return found === undefined ? { fault: 'vendor_value' } : { value: found };
    }
  }
}

const hostOf = (text: string): string => text.replace(/^https?:\/\//i, '').split(/[/?#]/)[0]!;

const isLoopback = (host: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(host);

/** As it stands in a browser: a page of it will do. */
function readAddress(text: string, keepsPath: boolean): Read {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = /\s/.test(text) ? null : URL.parse(hasScheme ? text : `https://${text}`);
  // a single word without a scheme is a name, not an address
  if (!url || url.username || url.password || !(hasScheme || url.hostname.includes('.'))) return { fault: 'own_address' };
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) return { fault: 'own_address_https' };
  const path = url.pathname.replace(/\/[^/]*\.[^/]*$/, '').replace(/\/+$/, '');
  return { value: url.origin + (keepsPath ? path : '') };
}

function readSubdomain(text: string, { of, deep }: Extract<Asked, { kind: 'subdomain' }>): Read {
  const host = hostOf(text).toLowerCase();
  const subdomain = host.endsWith(`.${of}`) ? host.slice(0, -of.length - 1) : host;
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  return new RegExp(deep ? `^${label}(\\.${label})*$` : `^${label}$`).test(subdomain) ? { value: subdomain } : { fault: 'own_subdomain' };
}

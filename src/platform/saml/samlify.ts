// The only file that imports samlify, by a rule of .dependency-cruiser.mjs. It hands on templates and a model of each end of an exchange.
// Nothing of the library that reads, verifies, signs or encrypts a message goes through here: a partner's octets pass our own gate and no other (decision 0009).
import { createRequire } from 'node:module';
import type { ConsumerBinding } from './names.ts';

const require = createRequire(import.meta.url);

/** Loaded when a company first uses SAML: with the libraries below it, it is 14 MB and 60 ms. */
const load = (): typeof import('samlify') => require('samlify');

/** @returns the message with `{Name}` where a value belongs */
export const logoutTemplate = (name: 'LogoutRequest' | 'LogoutResponse'): string => load().SamlLib[`default${name}Template`].context;

/** What is stored of us. Certificates are base64 of the DER. */
export type OwnSettings = { entityId: string; certificates: string[]; ssoUrl: string; sloUrl: string; artifactUrl: string };

/** What is stored of a partner: typed by an administrator, or out of metadata that our reader accepted. */
export type PartnerSettings = {
  entityId: string;
  assertionConsumerServices: { url: string; index: number; isDefault: boolean; binding?: ConsumerBinding }[];
  singleLogoutServices: { binding: 'redirect' | 'post'; url: string; responseUrl?: string }[];
};

/** @returns our metadata (metadata §2.4.3) without ID, term and signature, which samlify does not write. A few milliseconds of the event loop. */
export function describeIdentityProvider({ entityId, certificates, ssoUrl, sloUrl }: Omit<OwnSettings, 'artifactUrl'>): string {
  const samlify = load();
  const { binding, format } = samlify.Constants.namespace;
  const atBoth = (Location: string) => [binding.redirect, binding.post].map((Binding) => ({ Binding, Location }));
  return samlify
    .IdPMetadata({
      entityID: entityId,
      signingCert: certificates,
      singleSignOnService: atBoth(ssoUrl),
      singleLogoutService: atBoth(sloUrl),
      nameIDFormat: [format.emailAddress, format.persistent, format.transient, format.unspecified],
      // the order of the schema
      elementsOrder: samlify.Constants.elementsOrder.idp.shibboleth,
    })
    .getMetadata();
}

type Service = { binding: string; location: string; isDefault?: 'true' };

/** The addresses of a service provider, in the order of its settings. A few milliseconds of the event loop. */
export function describeServiceProvider({ entityId, assertionConsumerServices, singleLogoutServices }: PartnerSettings) {
  const samlify = load();
  const { binding: bindings } = samlify.Constants.namespace;
  const described = samlify.SPMetadata({
    entityID: entityId,
    assertionConsumerService: assertionConsumerServices.map(({ url, isDefault, binding = 'post' }) => ({
      Binding: bindings[binding],
      Location: url,
      isDefault,
    })),
    singleLogoutService: singleLogoutServices.map(({ binding, url }) => ({ Binding: bindings[binding], Location: url })),
  });
  // one is handed out bare, several in a list
  const { assertionConsumerService = [], singleLogoutService = [] } = described.meta as Record<string, Service | Service[]>;
  return {
    entityId: described.getEntityID(),
    consumers: [assertionConsumerService].flat(),
    logoutServices: [singleLogoutService].flat(),
  };
}

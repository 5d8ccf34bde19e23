import type { SamlSettings } from './saml-settings.ts';

/** What an administrator is told of settings that hold and yet will not do all that they seem to. */
export type SamlAdvice = 'unverifiable_logout';

/** `unverifiable_logout`: it is told of sign-outs, and no answer of it can pass without a certificate (profiles §4.4.3.4): it will never have confirmed one. */
export const listSamlAdvice = ({ singleLogoutServices = [], signingCertificates = [] }: Partial<SamlSettings>): SamlAdvice[] =>
  singleLogoutServices.length > 0 && signingCertificates.length === 0 ? ['unverifiable_logout'] : [];

import type { MendPage } from '../../domain/administration/explanations/index.ts';
import type { RiskPage } from '../../domain/administration/risks/index.ts';

/**
 * A page that several slices lead to and only one of them owns, by its name and the parameters of its route. Which path it has, app hands in
 * (`Services.pathOf`): neither this room nor the domain knows an address (decision 0006).
 */
export type LinkedPage =
  | RiskPage
  | { page: Exclude<MendPage, RiskPage['page']>; [parameter: string]: string }
  | { page: 'launchpad' | 'account' | 'own-password' | 'administration' | 'company-logo' | 'company-colors' }
  | { page: 'sign-in-start' | 'sign-out' | 'language' | 'theme' | 'recovery-request' | 'registration-request' }
  | { page: 'saml-sign-on' | 'saml-logout' | 'saml-artifact' | 'saml-metadata' }
  | { page: 'application-logo' | 'application-start' | 'saml-launch'; application: string }
  | { page: 'person-photo'; user: string }
  | { page: 'api-metadata'; api: string }
  | { page: 'sign-in'; request: string }
  | { page: 'single-logout'; logout: string };

/** @returns the path inside the context */
export type PathOf = (page: LinkedPage) => string;

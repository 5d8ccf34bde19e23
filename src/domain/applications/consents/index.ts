// Owns: what people agreed to: a company's terms, edition by edition, and what a third party's application may know of them.
// Does not: ask (web/sign-in, web/oidc) nor decide when (authentication/next-step).
export { forgetConsents, giveConsent, hasConsent, listConsents, withdrawConsent } from './application-consents.ts';
export { acceptTerms, publishTerms, withdrawTerms } from './change-terms.ts';
export {
  countAcceptances,
  findTerms,
  listAcceptances,
  listAcceptancesOf,
  listEditions,
  type Terms,
  type TermsTexts,
  termsSettings,
  termsTextsSchema,
  textFor,
} from './terms.ts';

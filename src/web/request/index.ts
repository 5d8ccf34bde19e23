// Owns: what every audience is handed with a request: the context, the person, the language, forgery protection, the page renderer; the route
// table in which every route declares who may use it; the words, in three languages, for what the domain writes into files and the audit.
// Does not: own any page or address.

export { anonymousActor, clientOf, personActor } from './actor.ts';
export { composeMail } from './compose-mail.ts';
export { ContextDirectory, type ResolvedContext } from './context-directory.ts';
export { cookieNames } from './cookie-names.ts';
export { renderCookiesMissing } from './cookies-missing.ts';
export { byCode, namedAsInForm, readCustomFields, savingCustomFields } from './custom-values.ts';
export { chosenOf, factorTexts, placeOf, usableFactors } from './factors.ts';
export { createMetadataFetcher } from './fetch-metadata.ts';
export { mayCompress } from './forgery.ts';
export { personInitials, toneOf } from './initials.ts';
export { keepFailure } from './keep-failure.ts';
export { knownMark } from './known-mark.ts';
export { leaveTo, withParameters } from './leave.ts';
export { cameFrom, forgiveGuesses, limitGuesses, limitRequests } from './limits.ts';
export type { LinkedPage } from './linked-page.ts';
export { loginHint, shortHint } from './login-hint.ts';
export { isOfNetworkForm, networkChangeAt, networkOf, readNetworkPasswords } from './network.ts';
export { recordNoAccess, renderNoAccess } from './no-access.ts';
export { openPage } from './open-page.ts';
export { createPageRouter, type PageRouter } from './page-router.ts';
export { redirectTo } from './redirect.ts';
export { failureOf, formatCount, newSupportCode, type PageOptions, renderErrorPage, renderPage } from './render.ts';
export type { Access, Actions, PageContext, Route } from './route.ts';
export type { Services } from './services.ts';
export { signInByLink } from './sign-in-by-link.ts';
export {
  arrivalAt,
  cancelPath,
  factsOfStep,
  followRequest,
  nextStepOf,
  policyOf,
  rulesOf,
  sendToRegistration,
  sendToSignIn,
  type Visitor,
} from './sign-in-step.ts';
export { type Refusal, renameFields, submitForm } from './submit-form.ts';
export { themeCookie } from './theme.ts';
export { followUiLocales } from './ui-locales.ts';
export { isOfPrograms, sendUnavailable, unavailablePage } from './unavailable.ts';
export { accessWords } from './words/access-words.ts';
export { auditWords } from './words/audit-words.ts';
export { exportWords, importWords } from './words/file-words.ts';
export { presentActor, presentDetails, reasonText } from './words/present-details.ts';

// Owns: the count of failed sign-in attempts of a person, one counter over every path and factor, atomic across processes (S37); browsers in which the person has signed
// in before have a counter of their own. And of codes of devices that were typed wrong, and of passwords that directories were asked about. Does not: block anybody (users) nor know what was tried (credentials).
export {
  type Attempt,
  clearAttempts,
  forgiveAttempt,
  type Reserved,
  refundAttempt,
  reserveAttempt,
  settleAnsweredAttempt,
  settleAttempt,
  sweepAttempts,
} from './attempts.ts';
export { reserveCodeGuess, returnCodeGuess, sweepCodeGuesses } from './code-guesses.ts';
export { forgetAsks, forgetOtherAsks, reserveAsk, returnAsk, settleAsk } from './directory-asks.ts';
export { idOfCount } from './id-of-count.ts';
export {
  forgetBrowser,
  forgetBrowserById,
  forgetBrowsers,
  type KnownBrowser,
  listBrowsers,
  listRememberedBrowsers,
  noteBrowser,
  type RememberedBrowser,
  sweepBrowsers,
} from './known-browsers.ts';
export { type AttemptCount, type AttemptCounts, type BrowserCount, listCounts } from './list-counts.ts';

// Owns: the pages of a person not yet known: name and password, the second factor and its enrolment, a new password that is asked for, language, light and dark, signing out.
// Does not: decide what comes next (domain/authentication/next-step) nor finish a protocol's request (it redirects to where the request came from).
import type { Route } from '../request/index.ts';
import { showEnrolment, submitEnrolment } from './enrol.ts';
import { chooseLanguage } from './language.ts';
import { showNetworkPassword, submitNetworkPassword } from './network-password.ts';
import { showNewPassword, submitNewPassword } from './new-password.ts';
import { beginAgain, goToLaunchpad } from './pending.ts';
import { showSecondFactor, submitSecondFactor } from './second-factor.ts';
import { openSignIn, showOutdatedSignIn, showSignIn, submitAlone, submitSignIn } from './sign-in.ts';
import { showSignedOut, showSignOut, submitSignOut } from './sign-out.ts';
import { showTerms, submitTerms } from './terms.ts';
import { chooseTheme } from './theme.ts';

export const signInRoutes: Route[] = [
  { method: 'GET', path: '/', access: 'anyone', handle: async (page) => goToLaunchpad(page) },
  { method: 'GET', path: '/sign-in', access: 'anyone', handle: openSignIn },
  { method: 'GET', path: '/sign-in/:request', access: 'anyone', handle: showSignIn },
  { method: 'POST', path: '/sign-in/:request', access: 'anyone', limit: 'sign-in', showOutdated: showOutdatedSignIn, handle: submitSignIn },
  { method: 'GET', path: '/sign-in/:request/new-password', access: 'anyone', handle: showNewPassword },
  { method: 'POST', path: '/sign-in/:request/new-password', access: 'anyone', showOutdated: beginAgain, handle: submitNewPassword },
  { method: 'GET', path: '/sign-in/:request/network-password', access: 'anyone', handle: showNetworkPassword },
  { method: 'POST', path: '/sign-in/:request/network-password', access: 'anyone', showOutdated: beginAgain, handle: submitNetworkPassword },
  {
    method: 'POST',
    path: '/sign-in/:request/alone/:factor',
    access: 'anyone',
    limit: 'sign-in',
    showOutdated: beginAgain,
    handle: (page) => submitAlone(page),
  },
  // the form of a page that a server of version 0.1 showed
  {
    method: 'POST',
    path: '/sign-in/:request/passkey',
    access: 'anyone',
    limit: 'sign-in',
    showOutdated: beginAgain,
    handle: (page) => submitAlone(page, 'passkey'),
  },
  { method: 'GET', path: '/sign-in/:request/second-factor', access: 'anyone', handle: showSecondFactor },
  {
    method: 'POST',
    path: '/sign-in/:request/second-factor',
    access: 'anyone',
    limit: 'sign-in',
    showOutdated: beginAgain,
    handle: submitSecondFactor,
  },
  { method: 'GET', path: '/sign-in/:request/enrol', access: 'anyone', handle: showEnrolment },
  { method: 'POST', path: '/sign-in/:request/enrol', access: 'anyone', showOutdated: beginAgain, handle: submitEnrolment },
  { method: 'GET', path: '/sign-in/:request/terms', access: 'anyone', handle: showTerms },
  { method: 'POST', path: '/sign-in/:request/terms', access: 'anyone', showOutdated: beginAgain, handle: submitTerms },
  { method: 'GET', path: '/sign-out', access: 'anyone', handle: showSignOut },
  { method: 'POST', path: '/sign-out', access: 'anyone', handle: submitSignOut },
  { method: 'GET', path: '/signed-out', access: 'anyone', handle: showSignedOut },
  { method: 'GET', path: '/language', access: 'anyone', handle: chooseLanguage },
  { method: 'POST', path: '/theme', access: 'anyone', handle: chooseTheme },
];
